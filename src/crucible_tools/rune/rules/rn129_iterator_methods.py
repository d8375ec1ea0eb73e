"""RN129: methods of iterators that Rune does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.iterator_lists import list_fix
from crucible_tools.rune.rules.loops import loop_fix
from crucible_tools.rune.rules.method_edits import arguments, function_fix, place, removed, renamed, replaced
from crucible_tools.rune.rules.receivers import (
    bare,
    calls,
    having,
    is_broken_chain,
    is_split,
    kept_value,
    kinds,
    name_of,
    two_ended,
    use_of,
)
from crucible_tools.rune.rules.rn121_contains import contains_fix
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.sequence_functions import sequence_fix
from crucible_tools.rune.syntax.nodes import Expr, Literal, MethodCall, Node, Path, Template
from crucible_tools.rune.types.methods import ITERATORS
from crucible_tools.rune.types.values import ANY, ITERATOR, LIST, OTHER, RANGE, TUPLE

_MOST: Final = "fold(None, |m, x| match m {{ Some(y) if y {} x => m, _ => Some(x) }})"
_GIVES_LIST: Final = frozenset({"skip_while", "step_by", "take_while", "zip"})
_GIVES_VALUE: Final = frozenset({"max_by", "max_by_key", "min_by", "min_by_key", "partition", "position", "unzip"})
_SAME: Final = frozenset({"by_ref", "cloned", "copied", "fuse"})
_NAMES: Final = _GIVES_LIST | _GIVES_VALUE | _SAME | {
    "contains", "find_map", "first", "flatten", "for_each", "is_empty", "last", "len", "max", "min", "rev",
}  # fmt: skip
_ARGUMENTS: Final = {
    **dict.fromkeys(("contains", "find_map", "for_each", "partition", "position"), 1),
    **dict.fromkeys(("max_by", "max_by_key", "min_by", "min_by_key"), 1),
    **dict.fromkeys(_GIVES_LIST, 1),
}
_COUNTED: Final = frozenset({"enumerate", "map", "peekable", "skip", "take"})
_UNCOUNTED: Final = frozenset({"Chars", "Filter", "FilterMap", "FlatMap", "Split"})
_ASKING: Final = frozenset({"find_map", "for_each", "partition", "position"})
_ONLY_ON_ITERATORS: Final = frozenset({"contains", "first", "is_empty", "last", "len", "rev"})


def check(script: Script) -> Iterator[Finding]:
    """Finds methods that iterators of Rust have, on iterators and, where no value has them, on anything."""
    for call in calls(script, _NAMES):
        name = name_of(script, call)
        mask = kinds(script, call.base)
        items = arguments(call)
        if items is None or len(items) != _ARGUMENTS.get(name, 0):
            continue
        if name in ("len", "rev"):
            if mask == ITERATOR and (found := _one_way(script, call, name)) is not None:
                yield found
            continue
        if name in _ASKING and items and isinstance(bare(items[0]), Literal | Template):
            continue  # `partition("=")` of a text
        there = having(script, mask, name)
        if name in ("max", "min"):
            there &= OTHER  # what else has them takes another value to compare with
        if there or (not mask & ITERATOR and not (mask & (LIST | RANGE | TUPLE) and name not in _ONLY_ON_ITERATORS)):
            continue
        if name in _ONLY_ON_ITERATORS and (
            mask != ITERATOR or (name in ("contains", "is_empty") and is_split(script, call))
        ):
            continue
        start, end = place(script, call)
        yield Finding(
            "RN129",
            start,
            end,
            f"iterators have no `{name}`",
            hint="write the loop out, or fold",
            fix=_fix(script, call, name, mask, items),
        )


def _fix(script: Script, call: MethodCall, name: str, mask: int, items: list[Node]) -> Fix | None:
    front = "" if mask & ITERATOR else "iter()."
    certain = mask != ANY
    if name in ("max", "min"):
        text = f"{front}{_MOST.format('>=' if name == 'max' else '<=')}"
        return Fix(certain or isinstance(bare(call.base), MethodCall), "Fold", (replaced(script, call, text),))
    if name == "last":
        text = "rev().next()" if two_ended(script, call.base) else "fold(None, |_, item| Some(item))"
        return Fix(True, "Take the last one", (replaced(script, call, text),))
    if name == "first":
        return Fix(True, "Take the next one", (replaced(script, call, "next()"),))
    if name in _SAME:
        return Fix(True, f"Delete `.{name}()`", (removed(script, call),))
    if name == "flatten":
        more = ".collect::<Vec>()" if mask & LIST and mask != ANY and use_of(script, call) == "list" else ""
        return Fix(certain, "Map each to its items", (replaced(script, call, f"{front}flat_map(|items| items){more}"),))
    if name == "find_map":
        start, _ = place(script, call)
        edits = (Edit(start, script.tree.tokens.ends[call.name], f"{front}filter_map"),)
        return Fix(True, "Filter, and take the next one", (*edits, Edit(script.end(call), script.end(call), ".next()")))
    if name == "contains":
        return contains_fix(script, call, mask)
    if name == "for_each":
        return loop_fix(script, call, items[0], safe=False) or function_fix(script, call, name, safe=False)
    if name in _GIVES_LIST:
        return sequence_fix(script, call, name, safe=False)
    if name in _GIVES_VALUE:
        return function_fix(script, call, name, safe=False)
    return None


def _goes_on_from_uncounted(script: Script, expr: Expr) -> bool:
    """Whether an iterator has the length of one that has none, as `text.split(",").map(f)`."""
    at = bare(expr)
    while isinstance(at, MethodCall) and name_of(script, at) in _COUNTED:
        at = bare(at.base)
    return isinstance(at, Expr) and script.types.of(at).name in _UNCOUNTED


def _becomes_list(script: Script, expr: Expr) -> bool:
    """Whether another rule makes a list of an iterator: `text.lines()`, or a name that is used as a list too."""
    at = bare(expr)
    if isinstance(at, MethodCall):
        return not having(script, kinds(script, at.base), name_of(script, at))
    value = kept_value(script, at) if isinstance(at, Path) else None
    kept = bare(value) if value is not None else None
    return isinstance(kept, MethodCall) and list_fix(script, kept) is not None


def _one_way(script: Script, call: MethodCall, name: str) -> Finding | None:
    """`len` of an iterator that does not know it, `rev` of one that has no end to begin at."""
    exact = ITERATORS.get(script.types.of(call.base).name)
    if name == "len" and exact is not None and _goes_on_from_uncounted(script, call.base):
        exact = exact - {"len"}
    if (
        exact is None
        or name in exact
        or call.args.items
        or is_split(script, call)
        or is_broken_chain(script, call.base)
        or _becomes_list(script, call.base)
    ):
        return None
    start, end = place(script, call)
    if name == "len":
        fix = Fix(True, "Call `count`", (renamed(script, call, "count"),))
        return Finding("RN129", start, end, "this iterator does not know its length: `count` walks to its end", fix=fix)
    fix = Fix(True, "Collect first", (Edit(start, start, "collect::<Vec>().iter()."),))
    return Finding("RN129", start, end, "this iterator has no end to begin at: it has no `rev`", fix=fix)


RULE = Rule(
    code="RN129",
    name="iterator-methods",
    summary="`.max()`, `.last()`, `.zip(b)`, `.position(f)` and others: Rune's iterators do not have them.",
    why="""\
Rune's iterators have the most common methods of Rust's, not all. `max`, `min` and `last` become a `fold` or
`rev().next()` that gives the same Option; `cloned` and `copied` go, since values are shared anyway; `flatten` and
`find_map` are spelled with `flat_map` and `filter_map`.

For `zip`, `position`, `for_each`, `take_while`, `partition` and the like the repair writes a loop or adds a private
function that has one. It is unsafe: a function walks over everything at once, where an iterator goes only as far as
it is asked.
""",
    before="""\
pub async fn call(args) {
    args.a.iter().max()
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().fold(None, |m, x| match m { Some(y) if y >= x => m, _ => Some(x) })
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=tuple(sorted(_NAMES)),
)
