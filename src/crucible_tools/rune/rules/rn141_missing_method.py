"""RN141: a method that the receiver certainly does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crucible_tools.model.near import near
from crucible_tools.rune.rules import (
    rn117_inside_of_option,
    rn120_join,
    rn121_contains,
    rn122_list_methods,
    rn123_first_last,
    rn124_lines,
    rn125_find,
    rn126_to_string,
    rn127_entries,
    rn128_untyped,
    rn129_iterator_methods,
    rn130_split_list,
    rn131_string_methods,
    rn134_result_methods,
    rn140_other_names,
)
from crucible_tools.rune.rules.articles import with_article
from crucible_tools.rune.rules.method_edits import place
from crucible_tools.rune.rules.receivers import bare, called, calls, having, kinds, name_of
from crucible_tools.rune.rules.rn107_integer_with_float import become_floats
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.syntax.nodes import Let, Path
from crucible_tools.rune.types.methods import METHODS
from crucible_tools.rune.types.values import FLOAT, FUNCTION, FUTURE, ITERATOR, JSON, NAMES, OPTION, OTHER, RESULT, UNIT

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import MethodCall, Node

_MENDED: Final = (
    rn117_inside_of_option, rn120_join, rn121_contains, rn122_list_methods, rn123_first_last, rn124_lines, rn125_find,
    rn126_to_string, rn127_entries, rn128_untyped, rn129_iterator_methods, rn130_split_list, rn131_string_methods,
    rn134_result_methods, rn140_other_names,
)  # fmt: skip
"""The rules that know what is meant."""

_ELSEWHERE: Final = METHODS[OPTION] | METHODS[RESULT] | {"unwrap_or_default"}
"""Called on plain values they are the concern of RN101."""

_UNSPOKEN: Final = FUNCTION | FUTURE | OTHER | ITERATOR
"""Kinds with too many faces to say what they do not have: the iterators differ from each other."""


def check(script: Script) -> Iterator[Finding]:
    """Finds methods that no kind has that the receiver may be, where no other rule knows what is meant."""
    unknown = [call for call in calls(script, called(script)) if _is_missing(script, call)]
    if not unknown:
        return
    floats = become_floats(script) if any(name_of(script, call) in METHODS[FLOAT] for call in unknown) else set[Let]()
    known = {(found.start, found.end) for module in _MENDED for found in module.check(script)}
    for call in unknown:
        start, end = place(script, call)
        name = name_of(script, call)
        if (start, end) in known or (name in METHODS[FLOAT] and _variable(script, call) in floats):
            continue
        mask = kinds(script, call.base)
        names = [NAMES[kind] for kind in METHODS if kind & mask]
        what = (
            f"{with_article(names[0])} has"
            if len(names) == 1
            else "no text, number, list or object has"
            if mask == JSON
            else "no such value has"
        )
        message = f"{what} no `{name}`" if len(names) == 1 else f"{what} a `{name}`"
        there = sorted({method for kind, methods in METHODS.items() if kind & mask for method in methods})
        yield Finding("RN141", start, end, message, hint=_hint(name, names, there), choices=tuple(near(name, there)))


def _variable(script: Script, call: MethodCall) -> Node | None:
    base = bare(call.base)
    return script.types.binding(base) if isinstance(base, Path) else None


def _is_missing(script: Script, call: MethodCall) -> bool:
    mask = kinds(script, call.base)
    name = name_of(script, call)
    if not mask or mask == UNIT or mask & _UNSPOKEN or having(script, mask, name):
        return False
    if name in _ELSEWHERE and not mask & (OPTION | RESULT):
        return False
    return name not in _TYPED


def _hint(name: str, names: list[str], there: list[str]) -> str | None:
    """Some of the methods that there are: first those that are spelled alike."""
    telling = [method for method in there if method not in _COMPARING]
    if len(names) != 1 or not telling:
        return None
    close = [method for method in near(name, there) if method in telling]
    usual = [method for method in _USUAL if method in telling]
    shown = list(dict.fromkeys((*close, *usual, *telling)))
    listed = ", ".join(f"`{method}`" for method in shown[:_MOST_SHOWN])
    more = " and others" if len(shown) > _MOST_SHOWN else ""
    return f"{with_article(names[0])} has {listed}{more}"


_MOST_SHOWN: Final = 5
_USUAL: Final = ("len", "get", "push", "iter", "keys", "trim", "split", "unwrap_or", "is_some", "map", "to_string")
"""Methods that are told before others."""

_TYPED: Final = frozenset({"collect", "parse", "product", "sum", "to"})
"""Methods that are there with a type only."""

_COMPARING: Final = frozenset(["cmp", "eq", "ge", "gt", "le", "lt", "ne", "partial_cmp"])

RULE = Rule(
    code="RN141",
    name="missing-method",
    summary="`list.shuffle()`, `text.isdigit()`: a value has no such method.",
    why="""\
What a value is, is known here, and Rune's values of that kind have no such method: the call fails whenever it is
reached. There is no repair, as Rune has nothing that is the same; the message names methods that are spelled alike,
and the hint some of those that there are.
""",
    before="""\
pub async fn call(args) {
    let names = ["b", "a"];
    names.shuffle();
    names
}
""",
    after="""\
pub async fn call(args) {
    let names = ["b", "a"];
    names.sort();
    names
}
""",
    kind=Kind.CERTAIN,
    fix="none",
    check=check,
)
