"""Reading patterns."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.annotations import Annotations
from crucible_tools.rune.syntax.cursor import CLOSERS, STARTERS
from crucible_tools.rune.syntax.nodes import Pattern

MOST_IN_PATTERN: Final = 2000
"""Tokens of a pattern, its brackets not counted; a table of alternatives may be long."""

_NOT_BOUND: Final = frozenset({
    "true", "false", "mut", "ref", "box", "in", "if", "is", "not", "self", "null", "nil", "_",
})  # fmt: skip


def may_bind(word: str) -> bool:
    """Whether a pattern may introduce a variable of this name: `let Ok = ();` introduces none."""
    return word not in _NOT_BOUND and not word[0].isupper()


class Patterns(Annotations):
    """Reads patterns."""

    def pattern(self, ends: frozenset[str]) -> Pattern | None:
        """Reads a pattern up to one of `ends`; None, and nothing read, if there is none.

        Args:
            ends: the words that end it, outside of its brackets.
        """
        start, texts = self.i, self.texts
        if self.kinds[start] == "name" and texts[start + 1] in ends and start + 1 < self.hi:
            return self._one_name(start) if texts[start] not in ends else None
        alternatives: list[tuple[int, int]] = []
        names: list[int] = []
        lo = start
        while self.i < self.hi:
            word = texts[self.i]
            if self.i - start > MOST_IN_PATTERN:
                self.i = start
                return None
            if word in ends or word in CLOSERS or word in STARTERS:
                break
            if word == "|":
                if self.i > lo:
                    alternatives.append((lo, self.i - 1))
                lo = self.i + 1
                self.i = lo
            elif self.partner[self.i] > self.i:
                inside = range(self.i + 1, self.closing(self.i))
                names.extend(at for at in inside if self._binds(at) and not self._is_key(at))
                self.i = self.behind(self.i)
            else:
                if self._binds(self.i):
                    names.append(self.i)
                self.i += 1
        if self.i > lo:
            alternatives.append((lo, self.i - 1))
        if not alternatives:
            self.i = start
            return None
        return Pattern(start, self.i - 1, alternatives, names)

    def _one_name(self, i: int) -> Pattern | None:
        """Most patterns are one name."""
        if self.texts[i] in STARTERS:
            return None
        self.i = i + 1
        return Pattern(i, i, [(i, i)], [i] if self._binds(i) else [])

    def _binds(self, at: int) -> bool:
        """Whether a token of a pattern is a name that the pattern binds."""
        word = self.texts[at]
        if self.kinds[at] != "name" or word in _NOT_BOUND or word[0].isupper():  # `may_bind`, asked for each name
            return False
        after = self.texts[at + 1]
        return after not in ("::", "(", "!") and self.texts[at - 1] != "::"

    def _is_key(self, at: int) -> bool:
        """Whether a name inside of brackets is the key of an object."""
        return self.texts[at + 1] == ":" and self.texts[at - 1] in ("{", ",") and self.texts[at + 2] != ")"
