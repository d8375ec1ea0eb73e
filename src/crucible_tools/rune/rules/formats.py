"""Format strings: the places `{}` in them that values go to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.syntax.nodes import Args, Expr, Literal

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_PLACE: Final = re.compile(r"\{\{|\}\}|\{([^{}:]*)(:[^{}]*)?\}")

MACROS: Final = frozenset({"println", "print", "format", "panic", "dbg"})
"""Macros that take a format; `dbg!` takes values, and shows them all."""


@dataclass(frozen=True, slots=True)
class Place:
    """One `{..}`.

    Args:
        start, end: its extent in the text of the source.
        name: what stands in front of the `:`: nothing, a number or a name.
        spec: what stands behind it, with the `:`; empty when nothing does.
    """

    start: int
    end: int
    name: str
    spec: str


def places(script: Script, literal: Literal) -> list[Place]:
    """The places of a format string."""
    start = script.start(literal)
    return [
        Place(start + found.start(), start + found.end(), (found[1] or "").strip(), found[2] or "")
        for found in _PLACE.finditer(script.source(literal))
        if found[0] not in ("{{", "}}")
    ]


def format_of(args: Args) -> Literal | None:
    """The format string that arguments begin with."""
    first = args.items[0] if args.items else None
    return first if isinstance(first, Literal) and first.kind == "string" else None


def values(args: Args) -> list[Expr] | None:
    """The values behind a format string; None when one of them cannot be read."""
    found = [item for item in args.items[1:] if isinstance(item, Expr)]
    return found if len(found) == len(args.items) - 1 else None
