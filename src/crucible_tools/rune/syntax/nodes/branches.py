"""What decides where a script goes on: branches, loops, jumps, closures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes.node import Expr, Node

if TYPE_CHECKING:
    from crucible_tools.rune.syntax.nodes.groups import Block
    from crucible_tools.rune.syntax.nodes.statements import Param, Pattern


class If(Expr):
    """`if condition {..} else ..`.

    Args:
        condition: an expression or a `LetCondition`.
        otherwise: a `Block` or another `If`.
    """

    __slots__ = ("condition", "otherwise", "then")

    def __init__(self, first: int, condition: Expr, then: Block, otherwise: Block | If | None) -> None:
        kids: list[Node] = [condition, then] if otherwise is None else [condition, then, otherwise]
        super().__init__(first, kids[-1].last, kids)
        self.condition = condition
        self.then = then
        self.otherwise = otherwise


class LetCondition(Expr):
    """`let pattern = value` as the condition of `if` or `while`."""

    __slots__ = ("pattern", "value")

    def __init__(self, first: int, pattern: Pattern, value: Expr) -> None:
        super().__init__(first, value.last, [pattern, value])
        self.pattern = pattern
        self.value = value


class Arm(Node):
    """`pattern if guard => body`; `arrow` is the token of `=>`, for which others write `:` or `->`."""

    __slots__ = ("arrow", "body", "guard", "pattern")

    def __init__(self, pattern: Pattern, guard: Expr | None, arrow: int, body: Expr) -> None:
        super().__init__(pattern.first, body.last, [pattern, *([guard] if guard else []), body])
        self.pattern = pattern
        self.guard = guard
        self.arrow = arrow
        self.body = body


class Match(Expr):
    """`match subject { arms }`."""

    __slots__ = ("arms", "open", "subject")

    def __init__(self, first: int, subject: Expr, open_: int, last: int) -> None:
        super().__init__(first, last, [subject])
        self.subject = subject
        self.open = open_
        self.arms: list[Arm] = []


class SelectArm(Node):
    """`pattern = future => body` or `default => body`; `arrow` is the token of `=>`.

    Args:
        pattern: None for `default`.
        future: None for `default`.
    """

    __slots__ = ("arrow", "body", "future", "pattern")

    def __init__(self, first: int, pattern: Pattern | None, future: Expr | None, arrow: int, body: Expr) -> None:
        super().__init__(first, body.last, [part for part in (pattern, future, body) if part])
        self.pattern = pattern
        self.future = future
        self.arrow = arrow
        self.body = body


class Select(Expr):
    """`select { arms }`: waits for the first of some futures."""

    __slots__ = ("arms", "open")

    def __init__(self, first: int, open_: int, last: int) -> None:
        super().__init__(first, last)
        self.open = open_
        self.arms: list[SelectArm] = []


class While(Expr):
    """`while condition {..}`."""

    __slots__ = ("body", "condition")

    def __init__(self, first: int, condition: Expr, body: Block) -> None:
        super().__init__(first, body.last, [condition, body])
        self.condition = condition
        self.body = body


class Loop(Expr):
    """`loop {..}`."""

    __slots__ = ("body",)

    def __init__(self, first: int, body: Block) -> None:
        super().__init__(first, body.last, [body])
        self.body = body


class For(Expr):
    """`for pattern in iterable {..}`."""

    __slots__ = ("body", "iterable", "pattern")

    def __init__(self, first: int, pattern: Pattern, iterable: Expr, body: Block) -> None:
        super().__init__(first, body.last, [pattern, iterable, body])
        self.pattern = pattern
        self.iterable = iterable
        self.body = body


class Closure(Expr):
    """`|a, b| body`, `async |a| body`, `move |a| body`, and of JavaScript `(a, b) => body` and `a => body`.

    Args:
        params: its parameters.
        open: token of the opening `|`, `||` or `(`.
        close: token that ends the parameters.
        is_async: whether `async` stands in front.
        arrow: token of `=>`; None for Rune's form.
    """

    __slots__ = ("arrow", "body", "close", "is_async", "open", "params")

    def __init__(
        self,
        first: int,
        params: list[Param],
        open_: int,
        close: int,
        body: Expr,
        *,
        is_async: bool = False,
        arrow: int | None = None,
    ) -> None:
        super().__init__(first, body.last, [*params, body])
        self.params = params
        self.open = open_
        self.close = close
        self.body = body
        self.is_async = is_async
        self.arrow = arrow


class Jump(Expr):
    """`return x`, `break 'a x`, `continue`, `yield x`, and of others `throw x`; `word` is which."""

    __slots__ = ("label", "value", "word")

    def __init__(self, first: int, last: int, word: str, value: Expr | None, label: int | None = None) -> None:
        super().__init__(first, value.last if value else last, [value] if value else None)
        self.word = word
        self.value = value
        self.label = label
