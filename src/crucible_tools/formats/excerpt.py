"""A line of a source with a caret line below it, whatever is in the line."""

import unicodedata
from typing import Final

from crucible_tools.formats.text import line

_TAB = "    "
_CUT = "..."

LONGEST_LINE: Final = 400
"""Characters; a longer line is not repeated with each of its findings, of which it may have thousands."""


def excerpt(source: str, start: int, end: int, width: int) -> tuple[str, str]:
    """The line as a terminal may show it, and carets below a part of it.

    Tabs become four blanks, control characters are escaped, wide characters count twice, and a line that is too long
    is cut around the carets.

    Args:
        source: the line.
        start, end: the part, as offsets in the line; an empty part gets one caret.
        width: columns at most.
    """
    # What is far away is not even looked at: a line may have a million characters.
    first, last = max(0, start - width), min(len(source), start + width)
    cells = [_cell(character) for character in source[first:last]]
    at, until = start - first, max(min(end, last), start) - first
    sizes = [size for _, size in cells]
    whole = len(cells) == len(source) and sum(sizes) <= width
    lo, hi = (0, len(cells)) if whole else _window(sizes, at, width - 2 * len(_CUT))
    cut_left, cut_right = first > 0 or lo > 0, last < len(source) or hi < len(cells)
    shown = "".join(text for text, _ in cells[lo:hi])
    margin = (len(_CUT) if cut_left else 0) + sum(size for _, size in cells[lo:at])
    carets = max(1, sum(size for _, size in cells[at : min(until, hi)]))
    text = f"{_CUT if cut_left else ''}{shown}{_CUT if cut_right else ''}"
    return text.rstrip(), " " * margin + "^" * carets


def _cell(character: str) -> tuple[str, int]:
    """What is shown for a character, and how many columns that takes."""
    if character == "\t":
        return _TAB, len(_TAB)
    escaped = line(character)
    if escaped != character:
        return escaped, len(escaped)
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _window(sizes: list[int], at: int, room: int) -> tuple[int, int]:
    """Which cells fit into the room, so that the one at `at` is among them with something before it."""
    lo, before = at, 0
    while lo > 0 and before + sizes[lo - 1] <= room // 3:
        lo -= 1
        before += sizes[lo]
    hi, taken = lo, 0
    while hi < len(sizes) and taken + sizes[hi] <= room:
        taken += sizes[hi]
        hi += 1
    while lo > 0 and taken + sizes[lo - 1] <= room:
        lo -= 1
        taken += sizes[lo]
    return lo, hi
