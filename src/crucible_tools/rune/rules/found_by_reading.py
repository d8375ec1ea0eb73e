"""For rules about what shows only when a file is read, or its functions are called: nothing in the text alone does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crucible_tools.rune.rules.rule import Finding
    from crucible_tools.rune.rules.script import Script


def found_by_reading(script: Script) -> Iterable[Finding]:
    """Finds nothing: the reader does (`rune.reader`), or the check of all files together (`rune.check.names`)."""
    del script
    return ()
