"""What several rules want to know of a source, found once for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_T = TypeVar("_T")


def remembered(find: Callable[[Script], _T]) -> Callable[[Script], _T]:
    """Makes a function of a source look only once, for as long as somebody holds the source."""

    @wraps(find)
    def look(script: Script) -> _T:
        known = script.remembered
        if look not in known:
            known[look] = find(script)
        return known[look]

    return look


def remember(script: Script, look: Callable[[Script], _T], value: _T) -> None:
    """Tells a `remembered` function what it finds in a source, so that it does not look there itself."""
    script.remembered[look] = value
