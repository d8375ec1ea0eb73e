"""The whole of a source as a tree."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from crucible_tools.rune.syntax.items import Items
from crucible_tools.rune.syntax.lexer import lex
from crucible_tools.rune.syntax.nodes import File, Node, Skipped
from crucible_tools.rune.syntax.tree import Tree

__all__ = ["MOST_TOKENS", "Parser", "Tree", "parse"]

MOST_TOKENS: Final = 60_000
"""Significant tokens that are read into a tree; real tools have some thousands, 60,000 are 250 KB of code."""


def parse(text: str) -> Tree:
    """Reads a source; never fails."""
    tokens = lex(text)
    file = Parser(tokens).file()
    return Tree(tokens, file, _by_class(file), len(tokens) > MOST_TOKENS)


def _by_class(file: File) -> dict[type[Node], list[Node]]:
    """All nodes by their classes, in source order; see `Node.walk`."""
    found: defaultdict[type[Node], list[Node]] = defaultdict(list)
    stack: list[Node] = [file]
    while stack:
        node = stack.pop()
        found[type(node)].append(node)
        kids = node.kids
        if kids:
            if len(kids) == 1:
                stack.append(kids[0])
            else:
                stack += kids[::-1]
    return dict(found)


class Parser(Items):
    """Reads a source."""

    def file(self) -> File:
        """Reads everything."""
        count = len(self.tokens)
        file = File(max(count - 1, 0))
        most = min(count, MOST_TOKENS)
        self.later.append((self.declarations, file, 0, most))
        self.run_later()
        if most < count:
            rest = Skipped(most, count - 1)
            file.items.append(rest)
            file.add(rest)
        return file
