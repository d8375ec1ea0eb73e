"""Functions and imports that repairs add: found again when they are there already, and named so that they fit."""

from __future__ import annotations

from collections.abc import Iterable

from crucible_tools.rune.rules.rule import Addition
from crucible_tools.rune.syntax.nodes import Const, File, Function, Impl, Module, Node, Struct, Use
from crucible_tools.rune.syntax.parser import Tree


class Additions:
    """What may be added to a source.

    A function goes to the end of the module that needs it, or of the file; an import below the other ones.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._names: dict[int, dict[str, Node]] = {}
        self._given: dict[tuple[int, str], tuple[str, Addition | None]] = {}

    def helper(self, node: Node, name: str, text: str) -> tuple[str, Addition | None]:
        """See `Script.helper`."""
        scope = _scope(node)
        key = (id(scope), text)
        if key not in self._given:
            self._given[key] = self._helper(scope, name, text)
        return self._given[key]

    def use(self, node: Node, path: str) -> Addition | None:
        """See `Script.imported`."""
        scope = _scope(node)
        parts = tuple(path.split("::"))
        uses = [item for item in scope.items if isinstance(item, Use)]
        for item in uses:
            if item.names.get(parts[-1]) == parts or parts[:-1] in item.stars:
                return None
        newline = "\r\n" if "\r\n" in self._tree.tokens.text else "\n"
        if uses:
            at = self._tree.end(uses[-1])
            return Addition(at, f"{newline}{self._indent(self._tree.start(uses[-1]))}use {path};")
        items = [item for item in scope.items if not _is_inner_attribute(item)]
        if not items:
            return None
        at = self._line_above(items[0])
        return Addition(at, f"{self._indent(self._tree.start(items[0]))}use {path};{newline}{newline}")

    def _helper(self, scope: File | Module, name: str, text: str) -> tuple[str, Addition | None]:
        taken = self._taken(scope)
        number = 1
        wanted = name
        while wanted in taken:
            there = taken[wanted]
            if isinstance(there, Function) and _same(self._tree.text(there), text.replace("NAME", wanted)):
                return wanted, None
            number += 1
            wanted = f"{name}_{number}"
        taken[wanted] = scope
        return wanted, self._at_end(scope, text.replace("NAME", wanted))

    def _taken(self, scope: File | Module) -> dict[str, Node]:
        """The names that a new function of this scope must not have, with what has them."""
        known = self._names.get(id(scope))
        if known is None:
            words = self._tree.tokens.texts
            # Whatever is called a name anywhere could be hidden by a new function, or hide it: locals too.
            found: dict[str, Node] = {
                word: scope for word, kind in zip(words, self._tree.tokens.kinds, strict=True) if kind == "name"
            }
            for word in _method_names(words):
                found.pop(word, None)
            for item in scope.items:
                if isinstance(item, Use):
                    found |= dict.fromkeys(item.names, item)
                elif isinstance(item, (Function, Module, Struct, Const, Impl)) and item.name is not None:
                    found[words[item.name]] = item
            self._names[id(scope)] = known = found
        return known

    def _at_end(self, scope: File | Module, text: str) -> Addition:
        source = self._tree.tokens.text
        newline = "\r\n" if "\r\n" in source else "\n"
        lines = text.strip("\n").split("\n")
        if isinstance(scope, File) or scope.open is None or self._tree.tokens.partner[scope.open] < 0:
            body = newline.join(lines)
            return Addition(
                len(source), f"{'' if source.endswith(newline) or not source else newline}{newline}{body}{newline}"
            )
        close = self._tree.tokens.starts[scope.last]
        begin = source.rfind("\n", 0, close) + 1
        outer = source[begin:close] if not source[begin:close].strip() else ""
        step = self._step(scope)
        body = newline.join(f"{outer}{step}{line}" if line else line for line in lines)
        if source[begin:close].strip():
            return Addition(close, f"{newline}{body}{newline}{outer}")
        return Addition(begin, f"{newline}{body}{newline}")

    def _step(self, scope: Module) -> str:
        """By how much the items of a module are indented more than it."""
        if scope.items:
            inner = self._indent(self._tree.start(scope.items[0]))
            outer = self._indent(self._tree.start(scope))
            if inner.startswith(outer) and len(inner) > len(outer):
                return inner[len(outer) :]
        return "    "

    def _indent(self, offset: int) -> str:
        text = self._tree.tokens.text
        begin = text.rfind("\n", 0, offset) + 1
        return text[begin:offset] if not text[begin:offset].strip() else ""

    def _line_above(self, item: Node) -> int:
        """Where the line of an item begins, above its comments and attributes."""
        text, tokens = self._tree.tokens.text, self._tree.tokens
        first = min([item.first, *(kid.first for kid in item.kids)])
        offset = tokens.starts[first]
        for start, end in reversed(tokens.comments):
            if end <= offset and not text[end:offset].strip() and text.count("\n", end, offset) <= 1:
                if text.startswith("//!", start):
                    break
                offset = start
        return text.rfind("\n", 0, offset) + 1


def _scope(node: Node) -> File | Module:
    for up in node.up():
        if isinstance(up, (File, Module)):
            return up
    raise ValueError("the node stands in no file")  # pragma: no cover - every node of a tree does


def _is_inner_attribute(node: Node) -> bool:
    return getattr(node, "inner", False) is True


def _method_names(words: list[str]) -> Iterable[str]:
    """Names that occur behind a dot only: a function of that name hides nothing."""
    behind: set[str] = set()
    other: set[str] = set()
    before = ""
    for word in words:
        (behind if before == "." else other).add(word)
        before = word
    return behind - other


def _same(one: str, other: str) -> bool:
    """Whether two functions are the same but for blanks."""
    return one.split() == other.split()
