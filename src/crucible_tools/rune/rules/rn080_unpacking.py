"""RN080: several names without parentheses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import LONGEST, begins_line, ends_line, extent, stop, written
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_FUNCTIONS: Final = frozenset({"fn", "def", "function", "func", "fun"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `for i, x in list {`, `let a, b = pair;` and `a, b = b, a`."""
    found = [*_declared(script), *_assigned(script), *_exchanged(script)]
    yield from sorted(found, key=lambda item: item.start)


def _declared(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word not in ("for", "let", "var", "const") or script.word(i + 2) != "," or tokens.kinds[i] != "name":
            continue
        last = i + 1
        while tokens.kinds[last : last + 1] == ["name"] and script.word(last + 1) == ",":
            last += 2
        end = "in" if word == "for" else "="
        if tokens.kinds[last : last + 1] != ["name"] or script.word(last + 1) != end:
            continue
        start, stop_ = extent(script, i + 1, last)
        message = "several names stand in parentheses in Rune, or in brackets when they name the items of a list"
        fix, hint = _fix(script, i, last)
        yield Finding("RN080", start, stop_, message, hint=hint, fix=fix)


def _assigned(script: Script) -> Iterator[Finding]:
    """`a, b = 0, 1` of Python: it declares them, or gives them new values all at once."""
    tokens = script.tree.tokens
    known: list[tuple[int, set[str]]] = []
    for i, word in enumerate(tokens.texts):
        if word in _FUNCTIONS:
            known = []
        if tokens.kinds[i] != "name":
            continue
        indent = len(script.indent_at(tokens.starts[i]))
        while known and known[-1][0] > indent:
            known.pop()
        begins = script.word(i - 1) in ("let", "for", "var", "(", ",") or begins_line(script, i)
        if not begins or word == "_" or script.word(i + 1) not in ("=", ",", "in", ")", ":"):
            continue
        names = known[-1][1] if known and known[-1][0] == indent else set[str]()
        if not known or known[-1][0] != indent:
            known.append((indent, names))
        found = _at(script, i, {name for _, these in known for name in these})
        if found is not None:
            yield found
        names.add(word)


def _exchanged(script: Script) -> Iterator[Finding]:
    """`[a, b] = [b, a]` and `(a, b) = (b, a + b)`: nothing but a `let` takes something apart."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        close = tokens.partner[i] if word in ("[", "(") else -1
        if close < i + 4 or script.word(close + 1) != "=" or not begins_line(script, i):
            continue
        names = tokens.texts[i + 1 : close : 2]
        plain = all(kind == "name" for kind in tokens.kinds[i + 1 : close : 2])
        opened, closed = close + 2, tokens.partner[min(close + 2, len(tokens) - 1)]
        if not plain or set(tokens.texts[i + 2 : close : 2]) != {","} or script.word(opened) not in ("[", "("):
            continue
        if closed < opened or not (script.word(closed + 1) in (";", "}") or ends_line(script, closed)):
            continue
        start, end = extent(script, i, closed)
        values = None if has_comment(script, start, end) else _values(script, opened + 1, closed - 1, len(names))
        fix = _in_turn(script, start, end, names, values) if values is not None else None
        hint = None if fix else "give each name its value in turn"
        message = "only a `let` takes something apart: what is declared already gets one value at a time"
        yield Finding("RN080", start, tokens.ends[close], message, hint=hint, fix=fix)


def _at(script: Script, i: int, known: set[str]) -> Finding | None:
    """The finding about a statement that begins with a token."""
    tokens = script.tree.tokens
    if script.word(i + 1) != "," or not begins_line(script, i) or script.word(i - 1) in (",", "(", "[", "|", "#"):
        return None
    last = i
    while tokens.kinds[last : last + 1] == ["name"] and script.word(last + 1) == ",":
        last += 2
    if tokens.kinds[last : last + 1] != ["name"] or script.word(last + 1) != "=":
        return None
    names = tokens.texts[i : last + 1 : 2]
    start, end = extent(script, i, last)
    stop_ = last + 2
    while stop_ < len(tokens) and tokens.texts[stop_] not in (";", "}") and not ends_line(script, stop_ - 1):
        stop_ = max(tokens.partner[stop_], stop_) + 1
    close = stop_ - 1
    message = "several names stand in parentheses in Rune, or in brackets when they name the items of a list"
    if close < last + 2 or has_comment(script, start, tokens.ends[close]):
        return Finding("RN080", start, end, message)
    fix = _given(script, i, last, close, names) if known.isdisjoint({*names} - {"_"}) else None
    if fix is None and known.issuperset(names) and "_" not in names:
        fix = _again(script, i, last, close, names)
    return Finding("RN080", start, end, message, hint=None if fix else "give each name its value in turn", fix=fix)


def _values(script: Script, first: int, close: int, count: int) -> str | None:
    """The values behind `=` as a tuple; None if there are not as many as names."""
    values, at = 1, first
    while (at := stop(script, at, frozenset({","}))) < close:
        values, at = values + 1, at + 1
    return f"({written(script, first, close)})" if values == count else None


def _given(script: Script, first: int, last: int, close: int, names: list[str]) -> Fix | None:
    start, end = extent(script, first, close)
    listed = ", ".join(names)
    values = _values(script, last + 2, close, len(names))
    if values is not None:
        return Fix(True, "Declare them together", (Edit(start, end, f"let ({listed}) = {values}"),))
    open_ = script.tree.tokens.partner[close] if script.word(close) == ")" else -1
    if script.word(open_ - 1) in ("split", "splitn", "rsplit", "split_whitespace") and script.word(open_ - 2) == ".":
        value = f"{written(script, last + 2, close)}.collect::<Vec>()"
        return Fix(True, "Take the items of a list", (Edit(start, end, f"let [{listed}] = {value}"),))
    text = f"let ({listed}) = {written(script, last + 2, close)}"
    pair = script.word(open_ - 1) in ("partition", "rpartition", "split_at")
    return Fix(pair, "Put them in parentheses", (Edit(start, end, text),))


def _again(script: Script, first: int, last: int, close: int, names: list[str]) -> Fix | None:
    """`a, b = b, a`: all values are known before the first name gets its own."""
    values = _values(script, last + 2, close, len(names))
    return _in_turn(script, *extent(script, first, close), names, values) if values is not None else None


def _in_turn(script: Script, start: int, end: int, names: list[str], values: str) -> Fix | None:
    if any(f"next_{name}" in script.tree.tokens.texts for name in names):
        return None
    lines = [f"let ({', '.join(f'next_{name}' for name in names)}) = {values}"]
    lines += [f"{name} = next_{name}" for name in names]
    text = f";{script.newline}{script.indent_at(start)}".join(lines)
    return Fix(True, "Give each name its value in turn", (Edit(start, end, text),))


def _fix(script: Script, word: int, last: int) -> tuple[Fix | None, str | None]:
    tokens = script.tree.tokens
    start, end = extent(script, word + 1, last)
    tuple_ = (Edit(start, start, "("), Edit(end, end, ")"))
    names = written(script, word + 1, last)
    if script.word(word) == "for":
        return Fix(True, "Put them in parentheses", tuple_), None
    stop_ = stop(script, last + 2, frozenset({";", "}", ")"}))
    behind = stop(script, last + 2)
    if stop_ > last + LONGEST:
        return None, None
    if behind < stop_:
        # `let a, b = 1, 2`
        if script.word(stop_) != ";":
            return None, f"write `let ({names}) = (.., ..)`"
        first, close = tokens.starts[last + 2], tokens.ends[stop_ - 1]
        return Fix(True, "Put them in parentheses", (*tuple_, Edit(first, first, "("), Edit(close, close, ")"))), None
    value = stop_ - 1
    open_ = tokens.partner[value] if script.word(value) == ")" else -1
    if script.word(open_ - 1) in ("split", "splitn", "rsplit") and script.word(open_ - 2) == ".":
        place = tokens.ends[value]
        edits = (Edit(start, start, "["), Edit(end, end, "]"), Edit(place, place, ".collect::<Vec>()"))
        return Fix(True, "Take the items of a list", edits), None
    if script.word(open_ - 1) == "split_once":
        return None, f"it gives an Option: `let ({names}) = ..?;`"
    return Fix(False, "Put them in parentheses", tuple_), f"of a list write `let [{names}] = ..`"


RULE = Rule(
    code="RN080",
    name="unpacking",
    summary="`for i, x in list {`, `let a, b = pair;`: several names stand in parentheses.",
    why="""\
What iterators of pairs give, and what `iter()` of an object gives, are tuples: `for (key, value) in object {`. A tuple
is taken apart with `let (a, b) = pair;`, a list with `let [a, b] = list;`.

The repair writes parentheses for `for` and for several values, brackets and `collect::<Vec>()` for what `split` gives.
For another value it is unsafe: it may be a list. What is declared already gets its new values one by one, from others
that are worked out first: `a, b = b, a + b` would lose `a`.
""",
    before="""\
pub async fn call(args) {
    let n = 0;
    for key, value in args.o {
        n += value;
    }
    n
}
""",
    after="""\
pub async fn call(args) {
    let n = 0;
    for (key, value) in args.o {
        n += value;
    }
    n
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=(",",),
)
