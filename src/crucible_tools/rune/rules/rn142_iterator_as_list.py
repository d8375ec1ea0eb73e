"""RN142: an iterator that is used as a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.iterator_lists import list_fix
from crucible_tools.rune.rules.method_edits import place
from crucible_tools.rune.rules.receivers import ADAPTERS, calls, having, is_broken_chain, kinds, name_of
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.types.values import ITERATOR

_NAMES: Final = ADAPTERS | {"chars", "iter", "keys", "values"}


def check(script: Script) -> Iterator[Finding]:
    """Finds iterators that are indexed, sorted, added to, or walked over as lists; `split` is RN130's."""
    for call in calls(script, _NAMES, all_of_them=True):
        fix = list_fix(script, call)
        if fix is None or kinds(script, call) != ITERATOR or is_broken_chain(script, call):
            continue
        name = name_of(script, call)
        if not having(script, kinds(script, call.base), name):
            continue
        start, end = place(script, call)
        yield Finding(
            "RN142",
            start,
            end,
            f"`{name}` gives an iterator, and this needs a list",
            hint="`.collect::<Vec>()` makes a list of it",
            fix=fix,
        )


RULE = Rule(
    code="RN142",
    name="iterator-as-list",
    summary="`o.keys()[0]`, `let names = o.keys(); names.sort();`: an iterator has no index and cannot be changed.",
    why="""\
`keys()`, `values()`, `iter()`, `chars()` and what `map` and `filter` make of them are walked over once. An index,
`sort`, `push`, `is_empty` or a pattern `[a, b]` needs a list: the repair writes `.collect::<Vec>()`. An `.iter()`
on what is an iterator already goes.
""",
    before="""\
pub async fn call(args) {
    let names = args.keys();
    names.sort();
    names[0]
}
""",
    after="""\
pub async fn call(args) {
    let names = args.keys().collect::<Vec>();
    names.sort();
    names[0]
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=tuple(sorted(_NAMES)),
)
