"""Which name means what: variables, parameters, constants, functions, and what `use` brings.

All names of a source are settled in one sweep over its tokens. A binding holds in a range of tokens, ranges lie inside
one another or apart, so the innermost one that holds at a name is on top of a stack.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import Final, TypeVar

from crucible_tools.rune.syntax.nodes import (
    Arm,
    Block,
    Closure,
    Const,
    Entry,
    File,
    For,
    Function,
    If,
    Impl,
    Item,
    Let,
    LetCondition,
    Module,
    Node,
    Param,
    Path,
    Pattern,
    SelectArm,
    Struct,
    Use,
    While,
)  # fmt: skip
from crucible_tools.rune.syntax.parser import Tree

_N = TypeVar("_N", bound=Node)

_MOST_STEPS: Final = 20
"""Hops from one `use` to the next."""


def owners(nodes: Iterable[_N], around: Sequence[Node]) -> dict[_N, Node]:
    """For each node the innermost of `around` that it stands in, if it stands in any.

    Args:
        nodes: in any order.
        around: nodes that lie inside one another or apart.
    """
    found: dict[_N, Node] = {}
    outer = sorted(around, key=lambda node: (node.first, -node.last))
    stack: list[Node] = []
    at = 0
    behind = outer[0].first if outer else sys.maxsize
    for node in sorted(nodes, key=attrgetter("first")):
        first = node.first
        while behind <= first:
            if outer[at] is not node:
                while stack and stack[-1].last < behind:
                    stack.pop()
                stack.append(outer[at])
            at += 1
            behind = outer[at].first if at < len(outer) else sys.maxsize
        while stack and stack[-1].last < first:
            stack.pop()
        if stack:
            found[node] = stack[-1]
    return found


class Scopes:
    """The names of one source.

    Args:
        tree: the source.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._binding: dict[Node, Node] = {}
        self._uses: dict[Node, list[Path]] = {}
        self._short: dict[Node, list[Entry]] = {}
        self._items: dict[Node, dict[str, Item]] = {}
        self._home: dict[Node, Node] = owners(tree.of(Path), tree.of(Module)) if Module in tree.by_class else {}
        self._homes: dict[Node, Node] = {}
        self._methods: dict[str, dict[str, Function]] | None = None
        self._named: dict[Path, Item | None] = {}
        self._settle()

    # --- names ---

    def binding(self, name: Node) -> Node | None:
        """What introduces a single name (a `Path`, or an `Entry` of the short form); None if nothing here does."""
        return self._binding.get(name)

    def uses(self, binding: Node) -> list[Path]:
        """The places that read or assign what a binding introduces, in order."""
        return self._uses.get(binding, [])

    def short_uses(self, binding: Node) -> list[Entry]:
        """The entries `#{name}` that read what a binding introduces, in order."""
        return self._short.get(binding, [])

    def function(self, path: Path) -> Function | None:
        """The function of this source that a path names."""
        found = self.item(path)
        return found if isinstance(found, Function) else None

    def item(self, path: Path) -> Item | None:
        """The declaration of this source that a path names, with `use` followed."""
        if path not in self._named:
            self._named[path] = self._item(path)
        return self._named[path]

    def _item(self, path: Path) -> Item | None:
        if len(path.segments) == 1:
            found = self._binding.get(path)
            if isinstance(found, Use):
                return self._along(self._home.get(path, self._tree.file), found.names.get(path.segments[0], ()))
            return found if isinstance(found, Item) else None
        first = self._binding.get(path)
        home = self._home.get(path, self._tree.file)
        if isinstance(first, Module):
            return self._inside(first, path.segments[1:])
        if isinstance(first, Use):
            return self._along(home, (*first.names.get(path.segments[0], ()), *path.segments[1:]))
        return self._along(home, tuple(path.segments))

    def spelled(self, path: Path) -> str:
        """The path with its first name replaced by what `use` says: how the outside knows it."""
        home = self._home.get(path, self._tree.file)
        first = path.segments[0]
        local = self._binding.get(path)
        brought = local if isinstance(local, Use) else self._table(home).get(first)
        if isinstance(brought, Use) and first in brought.names:
            return "::".join((*brought.names[first], *path.segments[1:]))
        return path.text

    def stars(self, path: Path) -> list[tuple[str, ...]]:
        """The modules of which everything was brought to where a path stands."""
        home = self._home.get(path, self._tree.file)
        items = home.items if isinstance(home, (File, Module)) else []
        return [star for item in items if isinstance(item, Use) for star in item.stars]

    # --- declarations ---

    def _along(self, home: Node, segments: Sequence[str], steps: int = 0) -> Item | None:
        """Follows a path from where it stands."""
        if not segments or steps > _MOST_STEPS:
            return None
        first, rest = segments[0], segments[1:]
        if first == "crate":
            return self._inside(self._tree.file, rest, steps)
        if first == "self":
            return self._inside(home, rest, steps)
        if first == "super":
            return self._along(self._outer(home), rest, steps + 1) if rest else None
        return self._inside(home, segments, steps)

    def _inside(self, home: Node, segments: Sequence[str], steps: int = 0) -> Item | None:
        for at, name in enumerate(segments):
            found = self._table(home).get(name)
            rest = segments[at + 1 :]
            if isinstance(found, Use) and steps < _MOST_STEPS:
                path = found.names.get(name, ())
                if tuple(path) == tuple(segments):
                    return None
                return self._along(home, (*path, *rest), steps + 1)
            if not rest:
                return found
            if isinstance(found, Struct):
                return self._method(name, rest[0]) if len(rest) == 1 else None
            if not isinstance(found, Module):
                return None
            home = found
        return None

    def _outer(self, home: Node) -> Node:
        if not self._homes:
            self._homes = owners(self._tree.of(Module), self._tree.of(Module))
        return self._homes.get(home, self._tree.file)

    def _table(self, home: Node) -> dict[str, Item]:
        """The declarations of a module, by name."""
        found = self._items.get(home)
        if found is None:
            found = self._items[home] = {}
            texts = self._tree.tokens.texts
            for item in home.items if isinstance(home, (File, Module)) else ():
                if isinstance(item, Use):
                    for name in item.names:
                        found.setdefault(name, item)
                elif isinstance(item, Item) and item.name is not None:
                    found.setdefault(texts[item.name], item)
        return found

    def has_method(self, name: str) -> bool:
        """Whether some type of the source has a method of this name."""
        return any(name in table for table in self._impls().values())

    def _method(self, owner: str, name: str) -> Function | None:
        """A function of an `impl` block."""
        return self._impls().get(owner, {}).get(name)

    def _impls(self) -> dict[str, dict[str, Function]]:
        if self._methods is None:
            self._methods = {}
            for impl in self._tree.of(Impl):
                table = self._methods.setdefault(impl.target, {})
                for item in impl.items:
                    if isinstance(item, Function) and item.name is not None:
                        table.setdefault(self._tree.tokens.texts[item.name], item)
        return self._methods

    # --- settling ---

    def _settle(self) -> None:
        texts = self._tree.tokens.texts
        ranges = self._ranges()
        ranges.sort(key=itemgetter(0))
        names: list[tuple[int, str, Path | Entry]] = [
            (path.tokens[0], path.segments[0], path) for path in self._tree.of(Path)
        ]
        names.extend(
            (entry.key, texts[entry.key], entry)
            for entry in self._tree.of(Entry)
            if entry.value is None and not entry.spread
        )
        names.sort(key=itemgetter(0))
        bound, uses, short = self._binding, self._uses, self._short
        stacks: dict[str, list[tuple[int, Node]]] = {}
        at, begins = 0, ranges[0][0] if ranges else sys.maxsize
        for token, name, node in names:
            while begins <= token:
                start, end, word, binding = ranges[at]
                stack = stacks.get(word)
                if stack is None:
                    stack = stacks[word] = []
                while stack and stack[-1][0] < start:
                    stack.pop()
                stack.append((end, binding))
                at += 1
                begins = ranges[at][0] if at < len(ranges) else sys.maxsize
            stack = stacks.get(name)
            while stack and stack[-1][0] < token:
                stack.pop()
            single = isinstance(node, Entry) or len(node.segments) == 1
            found: Node | None = stack[-1][1] if stack else None
            if not single:
                found = found if isinstance(found, (Module, Use)) else None
            elif found is None:
                found = self._table(self._home.get(node, self._tree.file)).get(name)
            if found is not None:
                bound[node] = found
                if isinstance(node, Path):
                    uses.setdefault(found, []).append(node)
                else:
                    short.setdefault(found, []).append(node)

    def _ranges(self) -> list[tuple[int, int, str, Node]]:
        """Where each name of a block, a parameter or a pattern holds: first and last token, name, binding."""
        tree = self._tree
        found: list[tuple[int, int, str, Node]] = []

        def bind(pattern: Pattern, binding: Node, first: int, last: int) -> None:
            for token in pattern.names:
                found.append((first, last, tree.tokens.texts[token], binding))

        for let in tree.of(Let):
            bind(let.pattern, let, let.last + 1, let.parent.last if let.parent else let.last)
        for param in tree.of(Param):
            owner = param.parent
            body = owner.body if isinstance(owner, (Function, Closure)) else None
            if body is not None:
                bind(param.pattern, param, body.first, body.last)
        for loop in tree.of(For):
            bind(loop.pattern, loop, loop.body.first, loop.body.last)
        for arm in tree.of(Arm):
            bind(arm.pattern, arm, arm.pattern.last + 1, arm.last)
        for select in tree.of(SelectArm):
            if select.pattern is not None:
                bind(select.pattern, select, select.body.first, select.body.last)
        for condition in tree.of(LetCondition):
            branch = condition.parent
            block = branch.then if isinstance(branch, If) else branch.body if isinstance(branch, While) else None
            if block is not None:
                bind(condition.pattern, condition, block.first, block.last)
        found.extend(self._block_items())
        return found

    def _block_items(self) -> Iterable[tuple[int, int, str, Node]]:
        """What is declared inside of functions."""
        for kind in (Function, Const, Struct, Module):
            for item in self._tree.of(kind):
                block = item.parent
                if isinstance(block, Block) and item.name is not None:
                    yield block.first, block.last, self._tree.tokens.texts[item.name], item
        for use in self._tree.of(Use):
            if isinstance(use.parent, Block):
                for name in use.names:
                    yield use.parent.first, use.parent.last, name, use
