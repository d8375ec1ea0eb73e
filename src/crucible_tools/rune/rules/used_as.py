"""What variables and fields must be, by how the source uses them elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.receivers import bare, called, calls, kept_value, name_of, own_methods
from crucible_tools.rune.syntax.nodes import Binary, Field, For, Is, List, Literal, Match, MethodCall, Node, Path
from crucible_tools.rune.types.methods import METHODS
from crucible_tools.rune.types.values import FLOAT, INT, ITERATOR, LIST, OBJECT, STRING, UNIT

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_OF_LISTS: Final = frozenset({"extend", "filter", "iter", "join", "map", "pop", "sort"})

OF_TEXTS: Final = (
    METHODS[STRING].difference(*(METHODS[kind] for kind in (LIST, OBJECT, INT, FLOAT, UNIT, ITERATOR)))
) | {
    "lines", "repeat", "split_whitespace", "startsWith", "endsWith", "strip_prefix", "strip_suffix", "toLowerCase",
    "toUpperCase", "to_ascii_lowercase", "to_ascii_uppercase", "trim_start",
}  # fmt: skip
"""Methods that nothing but a text that came in from outside has, here or in other languages."""


def place_of(script: Script, node: Node) -> object:
    """What tells one variable or field from another; None for other expressions.

    It is what introduces a name, and for a field that together with its text.
    """
    node = bare(node)
    root = node
    while isinstance(root, Field):
        root = bare(root.base)
    if not isinstance(root, Path) or (binding := script.types.binding(root)) is None:
        return None
    return binding if root is node else (binding, script.source(node))


def shown_lists(script: Script) -> set[object]:
    """The variables and fields that are used as only lists are, and that nothing asks whether they are."""
    found: set[object] = {place_of(script, loop.iterable) for loop in script.tree.of(For)}
    found.update(place_of(script, call.base) for call in calls(script, _OF_LISTS))
    return found - {place_of(script, asked.base) for asked in script.tree.of(Is)} - {None}


_OF_NUMBERS: Final = frozenset({"<", ">", "<=", ">=", "==", "!=", "===", "!==", "-", "*", "/", "%"})


def shown_numbers(script: Script) -> set[object]:
    """The variables and fields that are compared with numbers, or worked with as numbers are."""
    found: set[object] = set()
    for node in script.tree.of(Binary):
        if node.op in _OF_NUMBERS:
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(other, Literal) and other.kind in ("int", "float"):
                    found.add(place_of(script, one))
    return found - {None}


def defaults_to_list(script: Script, expr: Node) -> bool:
    """Whether what stands in for a missing value is a list, as in `args.get("tags").unwrap_or([])`: so is the value."""
    expr = bare(expr)
    if isinstance(expr, Path):
        value = kept_value(script, expr)
        expr = bare(value) if value is not None else expr
    default: Node | None = None
    if isinstance(expr, MethodCall) and name_of(script, expr) == "unwrap_or" and len(expr.args.items) == 1:
        default = expr.args.items[0]
    elif isinstance(expr, Binary) and expr.op in ("??", "||"):
        default = expr.right
    elif isinstance(expr, Match):
        default = next((arm.body for arm in expr.arms if isinstance(bare(arm.body), List)), None)
    return default is not None and isinstance(bare(default), List)


def shown_texts(script: Script) -> set[object]:
    """The variables and fields that are used as only texts are, and never as lists or after asking what they are."""
    names = OF_TEXTS.intersection(called(script)).difference(own_methods(script))
    found: set[object] = {place_of(script, call.base) for call in calls(script, names)}
    if not found:
        return found
    return found - shown_lists(script) - {place_of(script, asked.base) for asked in script.tree.of(Is)} - {None}
