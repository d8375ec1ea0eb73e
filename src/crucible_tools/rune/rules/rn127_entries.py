"""RN127: `entries` and `items` on an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.method_edits import arguments, place, renamed, replaced
from crucible_tools.rune.rules.receivers import calls, having, kinds, name_of, use_of
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.written_references import written_references
from crucible_tools.rune.syntax.nodes import Closure, MethodCall, Path
from crucible_tools.rune.types.values import LIST, OBJECT, OTHER

_PAIRS: Final = frozenset({"entries", "items", "iteritems"})
_RUNE: Final = {
    "into_iter": "iter",
    "iter_mut": "iter",
    "into_keys": "keys",
    "into_values": "values",
    "values_mut": "values",
    **dict.fromkeys(_PAIRS, "iter"),
}
_STATIC: Final = {"entries": "iter", "keys": "keys", "values": "values"}


def check(script: Script) -> Iterator[Finding]:
    """Finds the names that other languages have for an object's `iter`, and JavaScript's `Object.keys(o)`."""
    for call in calls(script, {*_RUNE, *_STATIC}):
        name = name_of(script, call)
        start, end = place(script, call)
        if _is_object_class(script, call):
            message = f"there is no `Object.{name}`: an object has `{_STATIC[name]}` itself" if name in _STATIC else ""
            if message:
                yield Finding("RN127", script.start(call), end, message, fix=_static(script, call, name))
            continue
        if name not in _RUNE or call.args.items:
            continue
        mask = kinds(script, call.base)
        if having(script, mask, name) or not mask & (OBJECT | OTHER):
            if name == "entries" and mask == LIST:
                fix = Fix(True, "Number the items", (replaced(script, call, "iter().enumerate()"),))
                yield Finding("RN127", start, end, "lists have no `entries`", fix=fix)
            continue
        if name in ("into_iter", "iter_mut") and mask & LIST:
            continue
        yield Finding(
            "RN127",
            start,
            end,
            f"objects have no `{name}`, they have `{_RUNE[name]}`",
            hint="the order of an object's keys is not fixed: sort them where it matters",
            fix=None if call in written_references(script).sources else _fix(script, call, _RUNE[name]),
        )


def _fix(script: Script, call: MethodCall, name: str) -> Fix:
    if use_of(script, call) == "list":
        return Fix(True, f"Call `{name}` and collect", (replaced(script, call, f"{name}().collect::<Vec>()"),))
    return Fix(True, f"Call `{name}`", (renamed(script, call, name),))


def _is_object_class(script: Script, call: MethodCall) -> bool:
    base = call.base
    return isinstance(base, Path) and base.name == "Object" and script.types.binding(base) is None


def _static(script: Script, call: MethodCall, name: str) -> Fix | None:
    """JavaScript's `Object.keys(o)` as `o.keys()`."""
    items = arguments(call)
    if items is None or len(items) != 1:
        return None
    what = items[0]
    plain = type(what).__name__ in ("Path", "Field", "Index", "MethodCall", "Call", "Paren")
    opened, closed = ("", "") if plain else ("(", ")")
    end = f"{closed}.{_STATIC[name]}()"
    if use_of(script, call) == "list":
        end += ".collect::<Vec>()"
    edits = (
        Edit(script.start(call), script.start(what), opened),
        Edit(script.end(what), script.end(call), end),
        *(_pairs(script, call) if name == "entries" else ()),
    )
    return Fix(True, f"Call `{_STATIC[name]}` of the object", edits)


_WALKING: Final = frozenset({
    "every", "filter", "find", "flatMap", "forEach", "map", "reduce", "some", "sort", "sort_by",
})  # fmt: skip
_ENDING: Final = frozenset({"flatMap", "map", "reduce"})
"""Methods behind which the items are no entries any more."""


def _pairs(script: Script, call: MethodCall) -> Iterator[Edit]:
    """Parentheses for the brackets in `.map(([key, value]) => ..)`: the entries of Rune are tuples."""
    tokens = script.tree.tokens
    at: MethodCall = call
    while isinstance(at.parent, MethodCall) and at.parent.base is at and name_of(script, at.parent) in _WALKING:
        at = at.parent
        closure = at.args.items[0] if at.args.items else None
        for param in closure.params if isinstance(closure, Closure) else ():
            first, last = param.pattern.first, param.pattern.last
            if script.word(first) == "[" and tokens.partner[first] == last:
                yield Edit(tokens.starts[first], tokens.ends[first], "(")
                yield Edit(tokens.starts[last], tokens.ends[last], ")")
        if name_of(script, at) in _ENDING:
            break


RULE = Rule(
    code="RN127",
    name="object-entries",
    summary="`for (k, v) in o.entries()`: an object has `iter`, `keys` and `values`.",
    why="""\
`entries()` of JavaScript and `items()` of Python are `iter()` in Rune, which gives pairs too. `Object.keys(o)` is
`o.keys()`, and `([key, value]) =>` behind `Object.entries(o)` takes a tuple apart. The
order of the keys is not fixed, so sort them where the order shows.

All of them are iterators: where a list is wanted, the repair collects.
""",
    before="""\
pub async fn call(args) {
    let n = 0;
    for (key, value) in args.entries() {
        n += value;
    }
    n
}
""",
    after="""\
pub async fn call(args) {
    let n = 0;
    for (key, value) in args.iter() {
        n += value;
    }
    n
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("entries", "items", "iteritems", "into_", "_mut", "Object.keys", "Object.values"),
)
