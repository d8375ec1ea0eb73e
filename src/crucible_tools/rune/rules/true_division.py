"""Divisions that give fractions, as those of JavaScript and Python do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.operands import has_comment, tight
from crucible_tools.rune.syntax.nodes import Binary, Cast, Expr, Literal, Paren, Unary

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})


def divides(expr: Expr) -> bool:
    """Whether the value of an expression is worked out with a `/`."""
    if isinstance(expr, Paren):
        return expr.inner is not None and divides(expr.inner)
    if isinstance(expr, Unary):
        return divides(expr.operand)
    if not isinstance(expr, Binary) or expr.op not in _ARITHMETIC:
        return False
    return expr.op == "/" or divides(expr.left) or divides(expr.right)


def in_floats(script: Script, expr: Expr) -> str | None:
    """The same arithmetic with floats; None if a comment would be lost."""
    if has_comment(script, script.start(expr), script.end(expr)):
        return None
    if isinstance(expr, Paren) and expr.inner is not None:
        inner = in_floats(script, expr.inner)
        return f"({inner})" if inner is not None else None
    if isinstance(expr, Binary) and expr.op in _ARITHMETIC:
        left, right = in_floats(script, expr.left), in_floats(script, expr.right)
        return f"{left} {expr.op} {right}" if left is not None and right is not None else None
    source = script.source(expr)
    if isinstance(expr, Literal):
        return f"{source}.0" if expr.kind == "int" and source.isdigit() else source
    if isinstance(expr, Cast):
        return source if source.endswith("f64") else f"({source}) as f64"
    return f"{source} as f64" if tight(expr) else f"({source}) as f64"
