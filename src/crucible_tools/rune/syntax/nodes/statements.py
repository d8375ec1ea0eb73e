"""Statements, and what is bound in them: patterns and parameters; attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes.node import Node

if TYPE_CHECKING:
    from crucible_tools.rune.syntax.nodes.groups import Block
    from crucible_tools.rune.syntax.nodes.node import Expr
    from crucible_tools.rune.syntax.nodes.operands import Type


class Pattern(Node):
    """What a value is matched with: in `let`, `match`, `for`, `if let`, and as a parameter.

    Args:
        alternatives: token ranges (first, last) of what `|` separates; one when there is none.
        names: tokens of the names it binds.
    """

    __slots__ = ("alternatives", "names")

    def __init__(self, first: int, last: int, alternatives: list[tuple[int, int]], names: list[int]) -> None:
        self.first = first
        self.last = last
        self.kids = []
        self.parent = None
        self.alternatives = alternatives
        self.names = names


class Param(Node):
    """A parameter of a function or of a closure.

    Args:
        pattern: its name or pattern, without `mut`, `&`, type and default.
        mut: token of `mut`, if there is one.
        refs: tokens of `&` in front.
        question: token of the `?` of `name?: T`.
        colon: token of the `:`.
        type_: its type.
        equals: token of the `=` of a default.
        default: the default, which Rune does not have.
    """

    __slots__ = ("colon", "default", "equals", "mut", "pattern", "question", "refs", "type")

    def __init__(
        self,
        first: int,
        last: int,
        pattern: Pattern,
        mut: int | None = None,
        refs: list[int] | None = None,
        question: int | None = None,
        colon: int | None = None,
        type_: Type | None = None,
        equals: int | None = None,
        default: Expr | None = None,
    ) -> None:
        self.first = first
        self.last = last
        self.kids = [pattern]
        self.parent = None
        pattern.parent = self
        for part in (type_, default):
            if part is not None:
                self.add(part)
        self.pattern = pattern
        self.mut = mut
        self.refs = refs or []
        self.question = question
        self.colon = colon
        self.type = type_
        self.equals = equals
        self.default = default


class Let(Node):
    """`let pattern: Type = value else {..};`, and of JavaScript `var` and `const` inside functions.

    Args:
        word: `let`, `const`, `var` or `static`.
        mut: token of `mut`, if it is there.
        colon: token of the `:`.
        type_: the declared type.
        equals: token of the `=`.
        value: None when it is missing or broken.
        otherwise: the block behind `else`, which Rune does not have.
        semicolon: token of the `;`, if it is there.
    """

    __slots__ = ("colon", "equals", "mut", "otherwise", "pattern", "semicolon", "type", "value", "word")

    def __init__(
        self,
        first: int,
        last: int,
        word: str,
        pattern: Pattern,
        mut: int | None = None,
        colon: int | None = None,
        type_: Type | None = None,
        equals: int | None = None,
        value: Expr | None = None,
        otherwise: Block | None = None,
        semicolon: int | None = None,
    ) -> None:
        self.first = first
        self.last = last
        self.kids = [pattern]
        self.parent = None
        pattern.parent = self
        for part in (type_, value, otherwise):
            if part is not None:
                self.add(part)
        self.word = word
        self.pattern = pattern
        self.mut = mut
        self.colon = colon
        self.type = type_
        self.equals = equals
        self.value = value
        self.otherwise = otherwise
        self.semicolon = semicolon


class Statement(Node):
    """An expression as a statement; `semicolon` is the token of the `;`, None for the value of a block."""

    __slots__ = ("expression", "semicolon")

    def __init__(self, expression: Expr, semicolon: int | None) -> None:
        self.first = expression.first
        self.last = expression.last if semicolon is None else semicolon
        self.kids = [expression]
        self.parent = None
        expression.parent = self
        self.expression = expression
        self.semicolon = semicolon


class Attribute(Node):
    """`#[name(..)]`, `#![..]`, and `##[..]`, from the first `#` to the `]`.

    Args:
        name: its name, with `::`; empty when there is none.
        inner: whether it is `#![..]`.
        hashes: number of `#`.
        arguments: token range (first, last) of what stands inside the parentheses or behind the `=`; None if nothing.
    """

    __slots__ = ("arguments", "hashes", "inner", "name", "target")

    def __init__(
        self, first: int, last: int, name: str, *, inner: bool, hashes: int, arguments: tuple[int, int] | None
    ) -> None:
        super().__init__(first, last)
        self.name = name
        self.inner = inner
        self.hashes = hashes
        self.arguments = arguments
        self.target: Node | None = None
        """The item or statement behind it; None if nothing follows."""
