"""Comparing values: which kinds compare at all, and comparing with a literal without an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.operands import bare, has_comment, is_base
from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.syntax.nodes import Binary, Expr, Literal, Unary
from crucible_tools.rune.types.values import (
    BOOL,
    CHAR,
    FLOAT,
    INT,
    LIST,
    NUMBER,
    OBJECT,
    OPTION,
    RESULT,
    STRING,
    TUPLE,
    UNIT,
)

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.types.values import Value

EQUALITY: Final = frozenset({"==", "!=", "===", "!=="})
ORDER: Final = frozenset({"<", ">", "<=", ">="})

_SINGLE: Final = BOOL | INT | FLOAT | CHAR | STRING | OPTION | RESULT | OBJECT
"""Kinds that compare with nothing but their own."""
_KNOWN: Final = _SINGLE | UNIT | LIST | TUPLE


def differ(left: Value, right: Value) -> bool:
    """Whether comparing two values certainly is an error; that of an integer with a float does not count."""
    if left.only(NUMBER) and right.only(NUMBER):
        return False
    if not left.only(_KNOWN) or not right.only(_KNOWN) or left.kinds & right.kinds:
        return False
    if left.may(LIST | TUPLE) and right.may(OPTION | RESULT):
        return False  # a list compares its elements with that of an Option
    return left.only(_SINGLE | UNIT) or right.only(_SINGLE & ~OBJECT)


def literal_of(expr: Expr) -> Literal | None:
    """The literal that an expression is, behind a minus too, if a pattern can be made of it."""
    expr = bare(expr)
    if isinstance(expr, Unary) and expr.op == "-":
        expr = expr.operand
        return expr if isinstance(expr, Literal) and expr.kind == "int" else None
    return expr if isinstance(expr, Literal) and expr.kind in ("string", "int", "char", "bool") else None


def matched(script: Script, node: Binary, value: Expr, pattern: str) -> tuple[Edit, ...] | None:
    """Edits that make `match value { pattern => true, _ => false }` of a comparison."""
    start, end = script.start(value), script.end(value)
    reverse = value is node.right
    gap = (script.start(node), start) if reverse else (end, script.end(node))
    if has_comment(script, *gap):
        return None
    yes, no = ("true", "false") if node.op in ("==", "===") else ("false", "true")
    before, after = "match ", f" {{ {pattern} => {yes}, _ => {no} }}"
    up = node.parent
    if is_base(node) or (isinstance(up, Binary) and up.op not in ("&&", "||")):
        before, after = f"({before}", f"{after})"
    if reverse:
        return Edit(*gap, before), Edit(end, end, after)
    return Edit(start, start, before), Edit(*gap, after)


def may_be_missing(value: Value, literal: Value) -> bool:
    """Whether a value is of a literal's kind or `()`, as far as is known, and nothing else."""
    return value.only(literal.kinds | UNIT) and value.may(UNIT) and value.may(literal.kinds)
