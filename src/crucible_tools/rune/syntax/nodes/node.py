"""What all nodes of the tree are."""

from __future__ import annotations

from collections.abc import Iterator


class Node:
    """Anything in the tree.

    Thousands of nodes are made per source: the constructors of frequent classes set everything themselves.

    Args:
        first: index of its first significant token.
        last: index of its last one.
        kids: the nodes inside it, in source order.
    """

    __slots__ = ("first", "kids", "last", "parent")

    def __init__(self, first: int, last: int, kids: list[Node] | None = None) -> None:
        self.first = first
        self.last = last
        self.kids: list[Node] = kids if kids is not None else []
        self.parent: Node | None = None
        for kid in self.kids:
            kid.parent = self

    def add(self, kid: Node) -> None:
        """Takes in a child that was parsed later."""
        kid.parent = self
        self.kids.append(kid)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in source order, parents first."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            if node.kids:
                stack += node.kids[::-1]

    def up(self) -> Iterator[Node]:
        """The nodes around this one, the nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def __repr__(self) -> str:
        """For tests and debuggers."""
        return f"{type(self).__name__}({self.first}..{self.last})"


class Skipped(Node):
    """Tokens that the parser could not make sense of."""

    __slots__ = ()


class Expr(Node):
    """An expression."""

    __slots__ = ()


class Unread(Expr):
    """An expression that the parser could not read: nested too deeply, or broken. Nothing below it was looked at."""

    __slots__ = ()
