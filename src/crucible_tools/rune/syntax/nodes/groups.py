"""What stands in brackets: arguments, tuples, lists, objects, blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes.node import Expr, Node

if TYPE_CHECKING:
    from crucible_tools.rune.syntax.nodes.operands import Path


class Args(Node):
    """The arguments of a call, from `(` to `)`. `items` are the expressions; a broken one is `Skipped`."""

    __slots__ = ("items",)

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.kids = []
        self.parent = None
        self.items: list[Node] = []


class Paren(Expr):
    """`(inner)`."""

    __slots__ = ("inner",)

    def __init__(self, first: int, last: int) -> None:
        super().__init__(first, last)
        self.inner: Expr | None = None


class Tuple(Expr):
    """`(a, b)`, `(a,)`."""

    __slots__ = ("items",)

    def __init__(self, first: int, last: int) -> None:
        super().__init__(first, last)
        self.items: list[Node] = []


class List(Expr):
    """`[a, b]`; `repeat` says that it is `[x; n]`."""

    __slots__ = ("items", "repeat")

    def __init__(self, first: int, last: int) -> None:
        super().__init__(first, last)
        self.items: list[Node] = []
        self.repeat = False


class Entry(Node):
    """One entry of an object or of a struct literal.

    Args:
        key: token of the key; for a spread (`..rest`, `...rest`) token of its dots.
        colon: token of the `:`, for which others write `=` or `=>`; None for the short form `#{name}`.
        value: None for the short form. A spread has the expression behind its dots.
        spread: whether it is one.
    """

    __slots__ = ("colon", "key", "spread", "value")

    def __init__(self, key: int, colon: int | None, value: Expr | None, last: int, *, spread: bool = False) -> None:
        self.first = key
        self.last = last
        self.parent = None
        if value is None:
            self.kids = []
        else:
            self.kids = [value]
            value.parent = self
        self.key = key
        self.colon = colon
        self.value = value
        self.spread = spread


class Object(Expr):
    """`#{..}`, a struct literal `Point {..}`, or JavaScript's `{ "k": v }`.

    Args:
        style: `rune` for `#{`, `struct` for a path in front, `js` for neither.
        open: token of the `{`.
        path: of a struct literal.
    """

    __slots__ = ("entries", "open", "path", "style")

    def __init__(self, first: int, open_: int, last: int, style: str, path: Path | None = None) -> None:
        super().__init__(first, last, [path] if path else None)
        self.open = open_
        self.style = style
        self.path = path
        self.entries: list[Entry] = []


class Block(Expr):
    """`{..}`, with what stands in front of it: `async {`, `unsafe {`, `const {`, a label.

    Args:
        open: token of the `{`; `last` is the `}`, or the last token of the file if that is missing.
        prefix: `async`, `unsafe`, `const` or None.
    """

    __slots__ = ("open", "prefix", "statements", "value")

    def __init__(self, first: int, open_: int, last: int, prefix: str | None = None) -> None:
        self.first = first
        self.last = last
        self.kids = []
        self.parent = None
        self.open = open_
        self.prefix = prefix
        self.statements: list[Node] = []
        self.value: Expr | None = None
        """Its last expression, if no `;` follows: what it gives."""
