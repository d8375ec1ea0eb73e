"""RN121: `contains` on a list."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.method_edits import arguments, fresh, function_fix, place
from crucible_tools.rune.rules.receivers import calls, having, is_simple, kinds
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.used_as import defaults_to_list, place_of, shown_lists
from crucible_tools.rune.syntax.nodes import MethodCall, Node
from crucible_tools.rune.types.values import ITERATOR, LIST, OBJECT, RANGE, STRING, TUPLE

_SEQUENCES = LIST | TUPLE


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of `contains` on what is a list or a tuple, certainly or as it is used elsewhere."""
    lists: set[object] | None = None
    for call in calls(script, ("contains",)):
        mask = kinds(script, call.base)
        if not mask & _SEQUENCES:
            continue
        there = having(script, mask, "contains")
        if there:
            lists = shown_lists(script) if lists is None else lists
            if there & ~(STRING | RANGE):
                continue
            if defaults_to_list(script, call.base):
                mask &= LIST | STRING
            elif place_of(script, call.base) not in lists:
                continue
        start, end = place(script, call)
        yield Finding(
            "RN121",
            start,
            end,
            "lists have no `contains`, strings have",
            severity="warning" if there else "error",
            hint="`list.iter().any(|item| item == x)` says whether an item is in a list",
            # What never compiled gave no result for a text either.
            fix=contains_fix(script, call, mask, safe=not there or script.compiles is False),
        )


def contains_fix(script: Script, call: MethodCall, mask: int, *, safe: bool = True) -> Fix | None:
    """`x.contains(y)` as a question to all items of a list or an iterator."""
    items = arguments(call)
    if items is None or len(items) != 1:
        return None
    safe = safe and not mask & OBJECT
    what = items[0]
    if not is_simple(what):
        # Inside a closure it would be evaluated for each item; `.await` and `?` mean something else there.
        return function_fix(script, call, "contains", safe=safe)
    name = fresh(script, [what], "item", "entry", "one", "each")
    steps = "any" if mask == ITERATOR else "iter().any"
    start, _ = place(script, call)
    edits = (
        Edit(start, script.start(what), f"{steps}(|{name}| {name} == {'(' if _loose(what) else ''}"),
        *((Edit(script.end(what), script.end(what), ")"),) if _loose(what) else ()),
    )
    return Fix(safe, "Ask whether any item is equal", edits)


def _loose(what: Node) -> bool:
    """Whether `==` would take a part of an argument only."""
    return type(what).__name__ in ("Binary", "Is", "Range")


RULE = Rule(
    code="RN121",
    name="list-contains",
    summary="`names.contains(name)` on a list: strings have `contains`, lists have not.",
    why="""\
`contains` asks a string for a part of it. A list has no such method, so the call fails. The repair asks all items:
`names.iter().any(|item| item == name)`.

The rule speaks where the receiver is certainly no string: a list literal, `collect::<Vec>()`, an array of the
tool's schema; and where the source uses it as a list elsewhere, as with `for name in names`, or takes an empty list
in its place, as `args.get("names").unwrap_or([])` does. There the repair is unsafe, unless the source never compiled.
When the argument calls something, it is not moved into a closure: the repair adds a function instead.
""",
    before="""\
pub async fn call(args) {
    let seen = [1, 2];
    seen.contains(args.a)
}
""",
    after="""\
pub async fn call(args) {
    let seen = [1, 2];
    seen.iter().any(|item| item == args.a)
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("contains",),
)
