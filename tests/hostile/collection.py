"""All hostile scripts, in one list."""

from typing import Final

from tests.hostile import bombs, limits, loops, odd, powers, scripts, sources
from tests.hostile.case import Case

COLLECTION: Final[list[Case]] = [
    *sources.CASES,
    *scripts.CASES,
    *limits.CASES,
    *bombs.CASES,
    *loops.CASES,
    *powers.CASES,
    *odd.CASES,
]
