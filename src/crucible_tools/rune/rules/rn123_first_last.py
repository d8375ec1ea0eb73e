"""RN123: `first` and `last` on a list."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.method_edits import place, replaced
from crucible_tools.rune.rules.receivers import calls, having, kinds, name_of, place_of
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
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
        safe = not (mask == ANY and name == "last")
        yield Finding(
            "RN123",
            start,
            end,
            f"lists have no `{name}`",
            hint="`list.get(0)` gives the first item, `list.iter().rev().next()` the last one, both as an Option",
            fix=_fix(script, call, name, emptied, safe=safe),
        )


def _is_list_like(mask: int) -> bool:
    return mask == ANY or not mask & ITERATOR


def _fix(script: Script, call: MethodCall, name: str, emptied: set[object], *, safe: bool) -> Fix:
    if name == "first":
        return Fix(safe, "Get the item at 0", (replaced(script, call, "get(0)"),))
    if place_of(script, call.base) in emptied:
        # `rev` leaves the list borrowed until its place on the stack is used again; these methods need it free.
        return Fix(safe, "Fold to the last item", (replaced(script, call, "iter().fold(None, |_, item| Some(item))"),))
    return Fix(safe, "Take the first item from the end", (replaced(script, call, "iter().rev().next()"),))


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

Where nothing is known of the receiver, `last` may be meant for an iterator; the repair is unsafe there.
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
    fix="sometimes",
    check=check,
    words=("first", "last"),
)
