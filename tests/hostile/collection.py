"""All hostile scripts, in one list."""

from typing import Final

from tests.hostile import bombs, limits, scripts, sources
from tests.hostile.case import Case

COLLECTION: Final[list[Case]] = [*sources.CASES, *scripts.CASES, *limits.CASES, *bombs.CASES]
