"""Patterns that identifiers are chosen by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crucible_tools.errors import UsageError


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of whole identifiers: `*` stands for any characters, `/` too, and everything else for itself.

    Matching takes no longer than the identifier's length times the number of stars: a pattern may be a stranger's.

    Args:
        text: `just_*`, `notes/*.md`, `*`.
    """

    text: str
    _parts: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Cuts the text at its stars."""
        _check(self.text)
        object.__setattr__(self, "_parts", tuple(self.text.split("*")))

    def matches(self, identifier: str) -> bool:
        """Whether the whole identifier fits."""
        if self.text == "*":
            return True
        first, *middle = self._parts
        if not middle:
            return identifier == first
        last = middle.pop()
        end = len(identifier) - len(last)
        if end < len(first) or not identifier.startswith(first) or not identifier.endswith(last):
            return False
        at = len(first)
        for part in middle:  # the first place that fits leaves the most to those that follow
            found = identifier.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True


def _check(text: object) -> None:
    """Raises UsageError for what is no text: it would fail at the first event only."""
    if not isinstance(text, str):
        raise UsageError(f"the pattern {text!r:.100} is no text", hint="pattern='notes/*'; '*' for all")


EVERYTHING: Final = Pattern("*")
