"""Literals, names, and what may stand behind an operand: fields, calls, `[..]`, `?`, `.await`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes.node import Expr, Node

if TYPE_CHECKING:
    from crucible_tools.rune.syntax.nodes.groups import Args


class Literal(Expr):
    """One literal. `kind` is `int`, `float`, `string`, `rawstring`, `bytes`, `char`, `byte` or `bool`."""

    __slots__ = ("kind",)

    def __init__(self, first: int, kind: str) -> None:
        self.first = self.last = first
        self.kids = []
        self.parent = None
        self.kind = kind


class Unit(Expr):
    """`()`."""

    __slots__ = ()


class Path(Expr):
    """A name, or a path: `x`, `a::b`, `Vec::<i64>::new`, `Self`, `crate::f`.

    Args:
        segments: the names, without generic arguments.
        tokens: the token of each segment.
        generics: each `::<..>` or `<..>` inside it.
    """

    __slots__ = ("generics", "segments", "tokens")

    def __init__(self, first: int, last: int, segments: list[str], tokens: list[int], generics: list[Generics]) -> None:
        self.first = first
        self.last = last
        self.kids = [*generics]
        self.parent = None
        self.segments = segments
        self.tokens = tokens
        self.generics = generics
        for part in generics:
            part.parent = self

    @property
    def name(self) -> str | None:
        """The name, when it is a single one."""
        return self.segments[0] if len(self.segments) == 1 else None

    @property
    def text(self) -> str:
        """The segments joined by `::`."""
        return "::".join(self.segments)


class Generics(Node):
    """`::<A, B<C>>`, from the `<` (or its `::`) to the `>`.

    Args:
        args: the arguments: types, which may have generics of their own.
        turbofish: whether `::` stands in front; then `first` is that token.
    """

    __slots__ = ("args", "turbofish")

    def __init__(self, first: int, last: int, args: list[Type], *, turbofish: bool) -> None:
        super().__init__(first, last, [*args])
        self.args = args
        self.turbofish = turbofish


class Type(Node):
    """A type as written: `String`, `&str`, `Vec<i64>`, `[string]`, `(A, B)`, `impl Fn(x) -> y`. Only its extent counts.

    Args:
        generics: generic arguments at its top, if it is a path that has some.
    """

    __slots__ = ("generics",)

    def __init__(self, first: int, last: int, generics: Generics | None = None) -> None:
        super().__init__(first, last, [generics] if generics else None)
        self.generics = generics


class Template(Expr):
    """A template string, from backtick to backtick.

    Args:
        parts: the expressions inside `${..}`; filled in when they are parsed.
    """

    __slots__ = ("parts",)

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self.kids = []
        self.parent = None
        self.parts: list[Expr] = []


class Field(Expr):
    """`base.name`; `name` is the token. `number` says that it is a tuple's: `t.0`."""

    __slots__ = ("base", "name", "number")

    def __init__(self, base: Expr, name: int, number: bool = False) -> None:
        self.first = base.first
        self.last = name
        self.kids = [base]
        self.parent = None
        base.parent = self
        self.base = base
        self.name = name
        self.number = number


class MethodCall(Expr):
    """`base.name::<T>(args)`; `name` is the token."""

    __slots__ = ("args", "base", "generics", "name")

    def __init__(self, base: Expr, name: int, generics: Generics | None, args: Args) -> None:
        self.first = base.first
        self.last = args.last
        self.parent = None
        base.parent = args.parent = self
        if generics is None:
            self.kids = [base, args]
        else:
            self.kids = [base, generics, args]
            generics.parent = self
        self.base = base
        self.name = name
        self.generics = generics
        self.args = args


class Call(Expr):
    """`callee(args)`."""

    __slots__ = ("args", "callee")

    def __init__(self, callee: Expr, args: Args) -> None:
        self.first = callee.first
        self.last = args.last
        self.kids = [callee, args]
        self.parent = None
        callee.parent = args.parent = self
        self.callee = callee
        self.args = args


class Macro(Expr):
    """`name!(args)`, with any of the three brackets; `args.items` are its arguments as far as they are expressions."""

    __slots__ = ("args", "path")

    def __init__(self, path: Path, args: Args) -> None:
        super().__init__(path.first, args.last, [path, args])
        self.path = path
        self.args = args


class Index(Expr):
    """`base[index]`; `open` is the token of `[`. `index` is None when it is empty or broken."""

    __slots__ = ("base", "index", "open")

    def __init__(self, base: Expr, open_: int, last: int) -> None:
        super().__init__(base.first, last, [base])
        self.base = base
        self.open = open_
        self.index: Expr | None = None


class Await(Expr):
    """`base.await`."""

    __slots__ = ("base",)

    def __init__(self, base: Expr, last: int) -> None:
        super().__init__(base.first, last, [base])
        self.base = base


class Try(Expr):
    """`base?`; `last` is the `?`."""

    __slots__ = ("base",)

    def __init__(self, base: Expr, last: int) -> None:
        super().__init__(base.first, last, [base])
        self.base = base
