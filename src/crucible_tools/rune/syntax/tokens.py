"""The tokens of a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "name",  # identifiers and words
    "int",
    "float",
    "string",  # "..", with its quotes
    "rawstring",  # r".." and r#".."#, which Rune does not have
    "bytes",  # b".."
    "char",
    "byte",  # b'a'
    "label",  # 'name
    "punct",
    "backtick",  # opens or closes a template
    "text",  # what stands in a template outside of ${..}
    "dollar",  # the ${ of a template; the } that ends it is a punct
    "space",  # in `all_texts` only
    "comment",  # // and /* */, doc comments too; in `all_texts` only
    "unknown",
]

TRIVIA: Final = frozenset({"space", "comment"})


@dataclass(frozen=True, slots=True)
class Doc:
    """A doc comment.

    Args:
        start, end: its extent in the text, without the line end.
        inner: whether it is `//!` or `/*!`.
        before: index of the significant token that follows it; the number of tokens when none does.
    """

    start: int
    end: int
    inner: bool
    before: int


@dataclass(slots=True)
class Tokens:
    """The tokens of a text.

    The lists `kinds`, `texts`, `starts` and `ends` hold the significant ones: those that are no blanks and no comments.

    Args:
        text: what was read.
        kinds, texts, starts, ends: of each significant token; starts and ends are offsets in characters.
        partner: for each significant token that opens a group (`(`, `[`, `{`, `${`, a backtick) the token that closes
            it, and the other way round; -1 for all others and for those that have none.
        comments: start and end of each comment, doc comments and a shebang too.
        docs: the doc comments.
        unclosed: significant tokens that open something that nothing closes, or that close nothing.
        cut: offset of a string, comment or template that the end of the text cuts off, if any.
    """

    text: str
    kinds: list[Kind] = field(default_factory=list[Kind])
    texts: list[str] = field(default_factory=list[str])
    starts: list[int] = field(default_factory=list[int])
    ends: list[int] = field(default_factory=list[int])
    partner: list[int] = field(default_factory=list[int])
    comments: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    docs: list[Doc] = field(default_factory=list[Doc])
    unclosed: list[int] = field(default_factory=list[int])
    cut: int | None = None
    _lines: list[int] = field(default_factory=list[int])

    def __len__(self) -> int:
        """Number of significant tokens."""
        return len(self.texts)

    @property
    def all_texts(self) -> list[str]:
        """The texts of all tokens, blanks and comments too, in their order: they join to the text."""
        found: list[str] = []
        at = 0
        for start, end in sorted([*zip(self.starts, self.ends, strict=True), *self.comments]):
            if start > at:
                found.append(self.text[at:start])
            found.append(self.text[start:end])
            at = end
        return [*found, self.text[at:]] if at < len(self.text) else found

    def at(self, offset: int) -> int:
        """The significant token that holds an offset, or the last one that begins before it; -1 when none does."""
        return bisect_right(self.starts, offset) - 1

    @property
    def lines(self) -> list[int]:
        """The offset at which each line begins."""
        if not self._lines:
            self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
        return self._lines

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, the column in characters."""
        line = bisect_right(self.lines, offset)
        return line, offset - self.lines[line - 1] + 1
