"""A source as rules see it: its text, its tokens, its tree, and what is known about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.rune.rules.additions import Additions
from crucible_tools.rune.syntax.nodes import Function, Node
from crucible_tools.rune.syntax.parser import Tree, parse

if TYPE_CHECKING:
    from crucible_tools.rune.rules.rule import Addition
    from crucible_tools.rune.types.inference import Types

_TEST: Final = re.compile(r"\S")


def nobody(name: str) -> str | None:
    """Knows of no registered function."""
    del name
    return None


class Script:
    """One source.

    Args:
        text: without a byte-order mark, line ends as they are.
        path: as it is shown.
        compiles: whether Rune's own compiler takes it; None while nobody asked it.
        capability_of: what the application registered: the capability of a function, None if it is nobody's.
    """

    def __init__(
        self,
        text: str,
        path: str = "<source>",
        *,
        compiles: bool | None = None,
        capability_of: Callable[[str], str | None] = nobody,
    ) -> None:
        self.text = text
        self.path = path
        self.compiles = compiles
        self.capability_of = capability_of
        self.remembered: dict[object, Any] = {}
        """What was found out about it once for several rules; see `remembered`."""

    @cached_property
    def tree(self) -> Tree:
        """The source as a tree."""
        return parse(self.text)

    @cached_property
    def types(self) -> Types:
        """What is known about the values of its expressions."""
        from crucible_tools.rune.types.inference import Types

        return Types(self)

    @cached_property
    def additions(self) -> Additions:
        """The functions and imports that repairs may add."""
        return Additions(self.tree)

    def release(self) -> None:
        """Lets go of what the rules found out; tokens stay, and the tree's shape downward.

        Nodes and values name each other in circles. Broken, they are freed at once, and the next source is read into
        memory that the processor still has at hand, not into new memory until the garbage collector comes.
        """
        known = vars(self)
        if "types" in known:
            vars(self.types).clear()
            del self.types
        known.pop("additions", None)
        self.remembered.clear()
        if "tree" in known:
            self.tree.release()

    # --- texts and places of nodes and tokens ---

    def source(self, node: Node) -> str:
        """The text of a node."""
        return self.tree.text(node)

    def start(self, node: Node) -> int:
        """Offset of a node's first character."""
        return self.tree.tokens.starts[node.first]

    def end(self, node: Node) -> int:
        """Offset behind a node's last character."""
        return self.tree.tokens.ends[node.last]

    def word(self, token: int) -> str:
        """The text of a significant token; empty beyond the ends."""
        texts = self.tree.tokens.texts
        return texts[token] if 0 <= token < len(texts) else ""

    @cached_property
    def newline(self) -> str:
        """What its lines end with."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def indent_at(self, offset: int) -> str:
        """The blanks at the beginning of the line that holds an offset."""
        begin = self.text.rfind("\n", 0, offset) + 1
        found = _TEST.search(self.text, begin)
        return self.text[begin : found.start()] if found and found.start() <= offset else self.text[begin:offset]

    def function_of(self, node: Node) -> Function | None:
        """The function that a node stands in."""
        return next((up for up in node.up() if isinstance(up, Function)), None)

    def helper(self, node: Node, name: str, text: str) -> tuple[str, Addition | None]:
        """A private function that a repair at `node` relies on: its name there, and what must be added for it.

        Args:
            node: where it is called.
            name: the name it should have; another one is taken when that is in use for something else.
            text: the function, with `NAME` for its name, without indentation, lines separated by `\\n`.
        """
        return self.additions.helper(node, name, text)

    def imported(self, node: Node, path: str) -> Addition | None:
        """What must be added so that the last name of a path is known at `node`; None when it is already."""
        return self.additions.use(node, path)
