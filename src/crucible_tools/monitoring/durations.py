"""How long things took: counts in fixed buckets, as Prometheus has them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

BUCKETS_S: Final = (0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0)
"""Upper bounds of the duration buckets in seconds; a last one has no bound. From a fast call to the levels' limits."""


@dataclass(slots=True)
class Durations:
    """Counts of durations, by bucket; `seconds` is their sum."""

    seconds: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))

    def record(self, seconds: float) -> None:
        """Counts one."""
        self.seconds += seconds
        self.buckets[bisect_left(BUCKETS_S, seconds)] += 1

    def copy(self) -> Durations:
        """The counts of now."""
        return Durations(self.seconds, [*self.buckets])
