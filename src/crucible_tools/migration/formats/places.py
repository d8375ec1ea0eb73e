"""Where something is wrong, and the line of the source that shows it."""

from collections.abc import Sequence
from typing import Final

from crucible_tools.formats.excerpt import excerpt
from crucible_tools.formats.text import line
from crucible_tools.migration.formats.outcomes import Remark
from crucible_tools.model.locations import Diagnostic, Location

_WIDTH: Final = 100
"""Columns of a source's line at most."""

POLICY: Final = "the smallest policy that allows it:"

_SHOWN: Final = 3
"""Diagnostics of the compiler that are shown of one remark: those that follow are mostly consequences."""


def where(remark: Remark) -> str:
    """`path:line:column`, as far as it is known."""
    if remark.path is None:
        return ""
    return at(remark.path, remark.place)


def at(path: str, place: Location | None) -> str:
    """`path:line:column`, the form that editors and terminals make clickable."""
    return path if place is None else f"{path}:{place.line}:{place.column}"


def source(place: Location) -> list[str]:
    """The line with its number, and carets below the place; nothing if the line is not known."""
    if not (place.source_line or "").strip():
        return []
    text = place.source_line or ""
    start = min(place.column - 1, len(text))
    shown, carets = excerpt(text, start, start + (place.length or 1), _WIDTH)
    number = str(place.line)
    return [f"{number} | {shown}", f"{' ' * len(number)} | {carets}"]


def diagnosed(remark: Remark) -> tuple[Sequence[Diagnostic], int]:
    """The diagnostics that are shown of a remark, and how many are not."""
    return remark.diagnostics[:_SHOWN], len(remark.diagnostics[_SHOWN:])


def explained(remark: Remark) -> list[str]:
    """What stands below a remark's message: the place, what the compiler says there, and what helps.

    Each line is safe to print, and is indented by what it belongs to.
    """
    path = remark.path or ""
    shown, more = diagnosed(remark)
    lines: list[str] = []
    if not shown and remark.place is not None:
        lines += [f"at {line(at(path, remark.place))}", *_indented(source(remark.place))]
    for diagnostic in shown:
        place = f"{at(path, diagnostic.location)}: " if diagnostic.location else ""
        lines.append(line(f"{place}{diagnostic.message}"))
        lines += _indented(source(diagnostic.location) if diagnostic.location else [])
    if more:
        lines.append(f"and {more} more")
    lines += [f"{line(name)}: {line(value)}" for name, value in remark.facts]
    if remark.hint:
        lines.append(f"hint: {line(remark.hint)}")
    if remark.policy:
        lines += [POLICY, *_indented([line(row) for row in remark.policy.splitlines()])]
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"  {shown}" for shown in lines]
