"""Reading statements and attributes."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.nodes import (
    Attribute,
    Block,
    Expr,
    File,
    Impl,
    Item,
    Let,
    Module,
    Node,
    Skipped,
    Statement,
    Type,
)
from crucible_tools.rune.syntax.operators import Operators

MOST_WORDS: Final = 8
"""Words in front of a declaration, or `#` in front of an attribute."""

LET_ENDS: Final = frozenset({"=", ":", ";", "else"})
"""What ends the pattern of a `let`."""

FUNCTION_WORDS: Final = frozenset({"fn", "function", "def", "func", "fun"})
BEFORE_ITEM: Final = frozenset(
    {"async", "const", "unsafe", "extern", "export", "default", "public", "private", "static"}
)
ITEM_WORDS: Final = frozenset({"mod", "struct", "enum", "impl", "trait", "use", "interface", "union"})
ITEM_BEGINNINGS: Final = FUNCTION_WORDS | BEFORE_ITEM | ITEM_WORDS | {"pub", "let", "var"}
"""Words that a declaration may begin with."""

_MOST_TO_NAME: Final = 30
"""Tokens between `static` and the parameters of a function."""
_NOT_IN_TYPE: Final = frozenset({"=", ":", ";", "{"})
_LET_WORDS: Final = frozenset({"let", "var", "const", "static"})


class Statements(Operators):
    """Reads statements."""

    def item(self, attributes: list[Attribute], *, top: bool) -> Item | None:
        """Reads a declaration; None if there is none.

        Args:
            attributes: those in front of it.
            top: whether it stands among declarations, where a `let` is one.
        """
        raise NotImplementedError  # pragma: no cover - see items.py

    def statements(self, block: Block) -> None:
        """Reads what stands inside of a block."""
        self._sequence(block, block.statements, top=False)
        if block.statements and isinstance(last := block.statements[-1], Statement) and last.semicolon is None:
            block.value = last.expression

    def declarations(self, into: File | Module | Impl) -> None:
        """Reads declarations."""
        self._sequence(into, into.items, top=True)

    def _sequence(self, into: Node, items: list[Node], *, top: bool) -> None:
        skipped: Skipped | None = None
        texts, kids = self.texts, into.kids
        while self.i < self.hi:
            if texts[self.i] in (";", ","):
                self.i += 1
                continue
            attributes = self.attributes(into) if texts[self.i] == "#" else []
            start = self.i
            node = self._one(attributes, top=top)
            for attribute in attributes:
                attribute.target = node
                if attribute.parent is None:
                    into.add(attribute)
            if node is not None and self.i > start:
                items.append(node)
                node.parent = into
                kids.append(node)
                continue
            self.i = start
            if attributes:
                items.append(attributes[-1])
            if start >= self.hi:
                return
            if skipped is not None and skipped.last == start - 1 and not attributes:
                # One more token of the same unreadable stretch.
                self.i = self.over(start)
                skipped.last = self.i - 1
                continue
            skipped = self.skip_one(into)
            if not attributes:
                items.append(skipped)

    def _one(self, attributes: list[Attribute], *, top: bool) -> Node | None:
        start = self.i
        if start >= self.hi:
            return None
        word = self.texts[start]
        node: Node | None = None
        if word in ITEM_BEGINNINGS and (top or word != "let"):
            node = self.item(attributes, top=top)
            self.i = self.i if node else start
        if node is None and word in _LET_WORDS:
            node = self._let()
            self.i = self.i if node else start
        return node if node is not None else self._statement()

    # --- statements ---

    def begins_head(self) -> bool:
        """Whether `static` begins the head of a function with types, as in `static int f(int x) {`, and no variable."""
        if self.texts[self.i] != "static":
            return False
        for at in range(self.i + 1, min(self.i + _MOST_TO_NAME, self.hi)):
            if self.texts[at] == "(":
                return self.kinds[at - 1] == "name" and at > self.i + 1
            if self.texts[at] in _NOT_IN_TYPE:
                break
        return False

    def _let(self) -> Let | None:
        first, texts = self.i, self.texts
        if self.begins_head():
            return None
        self.i += 1
        mut = None
        if texts[self.i] == "mut":
            mut = self.i
            self.i += 1
        pattern = self.pattern(LET_ENDS)
        if pattern is None:
            return None
        colon, type_, equals, value = self.typed_value()
        otherwise = None
        if self.i < self.hi and texts[self.i] == "else" and equals is not None:
            self.i += 1
            otherwise = self.block(self.i)
        semicolon = None
        last = self.i - 1
        if self.i < self.hi and texts[self.i] == ";":
            semicolon = last = self.i
            self.i += 1
        return Let(first, last, texts[first], pattern, mut, colon, type_, equals, value, otherwise, semicolon)

    def typed_value(self) -> tuple[int | None, Type | None, int | None, Expr | None]:
        """Reads `: Type = value`: the colon, the type, the sign and the value, each if it is there."""
        colon = equals = None
        type_: Type | None = None
        value: Expr | None = None
        if self.i < self.hi and self.texts[self.i] == ":":
            colon = self.i
            self.i += 1
            type_ = self.type_(union=True)
        if self.i < self.hi and self.texts[self.i] == "=":
            equals = self.i
            self.i += 1
            value = self.expr()
        return colon, type_, equals, value

    def _statement(self) -> Statement | None:
        node = self.statement_expr()
        if node is None:
            return None
        if self.i < self.hi and self.texts[self.i] == ";":
            self.i += 1
            return Statement(node, self.i - 1)
        return Statement(node, None)

    # --- attributes ---

    def attributes(self, into: Node) -> list[Attribute]:
        """Reads the attributes in front of something; inner ones, which belong to what is around, go into `into`."""
        found: list[Attribute] = []
        while self.i < self.hi and self.texts[self.i] == "#":
            first = at = self.i
            while at < min(self.hi, first + MOST_WORDS) and self.texts[at] == "#":
                at += 1
            hashes = at - first
            inner = self.texts[at] == "!"
            at += inner
            if at >= self.hi or self.texts[at] != "[":
                break
            attribute = self._attribute(first, at, inner=inner, hashes=hashes)
            self.i = self.behind(at)
            if inner:
                into.add(attribute)
            else:
                found.append(attribute)
        return found

    def _attribute(self, first: int, open_: int, *, inner: bool, hashes: int) -> Attribute:
        end = self.closing(open_)
        at, name = open_ + 1, ""
        while at < end and (self.kinds[at] == "name" or self.texts[at] == "::"):
            name += self.texts[at]
            at += 1
        arguments = None
        if at < end and self.texts[at] == "(":
            close = min(self.closing(at), end)
            arguments = (at + 1, close - 1) if close > at + 1 else None
        elif at + 1 < end and self.texts[at] == "=":
            arguments = (at + 1, end - 1)
        return Attribute(first, self.last_of(open_), name, inner=inner, hashes=hashes, arguments=arguments)
