"""How tightly expressions bind: what may stand as an operand as it is, and what needs parentheses for it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.syntax.nodes import (
    Args,
    Await,
    Binary,
    Call,
    Cast,
    Expr,
    Field,
    Index,
    Is,
    List,
    Literal,
    Macro,
    MethodCall,
    Node,
    Object,
    Paren,
    Path,
    Template,
    Try,
    Tuple,
    Unary,
    Unit,
)  # fmt: skip

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_TIGHT: Final = (
    Literal, Unit, Path, Template, Field, MethodCall, Call, Macro, Index, Await, Try, Paren, Tuple, List, Object,
)  # fmt: skip
_POSTFIX: Final = (Field, MethodCall, Index, Await, Try)


def tight(expr: Expr) -> bool:
    """Whether a `.method()` may follow an expression without parentheses around it."""
    return isinstance(expr, _TIGHT)


def bare(expr: Expr) -> Expr:
    """An expression without the parentheses around it."""
    while isinstance(expr, Paren) and expr.inner is not None:
        expr = expr.inner
    return expr


def outer(expr: Expr) -> Expr:
    """An expression with the parentheses that stand directly around it."""
    while isinstance(expr.parent, Paren):
        expr = expr.parent
    return expr


def is_base(expr: Expr) -> bool:
    """Whether a `.`, `[..]`, `?` or a cast follows an expression, or a sign stands in front of it."""
    up = expr.parent
    if isinstance(up, (*_POSTFIX, Cast, Is)):
        return up.base is expr
    if isinstance(up, Call):
        return up.callee is expr
    return isinstance(up, Unary)


def is_operand(expr: Expr) -> bool:
    """Whether an expression is an operand of something: what replaces it must bind as tightly."""
    return is_base(expr) or isinstance(expr.parent, Binary)


def around(script: Script, expr: Expr, before: str, after: str) -> tuple[Edit, ...]:
    """Edits that put texts in front of and behind an expression, which gets parentheses if it needs them."""
    if not tight(expr):
        before, after = f"{before}(", f"){after}"
    start, end = script.start(expr), script.end(expr)
    return (*((Edit(start, start, before),) if before else ()), Edit(end, end, after))


def same(script: Script, one: Node, other: Node) -> bool:
    """Whether two nodes read the same, blanks and comments apart."""
    texts = script.tree.tokens.texts
    return texts[one.first : one.last + 1] == texts[other.first : other.last + 1]


def repeatable(expr: Expr) -> bool:
    """Whether an expression may be written twice: it calls nothing."""
    stack: list[Expr] = [expr]
    while stack:
        here = bare(stack.pop())
        if isinstance(here, Index):
            if here.index is None:
                return False
            stack += [here.base, here.index]
        elif isinstance(here, Field):
            stack.append(here.base)
        elif not isinstance(here, (Path, Literal)):
            return False
    return True


def closed(script: Script, args: Args) -> bool:
    """Whether the parentheses of arguments are both there: nothing can be put behind them otherwise."""
    tokens = script.tree.tokens
    if tokens.partner[args.first] != args.last:
        return False
    at = bisect_left(tokens.unclosed, args.first)
    return at == len(tokens.unclosed) or tokens.unclosed[at] > args.last


def sign_between(script: Script, first: int, last: int, sign: str) -> int | None:
    """The first `sign` behind the token `first` and before `last` that stands in no brackets of its own."""
    at, partner = first + 1, script.tree.tokens.partner
    while at < last:
        if script.word(at) == sign:
            return at
        at = partner[at] + 1 if partner[at] > at else at + 1
    return None


def has_comment(script: Script, start: int, end: int) -> bool:
    """Whether a comment begins in a stretch of the text: what replaces it would lose the comment."""
    comments = script.tree.tokens.comments
    at = bisect_left(comments, (start, 0))
    return at < len(comments) and comments[at][0] < end
