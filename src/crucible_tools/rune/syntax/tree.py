"""A source as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, cast

from crucible_tools.rune.syntax.nodes import File, Node
from crucible_tools.rune.syntax.tokens import Tokens

_N = TypeVar("_N", bound=Node)


@dataclass(frozen=True, slots=True)
class Tree:
    """A source as a tree.

    Args:
        tokens: its tokens.
        file: the root.
        by_class: all nodes of each class, in source order.
        truncated: whether it has more than `MOST_TOKENS` tokens; the rest is `Skipped`.
    """

    tokens: Tokens
    file: File
    by_class: dict[type[Node], list[Node]]
    truncated: bool

    def of(self, kind: type[_N]) -> list[_N]:
        """All nodes of a class (not of its subclasses), in source order."""
        return cast("list[_N]", self.by_class.get(kind, []))

    def text(self, node: Node) -> str:
        """The text of a node, comments inside it too."""
        return self.tokens.text[self.tokens.starts[node.first] : self.tokens.ends[node.last]]

    def start(self, node: Node) -> int:
        """Offset of the first character of a node."""
        return self.tokens.starts[node.first]

    def end(self, node: Node) -> int:
        """Offset behind the last character of a node."""
        return self.tokens.ends[node.last]

    def release(self) -> None:
        """Makes the nodes forget what they stand in: nothing is left that only the garbage collector could free."""
        for nodes in self.by_class.values():
            for node in nodes:
                node.parent = None
