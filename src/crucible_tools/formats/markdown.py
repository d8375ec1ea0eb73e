"""Other people's text inside of Markdown."""

import re
from typing import Final

from crucible_tools.formats.text import line, markable

_MARKS: Final = re.compile(r"[^\w ,;()-]|_", re.ASCII)
"""All that could begin a structure. Letters beyond ASCII are none of them, and are as safe as entities."""


def escaped(text: object) -> str:
    """The text in one line, in which nothing is markup, a link or a mention.

    Marks become entities, which Markdown shows and takes for no structure (CommonMark 0.31, 6.2).
    """
    return _MARKS.sub(lambda found: f"&#{ord(found[0])};", markable(line(text)))


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A table of cells that are Markdown already."""
    return [_row(head), _row(tuple("---" for _ in head)), *(_row(row) for row in rows)]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
