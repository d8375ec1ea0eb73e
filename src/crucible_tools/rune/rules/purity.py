"""Whether an expression may be evaluated twice, and how it can stand beside an operator."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Cast,
    Closure,
    Expr,
    Field,
    Index,
    Is,
    Jump,
    Literal,
    MethodCall,
    Node,
    Paren,
    Path,
    Range,
    Template,
    Ternary,
    Tuple,
    Unary,
    Unit,
)  # fmt: skip

_WITHOUT_EFFECT: Final = frozenset({"len", "to_string", "clone", "trim", "to_lowercase", "to_uppercase"})
_PLAIN: Final = (Path, Literal, Unit, Field, Index, Paren, Binary, Unary, Cast, Is, Template, Tuple)


def is_pure(script: Script, node: Expr | None) -> bool:
    """Whether evaluating an expression twice is as good as once: names, fields, indexes, literals, and their sums."""
    stack: list[Node | None] = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, MethodCall):
            if script.word(one.name) not in _WITHOUT_EFFECT or one.args.items:
                return False
            stack.append(one.base)
        elif isinstance(one, _PLAIN):
            stack.extend(one.kids)
        else:
            return False
    return True


def needs_parentheses(node: Expr, tighter: frozenset[str]) -> bool:
    """Whether an expression must stand in parentheses to be the right side of an operator.

    Args:
        node: the expression.
        tighter: the operators that bind tighter than that one.
    """
    if isinstance(node, Binary):
        return node.op not in tighter
    return isinstance(node, (Assign, Range, Ternary, Closure, Jump, Is))
