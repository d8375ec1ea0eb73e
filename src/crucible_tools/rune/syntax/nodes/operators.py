"""What joins operands: unary and binary operators, assignments, ranges, `as`, `is`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes.node import Expr

if TYPE_CHECKING:
    from crucible_tools.rune.syntax.nodes.operands import Type


class Unary(Expr):
    """`-x`, `!x`, `&x`, `&mut x`, `*x`; `first` is the operator.

    Args:
        op: `-`, `!`, `&`, `&mut`, `*`, and of other languages `typeof`, `new`, `not`, `++`, `--`.
    """

    __slots__ = ("op", "operand")

    def __init__(self, first: int, op: str, operand: Expr) -> None:
        super().__init__(first, operand.last, [operand])
        self.op = op
        self.operand = operand


class Binary(Expr):
    """`left op right`; `token` is the operator's first token, `op` its text.

    Besides Rune's operators: `??`, `===`, `!==`, `**`, `?:` never (that is a `Ternary`). Of `a--b` the operator is `-`,
    and its right side is a `Unary` that begins at the same token.
    """

    __slots__ = ("left", "op", "right", "token")

    def __init__(self, left: Expr, op: str, token: int, right: Expr) -> None:
        self.first = left.first
        self.last = right.last
        self.kids = [left, right]
        self.parent = None
        left.parent = right.parent = self
        self.left = left
        self.op = op
        self.token = token
        self.right = right


class Ternary(Expr):
    """`a ? b : c` of JavaScript; `question` and `colon` are tokens."""

    __slots__ = ("colon", "condition", "no", "question", "yes")

    def __init__(self, condition: Expr, question: int, yes: Expr, colon: int, no: Expr) -> None:
        super().__init__(condition.first, no.last, [condition, yes, no])
        self.condition = condition
        self.question = question
        self.yes = yes
        self.colon = colon
        self.no = no


class Assign(Expr):
    """`target op value`; `op` is `=`, `+=`, ..."""

    __slots__ = ("op", "target", "token", "value")

    def __init__(self, target: Expr, op: str, token: int, value: Expr) -> None:
        self.first = target.first
        self.last = value.last
        self.kids = [target, value]
        self.parent = None
        target.parent = value.parent = self
        self.target = target
        self.op = op
        self.token = token
        self.value = value


class Range(Expr):
    """`a..b`, `a..=b`, `..b`, `a..`, `..`; `token` is the operator."""

    __slots__ = ("end", "start", "token")

    def __init__(self, start: Expr | None, token: int, end: Expr | None) -> None:
        super().__init__(
            start.first if start else token,
            end.last if end else token,
            [part for part in (start, end) if part],
        )
        self.start = start
        self.token = token
        self.end = end


class Cast(Expr):
    """`base as Type`."""

    __slots__ = ("base", "type")

    def __init__(self, base: Expr, type_: Type) -> None:
        super().__init__(base.first, type_.last, [base, type_])
        self.base = base
        self.type = type_


class Is(Expr):
    """`base is Type`, `base is not Type`."""

    __slots__ = ("base", "negated", "type")

    def __init__(self, base: Expr, type_: Type, *, negated: bool) -> None:
        super().__init__(base.first, type_.last, [base, type_])
        self.base = base
        self.type = type_
        self.negated = negated
