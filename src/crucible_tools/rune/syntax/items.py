"""Reading declarations."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.closures import PARAM_ENDS
from crucible_tools.rune.syntax.cursor import STARTERS
from crucible_tools.rune.syntax.nodes import (
    Attribute,
    Const,
    Function,
    Impl,
    Item,
    Module,
    Param,
    Struct,
    StructField,
    Use,
)
from crucible_tools.rune.syntax.statements import (
    BEFORE_ITEM,
    FUNCTION_WORDS,
    ITEM_WORDS,
    LET_ENDS,
    MOST_WORDS,
    Statements,
)

_MOST_HEAD: Final = 100
"""Tokens between `impl` and its `{`."""


class Items(Statements):
    """Reads declarations."""

    def item(self, attributes: list[Attribute], *, top: bool) -> Item | None:
        """Reads a declaration; None if there is none."""
        first, texts = self.i, self.texts
        pub = self._pub()
        words = [pub] if pub is not None else []
        while len(words) < MOST_WORDS and texts[self.i] in BEFORE_ITEM and self._more_words(self.i + 1):
            words.append(self.i)
            self.i += 1
            if texts[self.i - 1] == "extern" and self.kinds[self.i] == "string":
                self.i += 1
            if pub is None and (pub := self._pub()) is not None:  # async pub fn f() {..}
                words.append(pub)
        word = texts[self.i]
        if self.i >= self.hi:
            return None
        if word in FUNCTION_WORDS and self.kinds[self.i + 1] == "name":
            return self._function(first, pub, attributes, words)
        if word in ITEM_WORDS and self._names_item(word):
            return self._declared(first, pub, attributes, word)
        if word in ("const", "static") or (top and word in ("let", "var")):
            return self._const(first, pub, attributes, word)
        return None

    def _pub(self) -> int | None:
        """Goes over `pub` and what stands in parentheses behind it, and gives its token, if it is there."""
        if self.texts[self.i] != "pub":
            return None
        pub = self.i
        self.i += 1
        if self.texts[self.i] == "(" and self.i < self.hi:
            self.i = self.behind(self.i)
        return pub

    def _more_words(self, i: int) -> bool:
        return i < self.hi and (
            self.texts[i] in FUNCTION_WORDS or self.texts[i] in BEFORE_ITEM or self.texts[i] in ITEM_WORDS
            or self.texts[i] == "pub" or self.kinds[i] == "string"
            or (self.texts[i] in ("const", "let") and self.texts[i - 1] != "const")
        )  # fmt: skip

    def _names_item(self, word: str) -> bool:
        after = self.texts[self.i + 1]
        if word == "use":
            return self.kinds[self.i + 1] == "name" or after in ("::", "{", "*")
        if word == "impl":
            return self.kinds[self.i + 1] == "name" or after in ("<", "&", "[", "(")
        return self.kinds[self.i + 1] == "name"

    def _function(self, first: int, pub: int | None, attributes: list[Attribute], words: list[int]) -> Function | None:
        texts = self.texts
        words = [*words, self.i]
        is_async = any(texts[word] == "async" for word in words)
        name = self.i + 1
        self.i += 2
        generics = self.generics(turbofish=False) if texts[self.i] == "<" else None
        if self.i >= self.hi or texts[self.i] != "(":
            return None
        open_, close = self.i, self.closing(self.i)
        params: list[Param] = self.params(open_ + 1, close, PARAM_ENDS)
        last = self.last_of(open_)
        self.i = self.behind(open_)
        arrow, returns = None, None
        if self.i < self.hi and (texts[self.i] == "->" or (texts[self.i] == ":" and self._is_typed(self.i))):
            arrow = self.i
            self.i += 1
            returns = self.type_(union=True)
            last = self.i - 1
        if self.i < self.hi and texts[self.i] == "where":
            while self.i < self.hi and texts[self.i] not in ("{", ";"):
                self.i += 1
        body = self.block(self.i)
        if body is not None:
            last = body.last
        elif self.i < self.hi and texts[self.i] == ";":
            last = self.i
            self.i += 1
        return Function(
            first, last, name, pub, attributes, words=words, is_async=is_async, generics=generics, open_=open_,
            close=min(close, self.tokens_last), params=params, arrow=arrow, returns=returns, body=body,
        )  # fmt: skip

    def _is_typed(self, colon: int) -> bool:
        """Whether a type stands behind the colon of a function, and not the body of one of Python."""
        return self.same_line(colon) and self.texts[colon + 1] not in ("return", "raise", "pass")

    @property
    def tokens_last(self) -> int:
        """Index of the last token."""
        return max(len(self.tokens) - 1, 0)

    def _declared(self, first: int, pub: int | None, attributes: list[Attribute], word: str) -> Item | None:
        if word == "use":
            return self._use(first, pub, attributes)
        if word in ("impl", "trait", "interface"):
            return self._impl(first, pub, attributes, word)
        name = self.i + 1
        self.i += 2
        if word == "mod":
            return self._module(first, name, pub, attributes)
        return self._struct(first, name, pub, attributes, word)

    def _module(self, first: int, name: int, pub: int | None, attributes: list[Attribute]) -> Module:
        if self.i < self.hi and self.texts[self.i] == "{":
            open_ = self.i
            node = Module(first, self.last_of(open_), name, pub, attributes, open_)
            self.take_group(self.declarations, node, open_)
            return node
        last = name
        if self.i < self.hi and self.texts[self.i] == ";":
            last = self.i
            self.i += 1
        return Module(first, last, name, pub, attributes, None)

    def _impl(self, first: int, pub: int | None, attributes: list[Attribute], word: str) -> Impl | None:
        texts = self.texts
        name = self.i + 1 if word != "impl" else None
        self.i += 1
        if texts[self.i] == "<":
            self.generics(turbofish=False)
        target, trait = self._type_text(), None
        start = self.i
        while self.i < min(self.hi, start + _MOST_HEAD) and texts[self.i] != "{":
            if texts[self.i] in STARTERS and (texts[self.i] != "for" or trait is not None):
                break
            if texts[self.i] == "for" and trait is None:
                self.i += 1
                trait, target = target, self._type_text()
                continue
            self.i = self.over(self.i)
        if self.i >= self.hi or texts[self.i] != "{":
            return None
        open_ = self.i
        node = Impl(
            first, self.last_of(open_), name, pub, attributes, word=word, target=target, trait=trait, open_=open_
        )
        self.take_group(self.declarations, node, open_)
        return node

    def _type_text(self) -> str:
        start = self.i
        if self.type_() is None:
            self.i = start + 1
        return "".join(self.texts[start : self.i])

    def _struct(self, first: int, name: int, pub: int | None, attributes: list[Attribute], word: str) -> Struct:
        texts = self.texts
        generics = self.generics(turbofish=False) if texts[self.i] == "<" else None
        open_, last = None, self.i - 1
        node = Struct(first, last, name, pub, attributes, word, None, generics)
        if self.i < self.hi and texts[self.i] in ("{", "("):
            open_ = self.i
            last = self.last_of(open_)
            read = self._variants if word == "enum" else self._fields
            if texts[open_] == "{":
                self.take_group(read, node, open_)
            else:
                self.i = self.behind(open_)
        if self.i < self.hi and texts[self.i] == ";" and (open_ is None or texts[open_] == "("):
            last = self.i
            self.i += 1
        node.open, node.last = open_, last
        return node

    def _fields(self, node: Struct) -> None:
        while self.i < self.hi:
            start = self.i
            self.attributes(node)
            first, pub = self.i, None
            if self.texts[self.i] == "pub":
                pub = self.i
                self.i += 1
                if self.texts[self.i] == "(" and self.i < self.hi:
                    self.i = self.behind(self.i)
            if self.i < self.hi and self.kinds[self.i] == "name":
                name, colon, type_ = self.i, None, None
                self.i += 1
                if self.i < self.hi and self.texts[self.i] in (":", "?"):
                    colon = self.i
                    self.i = min(self.i + 1 + (self.texts[self.i] == "?"), self.hi)
                    type_ = self.type_(union=True)
                field = StructField(first, self.i - 1, name, pub, colon, type_)
                node.fields.append(field)
                node.add(field)
            while self.i < self.hi and self.texts[self.i] not in (",", ";"):
                self.i = self.over(self.i)
            self.i = max(self.i + 1, start + 1)

    def _variants(self, node: Struct) -> None:
        while self.i < self.hi:
            if self.texts[self.i] == "{":
                self.take_group(self._fields, node, self.i)
            else:
                self.i = self.over(self.i)

    def _use(self, first: int, pub: int | None, attributes: list[Attribute]) -> Use:
        self.i += 1
        names: dict[str, tuple[str, ...]] = {}
        stars: list[tuple[str, ...]] = []
        stack: list[list[str]] = []
        prefix: list[str] = []
        here: list[str] = []
        while self.i < self.hi and self.texts[self.i] != ";":
            word = self.texts[self.i]
            if self.kinds[self.i] == "name" and word == "as" and self.kinds[self.i + 1] == "name":
                names[self.texts[self.i + 1]] = (*prefix, *here)
                here = []
                self.i += 1
            elif self.kinds[self.i] == "name":
                if word in ITEM_WORDS or word in FUNCTION_WORDS or word in ("pub", "let", "async", "const", "static"):
                    break  # the semicolon is missing
                here.append(word)
            elif word == "*":
                stars.append((*prefix, *here))
                here = []
            elif word == "{":
                stack.append(prefix)
                prefix, here = [*prefix, *here], []
            elif word in (",", "}"):
                self._bring(names, prefix, here)
                here = []
                if word == "}":
                    if not stack:
                        break
                    prefix = stack.pop()
            elif word != "::":
                break
            self.i += 1
        self._bring(names, prefix, here)
        last = self.i - 1
        if self.i < self.hi and self.texts[self.i] == ";":
            last = self.i
            self.i += 1
        return Use(first, last, pub, attributes, names, stars)

    @staticmethod
    def _bring(names: dict[str, tuple[str, ...]], prefix: list[str], here: list[str]) -> None:
        if not here:
            return
        path = (*prefix, *here) if here != ["self"] else tuple(prefix)
        if path:
            names[path[-1]] = path

    def _const(self, first: int, pub: int | None, attributes: list[Attribute], word: str) -> Const | None:
        texts = self.texts
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
        name = pattern.first if pattern.first == pattern.last and self.kinds[pattern.first] == "name" else None
        colon, type_, equals, value = self.typed_value()
        if equals is None and word in ("let", "var"):
            return None
        last = self.i - 1
        if self.i < self.hi and texts[self.i] == ";":
            last = self.i
            self.i += 1
        return Const(
            first, last, name, pub, attributes, word=word, mut=mut, colon=colon, type_=type_, equals=equals, value=value
        )
