"""RN080: several names without parentheses."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.extents import LONGEST, extent, stop, written
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `for i, x in list {` and `let a, b = pair;`."""
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
For another value it is unsafe: it may be a list.
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
    words=("for ", "let ", "var ", "const "),
)
