"""What several rules want to know of a source, found once for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_T = TypeVar("_T")


def remembered(find: Callable[[Script], _T]) -> Callable[[Script], _T]:
    """Makes a function of a source look only once, for as long as somebody holds the source."""
    known: WeakKeyDictionary[Script, _T] = WeakKeyDictionary()

    @wraps(find)
    def look(script: Script) -> _T:
        try:
            return known[script]
        except KeyError:
            found = known[script] = find(script)
            return found

    return look
