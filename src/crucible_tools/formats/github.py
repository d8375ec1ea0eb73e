"""Workflow commands of GitHub Actions, which become annotations of a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from crucible_tools.formats.text import count, line

MOST: Final = 10
"""Annotations of one level that GitHub shows for a step; it drops the others silently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One remark, at a place of a file as far as that is known.

    Args:
        level: how GitHub shows it.
        title: its heading.
        message: what is wrong.
        file: from the root of the checkout.
        line, column: from 1.
        end_line: the last line, where it is another one.
        end_column: the last column, not the one behind it, on the same line.
    """

    level: Literal["error", "warning"]
    title: str
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    def __str__(self) -> str:
        """The workflow command."""
        properties = {
            "file": self.file,
            "line": self.line,
            "col": self.column,
            "endLine": self.end_line,
            "endColumn": self.end_column,
            "title": self.title,
        }
        shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
        return f"::{self.level} {shown}::{_data(self.message)}"


def annotations(items: Sequence[Annotation], *, title: str, elsewhere: str) -> str:
    """Errors first, as many of a level as are shown, and how many were left out.

    Args:
        items: in the order in which those of one level are shown.
        title: heading of the notice about those left out.
        elsewhere: what shows them all, such as "`crucible check` shows them all".
    """
    lines: list[str] = []
    left_out: list[str] = []
    for level in ("error", "warning"):
        wanted = [item for item in items if item.level == level]
        lines += [str(item) for item in wanted[:MOST]]
        if len(wanted) > MOST:
            left_out.append(count(len(wanted) - MOST, f"more {level}"))
    if left_out:
        message = f"{' and '.join(left_out)} not shown here: {elsewhere}"
        lines.append(f"::notice title={_property(title)}::{_data(message)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    """As the runner unescapes it, in this order: percent signs first."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return line(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
