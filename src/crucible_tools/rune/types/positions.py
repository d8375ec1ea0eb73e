"""Places in texts that are numbers: what `find` means where its result is compared with -1.

`find` and `rfind` give an Option in Rust and a number in Python and Lua, -1 where nothing is found; what an author
means is seen by what the result is compared with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Closure,
    Expr,
    Let,
    Literal,
    MethodCall,
    Node,
    Paren,
    Path,
    Unary,
)

if TYPE_CHECKING:
    from crucible_tools.rune.types.inference import Types

NAMES: Final = frozenset({"find", "index_of", "rfind"})
_COMPARING: Final = frozenset({"==", "!=", "===", "!==", "<", ">", "<=", ">="})
_WITH_ZERO: Final = frozenset({"<", ">="})


def is_number(types: Types, call: MethodCall) -> bool:
    """Whether the result of a `find` is compared with -1, or asked whether it is below 0."""
    items = call.args.items
    if types.word(call.name) not in NAMES or not items or isinstance(items[0], Closure):
        return False
    expr, up = _outer(call)
    if isinstance(up, Binary):
        return _is_compared(types, expr, up)
    variable: Node | None = None
    if isinstance(up, Let) and up.value is expr and len(up.pattern.names) == 1:
        variable = up
    elif isinstance(up, Assign) and up.value is expr and up.op == "=" and isinstance(up.target, Path):
        variable = types.binding(up.target)
    if not isinstance(variable, Let):
        return False
    for use in types.uses(variable):
        outer, above = _outer(use)
        if isinstance(above, Binary) and _is_compared(types, outer, above):
            return True
    return False


def _outer(expr: Expr) -> tuple[Expr, Node | None]:
    while isinstance(expr.parent, Paren):
        expr = expr.parent
    return expr, expr.parent


def _is_compared(types: Types, expr: Expr, node: Binary) -> bool:
    """Whether a side of a comparison is compared with a number below 0, or with 0 for being below."""
    if node.op not in _COMPARING:
        return False
    other = node.right if node.left is expr else node.left
    while isinstance(other, Paren) and other.inner is not None:
        other = other.inner
    if isinstance(other, Unary) and other.op == "-" and isinstance(other.operand, Literal):
        return other.operand.kind == "int"
    zero = isinstance(other, Literal) and types.text(other) == "0"
    return zero and node.left is expr and node.op in _WITH_ZERO
