"""Reading what stands in brackets: arguments, tuples, lists, objects, blocks, templates."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.nodes import (
    Args,
    Block,
    Entry,
    Expr,
    Index,
    List,
    Macro,
    Node,
    Object,
    Paren,
    Path,
    Template,
    Tuple,
    Unit,
)
from crucible_tools.rune.syntax.patterns import Patterns

RANGE: Final = 3
"""How tight `..` binds; see operators.py."""

_SEPARATORS: Final = frozenset({",", ";"})
_COMMA: Final = frozenset({","})
_OPENERS: Final = frozenset({"(", "[", "{", "${", "`"})
_BEHIND_KEY: Final = frozenset({":", "=", "=>"})
"""What stands between a key and its value: in Rune a colon."""
_KEYS: Final = frozenset({"name", "string", "rawstring", "int", "char", "backtick"})


class Groups(Patterns):
    """Reads groups."""

    # --- blocks ---

    def block(self, first: int, prefix: str | None = None) -> Block | None:
        """Reads `{..}`; None if there is none. What stands inside is read later."""
        open_ = self.i
        if open_ >= self.hi or self.texts[open_] != "{":
            return None
        node = Block(first, open_, self.last_of(open_), prefix)
        self.take_group(self.statements, node, open_)
        return node

    def brace(self, i: int) -> Object | Block | None:
        """Reads `{..}`: a block, or an object of another language."""
        return self.object(i, i, "js") if self.is_object(i) else self.block(i)

    # --- what has commas between ---

    def args(self) -> Args:
        """Reads what stands in the brackets that `i` opens; later."""
        open_ = self.i
        node = Args(open_, self.last_of(open_))
        self.take_group(self.items, node, open_)
        return node

    def macro(self, path: Path) -> Macro:
        """Reads the arguments of a macro; `i` is the `!`."""
        self.i += 1
        return Macro(path, self.args())

    def items(self, node: Args | Tuple | List) -> None:
        """Reads expressions with commas between them."""
        items, texts, hi = node.items, self.texts, self.hi
        while self.i < hi:
            start = self.i
            if texts[start] in _SEPARATORS:
                self.i += 1
                continue
            if texts[start] == "...":
                self.i += 1
            item: Node | None = self.expr()
            if item is not None and item.first == start and (self.i >= hi or texts[self.i] in _SEPARATORS):
                node.add(item)
            else:
                self.i = start
                item = self.skip(node, _SEPARATORS)
            items.append(item)

    def list(self, i: int) -> List:
        """Reads `[..]`."""
        node = List(i, self.last_of(i))
        self.take_group(self._list_items, node, i)
        return node

    def _list_items(self, node: List) -> None:
        node.repeat = self._has(";", self.i, self.hi)
        self.items(node)

    def parentheses(self, i: int) -> Unit | Tuple | Paren:
        """Reads `()`, `(x)` or `(a, b)`."""
        close, last = self.closing(i), self.last_of(i)
        if close == i + 1:
            self.i = self.behind(i)
            return Unit(i, last)
        if self._has(",", i + 1, close):
            node = Tuple(i, last)
            self.take_group(self.items, node, i)
            return node
        paren = Paren(i, last)
        self.take_group(self._inner, paren, i)
        return paren

    def _has(self, sign: str, lo: int, hi: int) -> bool:
        """Whether a sign stands in a range, outside of brackets. What nothing closes ends the search."""
        at, texts, partner = lo, self.texts, self.partner
        while at < hi:
            word = texts[at]
            if word == sign:
                return True
            if word in _OPENERS:
                if partner[at] < 0:
                    return False
                at = partner[at]
            at += 1
        return False

    # --- what holds one expression ---

    def _inner(self, node: Paren) -> None:
        node.inner = self._single(node)

    def index(self, base: Expr) -> Index:
        """Reads `[..]` behind an operand."""
        open_ = self.i
        node = Index(base, open_, self.last_of(open_))
        self.take_group(self._index, node, open_)
        return node

    def _index(self, node: Index) -> None:
        node.index = self._single(node)

    def template(self, i: int) -> Template:
        """Reads a template."""
        close = self.closing(i)
        node = Template(i, self.last_of(i))
        at = i + 1
        while at < close:
            if self.kinds[at] == "dollar":
                end = self.partner[at] if self.partner[at] > at else close
                if at + 1 < end:
                    self.later.append((self._part, node, at + 1, end))
                at = end
            at += 1
        self.i = self.behind(i)
        return node

    def _part(self, node: Template) -> None:
        part = self._single(node)
        if part is not None:
            node.parts.append(part)

    def _single(self, node: Node) -> Expr | None:
        found = self.expr()
        if found is not None:
            node.add(found)
        if self.i < self.hi:
            self.skip(node)
        return found

    # --- objects ---

    def is_object(self, open_: int) -> bool:
        """Whether `{` begins an object of another language: a key and a colon, or a spread, come first."""
        at = open_ + 1
        if at >= self.hi:
            return False
        if self.texts[at] == "...":
            return True
        if self.kinds[at] in ("name", "string", "int") and self.texts[at + 1] == ":":
            return True
        return self.texts[at] == "[" and self.texts[self.behind(at)] == ":" and self.closing(at) < self.hi

    def object(self, first: int, open_: int, style: str, path: Path | None = None) -> Object:
        """Reads an object or a struct literal."""
        node = Object(first, open_, self.last_of(open_), style, path)
        self.take_group(self._entries, node, open_)
        return node

    def _entries(self, node: Object) -> None:
        while self.i < self.hi:
            if self.texts[self.i] in _SEPARATORS:
                self.i += 1
                continue
            if self.skips_attribute():
                continue
            start = self.i
            entry = self._entry()
            if entry is None:
                self.i = start
                self.skip(node, _COMMA)
                continue
            node.entries.append(entry)
            node.add(entry)
            # If a comma is missing, or the value is broken, what was read counts.
            if self.i < self.hi and self.texts[self.i] not in _SEPARATORS and not self._begins_entry(self.i):
                self.skip(node, _COMMA)

    def _begins_entry(self, i: int) -> bool:
        return self.kinds[i] in ("name", "string") and self.texts[i + 1] == ":"

    def _entry(self) -> Entry | None:
        key = self.i
        if self.texts[key] in ("..", "...", "**"):
            self.i += 1
            value = self.expr(RANGE + 1)
            return Entry(key, None, value, self.i - 1, spread=True)
        if self.kinds[key] not in _KEYS:
            return None
        self.i = self.behind(key) if self.kinds[key] == "backtick" else key + 1
        if self.i >= self.hi or self.texts[self.i] not in _BEHIND_KEY:
            return Entry(key, None, None, self.i - 1)
        colon = self.i
        self.i += 1
        value = self.expr()
        return Entry(key, colon, value, value.last if value else colon)
