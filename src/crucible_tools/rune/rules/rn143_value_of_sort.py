"""RN143: what `sort` gives."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.method_edits import arguments, function_fix, place
from crucible_tools.rune.rules.receivers import bare, calls, kinds, name_of, own_methods
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Args,
    Assign,
    Block,
    Call,
    Entry,
    For,
    Index,
    Jump,
    Let,
    MethodCall,
    Statement,
)
from crucible_tools.rune.types.methods import METHODS
from crucible_tools.rune.types.values import LIST, UNIT


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of `sort` and `sort_by` on lists whose value is used."""
    for call in calls(script, ("sort", "sort_by")):
        name = name_of(script, call)
        items = arguments(call)
        if items is None or len(items) != (name == "sort_by"):
            continue
        certain = _fails(script, call)
        mask = kinds(script, call.base)
        if certain is None or not mask & LIST or (mask != LIST and name in own_methods(script)):
            continue
        start, end = place(script, call)
        yield Finding(
            "RN143",
            start,
            end,
            f"`{name}` sorts the list in place and gives nothing",
            severity="error" if certain else "warning",
            hint="sort first, as a statement of its own, and use the list then",
            fix=function_fix(
                script, call, "sorted" if name == "sort" else "sorted_by", safe=certain or script.compiles is False
            ),
        )


def _fails(script: Script, call: MethodCall) -> bool | None:
    """Whether using `()` instead of the list fails there; None when the value is not used."""
    up = call.parent
    if isinstance(up, MethodCall) and up.base is call:
        return name_of(script, up) not in METHODS[UNIT]
    if isinstance(up, Index) and up.base is call:
        return True
    if isinstance(up, Let) and up.value is call:
        return False if script.word(up.pattern.first) != "_" else None
    if isinstance(up, (Args, Assign, Entry)) or (isinstance(up, For) and up.iterable is call):
        return False
    if isinstance(up, Statement) and isinstance(up.parent, Block) and up.parent.value is call:
        # A list that nobody else has is sorted for its value only.
        return script.compiles is False if isinstance(bare(call.base), (Call, MethodCall)) else None
    return False if isinstance(up, Jump) and up.word == "return" else None


RULE = Rule(
    code="RN143",
    name="value-of-sort",
    summary="`let sorted = names.sort();`: `sort` works in place and gives nothing.",
    why="""\
In JavaScript `sort` gives the list back, in Rune it gives `()`. A method that is called on that fails; `let sorted
= names.sort()` goes on with `()`, silently. The repair adds a private function that sorts and gives the list, as
JavaScript does. It is unsafe where nothing failed before.
""",
    before="""\
pub async fn call(args) {
    let names = args.keys().collect::<Vec>();
    names.sort().iter().take(2).collect::<Vec>()
}
""",
    after="""\
pub async fn call(args) {
    let names = args.keys().collect::<Vec>();
    sorted(names).iter().take(2).collect::<Vec>()
}

fn sorted(items) {
    items.sort();
    items
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("sort",),
)
