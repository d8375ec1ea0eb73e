"""What all parts of the parser share: a place in the tokens, and the list of groups that are read later.

What stands inside of brackets is never read on the way: it is put on a list and read when the rest is done. So the
parser's own depth does not grow with that of the source; what nests without brackets (`if if if`, closures in closures)
is bounded by `MAX_DEPTH`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from crucible_tools.rune.syntax.nodes import Block, Expr, Node, Skipped
from crucible_tools.rune.syntax.tokens import Tokens

MAX_DEPTH: Final = 40
"""Expressions inside expressions without brackets between them. Written by hand, five is much."""

STARTERS: Final = frozenset(
    {";", "let", "fn", "const", "impl", "for", "pub", "use", "while", "match", "return", "static"}
)
"""Words that stand in no pattern and in no head of a declaration: there it was broken off."""

CLOSERS: Final = frozenset({")", "]", "}", ""})


class Cursor:
    """A place in the tokens: `i` is the next one, `hi` the first one that is not ours."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        # An empty word at the end: looking one further never fails.
        self.texts = [*tokens.texts, ""]
        self.kinds: list[str] = [*tokens.kinds, "unknown"]
        self.partner = [*tokens.partner, -1]
        self.i: int = 0
        self.hi: int = len(tokens)
        self.depth: int = 0
        self.no_struct = False
        self.no_arrow = False
        self.later: list[tuple[Callable[[Any], None], Node, int, int]] = []

    # --- what the parts of the parser need of each other ---

    def expr(self, least: int = 0) -> Expr | None:
        """Reads an expression whose operators bind at least so tight; None, and nothing read, if there is none."""
        raise NotImplementedError  # pragma: no cover - see operators.py

    def statement_expr(self) -> Expr | None:
        """Reads an expression as a statement: what ends with a block ends the statement, as in Rune."""
        raise NotImplementedError  # pragma: no cover - see operators.py

    def statements(self, block: Block) -> None:
        """Reads what stands inside of a block."""
        raise NotImplementedError  # pragma: no cover - see statements.py

    # --- groups ---

    def run_later(self) -> None:
        """Reads all groups that were put off, and those that they put off."""
        # The list grows while it is walked.
        for read, node, lo, hi in self.later:
            self.i = lo
            self.hi = hi
            self.depth = 0
            self.no_struct = self.no_arrow = False
            read(node)
        self.later.clear()

    def take_group(self, read: Callable[[Any], None], node: Node, open_: int) -> None:
        """Goes behind the group that a token opens, and has `read(node)` called later with `i` and `hi` set to it."""
        close = self.partner[open_]
        hi = self.hi
        if open_ < close < hi:
            self.i = close + 1
        else:
            self.i = close = hi
        if open_ + 1 < close:
            self.later.append((read, node, open_ + 1, close))

    def closing(self, i: int) -> int:
        """The token that closes the group that `i` opens; that behind ours when nothing does."""
        end = self.partner[i]
        return end if i < end < self.hi else self.hi

    def last_of(self, i: int) -> int:
        """The last token of the group that `i` opens."""
        end = self.partner[i]
        return end if i < end < self.hi else self.hi - 1

    def behind(self, i: int) -> int:
        """The token behind the group that `i` opens."""
        end = self.partner[i]
        return end + 1 if i < end < self.hi else self.hi

    def over(self, i: int) -> int:
        """The token behind a token, or behind the group that it opens."""
        return self.behind(i) if self.partner[i] > i else i + 1

    def to(self, ends: frozenset[str]) -> None:
        """Goes to one of these words outside of brackets, or to the end."""
        while self.i < self.hi and self.texts[self.i] not in ends:
            self.i = self.over(self.i)

    def skip(self, into: Node, ends: frozenset[str] = frozenset()) -> Skipped:
        """Takes tokens that fit nowhere, up to one of `ends` outside of brackets; at least one."""
        start = self.i
        self.i = self.over(start)
        self.to(ends)
        node = Skipped(start, self.i - 1)
        into.add(node)
        return node

    def skip_one(self, into: Node) -> Skipped:
        """Takes one token, or group, that fits nowhere."""
        start = self.i
        self.i = self.over(start)
        node = Skipped(start, self.i - 1)
        into.add(node)
        return node

    def skips_attribute(self) -> bool:
        """Goes over `#[..]` where attributes say nothing to us."""
        if self.texts[self.i] != "#" or self.texts[self.i + 1] != "[":
            return False
        self.i = self.behind(self.i + 1)
        return True

    # --- neighbours ---

    def adjacent(self, i: int) -> bool:
        """Whether nothing stands between a token and the next one."""
        return i + 1 < len(self.tokens) and self.tokens.ends[i] == self.tokens.starts[i + 1]

    def same_line(self, i: int) -> bool:
        """Whether no line ends between a token and the next one."""
        tokens = self.tokens
        return i + 1 < len(tokens) and "\n" not in tokens.text[tokens.ends[i] : tokens.starts[i + 1]]
