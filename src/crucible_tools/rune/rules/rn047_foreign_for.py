"""RN047: loops of JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.extents import LONGEST
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Let
from crucible_tools.rune.types.values import LIST, OBJECT, STRING, UNKNOWN, Value

_DECLARES: Final = frozenset({"let", "const", "var"})
_ASSIGNS: Final = frozenset({"=", "+=", "-=", "*=", "++", "--"})
_CHANGING: Final = frozenset({
    "push", "pop", "insert", "remove", "extend", "clear", "shift", "unshift", "splice", "append", "push_back",
    "truncate", "push_str", "delete", "set", "retain", "dedup",
})  # fmt: skip

_MESSAGE: Final = "a loop of Rune is written `for x in list {`"


def check(script: Script) -> Iterator[Finding]:
    """Finds `for (let x of list) {`, `for (x in list) {` and `for (let i = 0; i < n; i++) {`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word == "foreach" and (fix := _foreach(script, i)) is not None:
            yield Finding("RN047", tokens.starts[i], tokens.ends[i], _MESSAGE, fix=fix)
            continue
        if word != "for" or tokens.kinds[i] != "name" or script.word(i - 1) in (".", "fn"):
            continue
        close = tokens.partner[i + 1] if script.word(i + 1) == "(" else -1
        if close > 0 and script.word(close + 1) == "{":
            fix = _each(script, i + 1, close) or _counted(script, i + 1, close)
            if fix is None or not fix.safe:
                fix = _while(script, i, close) or fix
            hint = None if fix else "write it as `while`, or as `for x in 0..n {`"
            yield Finding("RN047", tokens.starts[i], tokens.ends[i], _MESSAGE, hint=hint, fix=fix)
        elif script.word(i + 2) == "of" and tokens.kinds[i + 1] == "name":
            start, end = tokens.starts[i + 2], tokens.ends[i + 2]
            fix = Fix(True, "Write `in`", (Edit(start, end, "in"),))
            yield Finding("RN047", tokens.starts[i], tokens.ends[i], _MESSAGE, fix=fix)


def _foreach(script: Script, i: int) -> Fix | None:
    """`foreach x in list {`, and C#'s `foreach (var x in list) {`."""
    tokens = script.tree.tokens
    if script.word(i + 1) != "(":
        if tokens.kinds[i + 1 : i + 2] != ["name"] or script.word(i + 2) != "in":
            return None
        return Fix(True, "Write `for`", (Edit(tokens.starts[i], tokens.ends[i], "for"),))
    close, name = tokens.partner[i + 1], _variable(script, i + 1)
    if close < 0 or script.word(close + 1) != "{" or script.word(name + 1) != "in" or name + 2 >= close:
        return None
    head, end = tokens.starts[i], tokens.ends[close]
    edits = (Edit(head, tokens.starts[name], "for "), Edit(tokens.ends[close - 1], end, ""))
    return None if has_comment(script, head, end) else Fix(True, "Write `for .. in ..`", edits)


def _variable(script: Script, open_: int) -> int:
    """The token of the variable: behind `let` and its like, or behind a type, `(String item : list)`."""
    kinds, name = script.tree.tokens.kinds, open_ + 1
    if script.word(name) in _DECLARES:
        return name + 1
    typed = name
    while kinds[typed : typed + 1] == ["name"] and script.word(typed + 1) in ("[", "<", "."):
        typed = max(script.tree.tokens.partner[typed + 1], typed + 1) + 1
        while script.word(typed) in (",", ">"):
            typed += 1
    if kinds[name : name + 2] == ["name", "name"] and script.word(name + 2) in ("=", ":", "in", "of"):
        return name + 1
    if typed > name and kinds[typed : typed + 1] == ["name"] and script.word(typed + 1) in ("=", ":"):
        return typed
    return name


def _each(script: Script, open_: int, close: int) -> Fix | None:
    """`(let x of list)`, `(const [k, v] of list)`, `(String item : list)`."""
    tokens = script.tree.tokens
    first = _variable(script, open_)
    last = tokens.partner[first] if script.word(first) in ("[", "{", "(") else first
    typed = script.word(last + 1) == ":" and first > open_ + 1
    if last < first or not (typed or script.word(last + 1) in ("of", "in")) or last + 2 >= close:
        return None
    word = last + 1
    edits = [*cut_up_to(script, open_, first)]
    if script.word(first) == "[" and _holds_lists(script, last + 2, close - 1):
        edits.append(Edit(tokens.starts[last], tokens.starts[last], ", .."))
    elif script.word(first) == "[":
        edits += [
            Edit(tokens.starts[first], tokens.ends[first], "("),
            Edit(tokens.starts[last], tokens.ends[last], ")"),
        ]
    if typed:
        edits.append(Edit(tokens.ends[last], tokens.ends[word], " in"))
    elif script.word(word) == "of":
        edits.append(Edit(tokens.starts[word], tokens.ends[word], "in"))
    edits.append(Edit(tokens.starts[close], tokens.ends[close], ""))
    if script.word(word) == "in" and script.word(open_ + 1) in _DECLARES and first == last:
        return _over_keys(script, word + 1, close - 1, edits)
    return Fix(True, "Write `for .. in ..`", tuple(edits))


def _holds_lists(script: Script, first: int, last: int) -> bool:
    """Whether what is gone through came in from outside: an item of JSON with parts is a list, and no pair."""
    tokens = script.tree.tokens
    if last < first + 2 or any(
        tokens.texts[at] != "." if (at - first) % 2 else tokens.kinds[at] != "name" for at in range(first, last + 1)
    ):
        return False
    return script.word(first) == "args" or not _declared(script, script.word(first))


def _over_keys(script: Script, first: int, last: int, edits: list[Edit]) -> Fix:
    """`(const k in o)` of JavaScript goes over keys: those of an object, or the indexes of a list."""
    tokens = script.tree.tokens
    values = _declared(script, script.word(first)) if first == last else []
    if values and all(value.only(LIST | STRING) for value in values):
        start = tokens.starts[first]
        edits = [*edits[:-1], Edit(start, start, "0.."), replace(edits[-1], text=".len()")]
        return Fix(True, "Go through the indexes", tuple(edits))
    safe = bool(values) and all(value.only(OBJECT) for value in values)
    return Fix(safe, "Go through the keys", (*edits[:-1], replace(edits[-1], text=".keys()")))


def _declared(script: Script, name: str) -> list[Value]:
    """What variables of a name begin as: what stands in these parentheses is not read yet, and has no type."""
    named = _variables(script).get(name, ())
    return [script.types.of(let.value) if let.value is not None else UNKNOWN for let in named]


@remembered
def _variables(script: Script) -> dict[str, list[Let]]:
    found: dict[str, list[Let]] = {}
    for let in script.tree.of(Let):
        if let.pattern.first == let.pattern.last:
            found.setdefault(script.word(let.pattern.first), []).append(let)
    return found


def _counted(script: Script, open_: int, close: int) -> Fix | None:
    """`(let i = a; i < b; i++)`."""
    tokens, text = script.tree.tokens, script.text
    ends = [i for i in range(open_ + 1, close) if tokens.texts[i] == ";" and _depth(script, open_, i) == 0]
    if len(ends) != 2:
        return None
    name = _variable(script, open_)
    word = script.word(name)
    second = ends[0] + 1
    step = "".join(tokens.texts[ends[1] + 1 : close])
    if (
        script.word(name + 1) != "="
        or script.word(second) != word
        or script.word(second + 1) not in ("<", "<=")
        or step not in (f"{word}++", f"++{word}", f"{word}+=1")
        or name + 2 >= ends[0]
        or second + 2 >= ends[1]
    ):
        return None
    low = text[tokens.starts[name + 2] : tokens.ends[ends[0] - 1]]
    high = text[tokens.starts[second + 2] : tokens.ends[ends[1] - 1]]
    sign = ".." if script.word(second + 1) == "<" else "..="
    # The bound is read once now, and what the body does to the counter no longer counts.
    fixed = ends[1] - 1 == second + 2 or _stays(script, second + 2, ends[1] - 1, close + 1)
    safe = fixed and not _assigned(script, word, close + 1)
    edit = Edit(tokens.starts[open_], tokens.ends[close], f"{word} in {low}{sign}{high}")
    return Fix(safe, "Write `for .. in ..`", (edit,))


def _while(script: Script, word: int, close: int) -> Fix | None:
    """`(let i = n; i > 0; i--)`, as a `while` that counts at the end of its body."""
    tokens, text = script.tree.tokens, script.text
    open_, body = word + 1, close + 1
    ends = [i for i in range(open_ + 1, close) if tokens.texts[i] == ";" and _depth(script, open_, i) == 0]
    last = tokens.partner[body]
    if (
        len(ends) != 2
        or not 0 < last < body + LONGEST
        or (name := _variable(script, open_)) == open_ + 1
        or ends[1] + 1 >= close
    ):
        return None
    if any(tokens.texts[at] == "continue" for at in range(body, last)) or ends[1] == ends[0] + 1:
        return None  # it would go round without counting
    if has_comment(script, tokens.starts[word], tokens.ends[close]):
        return None
    start = text[tokens.starts[name] : tokens.ends[ends[0] - 1]]
    condition = text[tokens.starts[ends[0] + 1] : tokens.ends[ends[1] - 1]]
    step = text[tokens.starts[ends[1] + 1] : tokens.ends[close - 1]]
    begin = tokens.starts[word]
    indent = script.indent_at(begin)
    head = Edit(begin, tokens.ends[close], f"let {start};{script.newline}{indent}while {condition}")
    before = tokens.ends[last - 1]
    semicolon = "" if script.word(last - 1) in (";", "}", "{") else ";"
    if "\n" in text[before : tokens.starts[last]]:
        inner = script.indent_at(tokens.starts[last - 1]) if last - 1 > body else f"{indent}    "
        return Fix(True, "Write `while`", (head, Edit(before, before, f"{semicolon}{script.newline}{inner}{step};")))
    return Fix(True, "Write `while`", (head, Edit(before, before, f"{semicolon} {step};")))


def _depth(script: Script, open_: int, at: int) -> int:
    partner = script.tree.tokens.partner
    return sum(1 for i in range(open_ + 1, at) if partner[i] > at)


def _stays(script: Script, first: int, last: int, body: int) -> bool:
    """Whether a bound is a field or a length that the body changes nothing of."""
    tokens = script.tree.tokens
    words = tokens.texts[first : last + 1]
    if words[-4:] == [".", "len", "(", ")"]:
        words = words[:-4]
    end = tokens.partner[body]
    if not 0 < end < body + LONGEST or not all(word == "." or word.isidentifier() for word in words):
        return False
    for at in range(body, end):
        if tokens.texts[at] in _CHANGING and script.word(at + 1) == "(":
            return False
        if tokens.texts[at] == words[0] and script.word(at - 1) != ".":
            behind = at + 1
            while script.word(behind) == "." and behind + 1 < end:
                behind += 2
            if script.word(behind) in _ASSIGNS:
                return False
    return True


def _assigned(script: Script, name: str, body: int) -> bool:
    tokens = script.tree.tokens
    end = tokens.partner[body]
    return any(tokens.texts[i] == name and script.word(i + 1) in _ASSIGNS for i in range(body, end))


RULE = Rule(
    code="RN047",
    name="foreign-for",
    summary="`for (let x of list) {`, `for (let i = 0; i < n; i++) {`: Rune has `for x in list {` only.",
    why="""\
A `for` of Rune goes over a list, an object, a range or an iterator, without parentheses.

The repair writes `for x in list {` and `for i in 0..n {`. `for (const k in o)` of JavaScript goes over keys, so it
becomes `for k in o.keys() {`, and `for i in 0..list.len() {` for a list; where nothing says which of the two it is,
that is unsafe. A range is worked out once, before the first round: where the body changes the bound or the counter, and
for other ways of counting, it writes a `while`, unless the body says `continue`, which would go round without counting.
""",
    before="""\
pub async fn call(args) {
    let n = 0;
    for (const x of args.a) {
        n += x;
    }
    n
}
""",
    after="""\
pub async fn call(args) {
    let n = 0;
    for x in args.a {
        n += x;
    }
    n
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("for ", "for(", "foreach"),
)
