"""Declarations, and the file that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.syntax.nodes.node import Node

if TYPE_CHECKING:
    from crucible_tools.rune.syntax.nodes.groups import Block
    from crucible_tools.rune.syntax.nodes.node import Expr
    from crucible_tools.rune.syntax.nodes.operands import Generics, Type
    from crucible_tools.rune.syntax.nodes.statements import Attribute, Param


class Item(Node):
    """A declaration. `pub` is the token of that word, `name` that of its name, if they are there."""

    __slots__ = ("attributes", "name", "pub")

    def __init__(self, first: int, last: int, name: int | None, pub: int | None, attributes: list[Attribute]) -> None:
        super().__init__(first, last, list(attributes))
        self.name = name
        self.pub = pub
        self.attributes = attributes
        for attribute in attributes:
            attribute.target = self


class Function(Item):
    """`pub async fn name<T>(params) -> Type where .. {body}`.

    `first` is the first token behind the attributes: `pub`, `async` or `fn`.

    Args:
        words: tokens of the words in front of the name: `pub`, `async`, `const`, `unsafe`, `fn`, `function`, ...
        generics: `<T>` behind the name, which Rune does not have.
        open, close: tokens of the parentheses.
        params: its parameters; `self` among them.
        arrow: token of `->`.
        returns: the declared type.
        body: None for a declaration that ends with `;`.
    """

    __slots__ = ("arrow", "body", "close", "generics", "is_async", "open", "params", "returns", "words")

    def __init__(
        self,
        first: int,
        last: int,
        name: int | None,
        pub: int | None,
        attributes: list[Attribute],
        *,
        words: list[int],
        is_async: bool,
        generics: Generics | None,
        open_: int,
        close: int,
        params: list[Param],
        arrow: int | None,
        returns: Type | None,
        body: Block | None,
    ) -> None:
        super().__init__(first, last, name, pub, attributes)
        self.words = words
        self.is_async = is_async
        self.generics = generics
        self.open = open_
        self.close = close
        self.params = params
        self.arrow = arrow
        self.returns = returns
        self.body = body
        for part in (generics, *params, returns, body):
            if part is not None:
                self.add(part)


class Module(Item):
    """`pub mod name {..}`, or `mod name;` when `open` is None. `last` is the `}` or the `;`."""

    __slots__ = ("items", "open")

    def __init__(
        self, first: int, last: int, name: int | None, pub: int | None, attributes: list[Attribute], open_: int | None
    ) -> None:
        super().__init__(first, last, name, pub, attributes)
        self.open = open_
        self.items: list[Node] = []


class StructField(Node):
    """A field of a struct or of a variant: `pub name: Type`; `name` is the token."""

    __slots__ = ("colon", "name", "pub", "type")

    def __init__(
        self, first: int, last: int, name: int, pub: int | None, colon: int | None, type_: Type | None
    ) -> None:
        super().__init__(first, last, [type_] if type_ else None)
        self.name = name
        self.pub = pub
        self.colon = colon
        self.type = type_


class Struct(Item):
    """`struct Name {..}`, `struct Name(..);`, `struct Name;` and `enum Name {..}`; `word` says which."""

    __slots__ = ("fields", "generics", "open", "word")

    def __init__(
        self,
        first: int,
        last: int,
        name: int | None,
        pub: int | None,
        attributes: list[Attribute],
        word: str,
        open_: int | None,
        generics: Generics | None,
    ) -> None:
        super().__init__(first, last, name, pub, attributes)
        self.word = word
        self.open = open_
        self.generics = generics
        self.fields: list[StructField] = []
        if generics is not None:
            self.add(generics)


class Impl(Item):
    """`impl Name {..}` and Rust's `impl Trait for Name {..}` and `trait Name {..}`; `word` is `impl` or `trait`.

    Args:
        target: the type whose methods these are, as text.
        trait: the name of the trait behind `impl`, if `for` follows.
    """

    __slots__ = ("items", "open", "target", "trait", "word")

    def __init__(
        self,
        first: int,
        last: int,
        name: int | None,
        pub: int | None,
        attributes: list[Attribute],
        *,
        word: str,
        target: str,
        trait: str | None,
        open_: int | None,
    ) -> None:
        super().__init__(first, last, name, pub, attributes)
        self.word = word
        self.target = target
        self.trait = trait
        self.open = open_
        self.items: list[Node] = []


class Use(Item):
    """`use a::b::{c, d as e};`.

    Args:
        names: each name that it brings, with its whole path: `{"c": ("a", "b", "c")}`; `*` for everything of a module.
    """

    __slots__ = ("names", "stars")

    def __init__(
        self,
        first: int,
        last: int,
        pub: int | None,
        attributes: list[Attribute],
        names: dict[str, tuple[str, ...]],
        stars: list[tuple[str, ...]],
    ) -> None:
        super().__init__(first, last, None, pub, attributes)
        self.names = names
        self.stars = stars


class Const(Item):
    """`const NAME: Type = value;` and `static`, and at file level `let NAME = value;`; `word` says which."""

    __slots__ = ("colon", "equals", "mut", "type", "value", "word")

    def __init__(
        self,
        first: int,
        last: int,
        name: int | None,
        pub: int | None,
        attributes: list[Attribute],
        *,
        word: str,
        mut: int | None,
        colon: int | None,
        type_: Type | None,
        equals: int | None,
        value: Expr | None,
    ) -> None:
        super().__init__(first, last, name, pub, attributes)
        self.word = word
        self.mut = mut
        self.colon = colon
        self.type = type_
        self.equals = equals
        self.value = value
        for part in (type_, value):
            if part is not None:
                self.add(part)


class File(Node):
    """A whole source; `items` are declarations, statements that stand between them, and `Skipped`."""

    __slots__ = ("items",)

    def __init__(self, last: int) -> None:
        super().__init__(0, last)
        self.items: list[Node] = []
