"""RN123: `first` and `last` on a list."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.method_edits import place, replaced
from crucible_tools.rune.rules.receivers import calls, having, kinds, name_of
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.used_as import place_of
from crucible_tools.rune.syntax.nodes import MethodCall
from crucible_tools.rune.types.values import ANY, ITERATOR, LIST, TUPLE

_CLEARING = frozenset({"clear", "pop", "sort"})


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of `first` and `last` on what is or may be a list, and has no such method."""
    emptied = _emptied(script)
    for call in calls(script, ("first", "last")):
        name = name_of(script, call)
        mask = kinds(script, call.base)
        if call.args.items or not mask & (LIST | TUPLE) or having(script, mask, name):
            continue
        if not _is_list_like(mask) and name == "last":
            continue
        start, end = place(script, call)
        yield Finding(
            "RN123",
            start,
            end,
            f"lists have no `{name}`",
            hint="`list.get(0)` gives the first item, `list.iter().rev().next()` the last one, both as an Option",
            fix=_fix(script, call, name, emptied),
        )


def _is_list_like(mask: int) -> bool:
    return mask == ANY or not mask & ITERATOR


def _fix(script: Script, call: MethodCall, name: str, emptied: set[object]) -> Fix:
    if name == "first":
        return Fix(True, "Get the item at 0", (replaced(script, call, "get(0)"),))
    if place_of(script, call.base) in emptied:
        # `rev` leaves the list borrowed until its place on the stack is used again; these methods need it free.
        return Fix(True, "Fold to the last item", (replaced(script, call, "iter().fold(None, |_, item| Some(item))"),))
    return Fix(True, "Take the first item from the end", (replaced(script, call, "iter().rev().next()"),))


def _emptied(script: Script) -> set[object]:
    """The lists on which a method is called that changes them and takes nothing."""
    return {place_of(script, call.base) for call in calls(script, _CLEARING)} - {None}


RULE = Rule(
    code="RN123",
    name="first-and-last",
    summary="`names.first()`, `names.last()`: lists have no such methods.",
    why="""\
A list is asked for an item with `get`, which gives an Option as Rust's `first` does. The repair writes `get(0)` for
`first()`, and `iter().rev().next()` for `last()`, which is `None` for an empty list too.

Iterators have no `last` either, and for them it is not known what is meant; a receiver of which nothing is known is
taken for a list. No value of a tool's arguments has these methods, so the repair is safe.
""",
    before="""\
pub async fn call(args) {
    [args.a.first(), args.a.last()]
}
""",
    after="""\
pub async fn call(args) {
    [args.a.get(0), args.a.iter().rev().next()]
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("first", "last"),
)
