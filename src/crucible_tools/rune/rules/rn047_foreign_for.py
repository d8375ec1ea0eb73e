"""RN047: loops of JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_DECLARES: Final = frozenset({"let", "const", "var"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `for (let x of list) {`, `for (x in list) {` and `for (let i = 0; i < n; i++) {`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "for" or tokens.kinds[i] != "name" or script.word(i - 1) in (".", "fn"):
            continue
        close = tokens.partner[i + 1] if script.word(i + 1) == "(" else -1
        if close > 0 and script.word(close + 1) == "{":
            fix = _each(script, i + 1, close) or _counted(script, i + 1, close)
            message = "a loop of Rune is written `for x in list {`"
            hint = None if fix else "write it as `while`, or as `for x in 0..n {`"
            yield Finding("RN047", tokens.starts[i], tokens.ends[i], message, hint=hint, fix=fix)
        elif script.word(i + 2) == "of" and tokens.kinds[i + 1] == "name":
            start, end = tokens.starts[i + 2], tokens.ends[i + 2]
            fix = Fix(True, "Write `in`", (Edit(start, end, "in"),))
            yield Finding(
                "RN047", tokens.starts[i], tokens.ends[i], "a loop of Rune is written `for x in list {`", fix=fix
            )


def _each(script: Script, open_: int, close: int) -> Fix | None:
    """`(let x of list)`, `(const [k, v] of list)`."""
    tokens = script.tree.tokens
    first = open_ + 1 + (script.word(open_ + 1) in _DECLARES)
    last = tokens.partner[first] if script.word(first) in ("[", "{", "(") else first
    if last < first or script.word(last + 1) not in ("of", "in") or last + 2 >= close:
        return None
    word = last + 1
    edits = [*cut_up_to(script, open_, first)]
    if script.word(first) == "[":
        edits += [
            Edit(tokens.starts[first], tokens.ends[first], "("),
            Edit(tokens.starts[last], tokens.ends[last], ")"),
        ]
    if script.word(word) == "of":
        edits.append(Edit(tokens.starts[word], tokens.ends[word], "in"))
    edits.append(Edit(tokens.starts[close], tokens.ends[close], ""))
    return Fix(True, "Write `for .. in ..`", tuple(edits))


def _counted(script: Script, open_: int, close: int) -> Fix | None:
    """`(let i = a; i < b; i++)`."""
    tokens, text = script.tree.tokens, script.text
    ends = [i for i in range(open_ + 1, close) if tokens.texts[i] == ";" and _depth(script, open_, i) == 0]
    if len(ends) != 2:
        return None
    name = open_ + 1 + (script.word(open_ + 1) in _DECLARES)
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
    safe = ends[1] - 1 == second + 2 and not _assigned(script, word, close + 1)
    edit = Edit(tokens.starts[open_], tokens.ends[close], f"{word} in {low}{sign}{high}")
    return Fix(safe, "Write `for .. in ..`", (edit,))


def _depth(script: Script, open_: int, at: int) -> int:
    partner = script.tree.tokens.partner
    return sum(1 for i in range(open_ + 1, at) if partner[i] > at)


def _assigned(script: Script, name: str, body: int) -> bool:
    tokens = script.tree.tokens
    end = tokens.partner[body]
    return any(
        tokens.texts[i] == name and script.word(i + 1) in ("=", "+=", "-=", "*=", "++", "--") for i in range(body, end)
    )


RULE = Rule(
    code="RN047",
    name="foreign-for",
    summary="`for (let x of list) {`, `for (let i = 0; i < n; i++) {`: Rune has `for x in list {` only.",
    why="""\
A `for` of Rune goes over a list, an object, a range or an iterator, without parentheses.

The repair writes `for x in list {` and `for i in 0..n {`. The latter is unsafe when the bound is more than a name or
a number, or when the body changes the counter: a range is worked out once, before the first round.
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
    words=("for ", "for("),
)
