"""One line of the table, and the functions that measure them."""

import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bench.bed import Bed


@dataclass(frozen=True, slots=True)
class Row:
    """A figure.

    Args:
        name: what was measured.
        value: the figure, in `unit`.
        unit: ns, µs, ms, s, KB, MB or ×.
        peers: the same work done by others in this run, in the same unit.
        at_most: what the figure must not exceed, where the project promised one.
    """

    name: str
    value: float
    unit: str
    peers: dict[str, float] = field(default_factory=dict[str, float])
    at_most: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The row as a JSON object."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "peers": self.peers,
            "at_most": self.at_most,
        }


Measurement = Callable[[Bed], Coroutine[Any, Any, Row | list[Row]]]

MEASUREMENTS: list[Measurement] = []


def row(measurement: Measurement) -> Measurement:
    """Puts a measurement into the table."""
    MEASUREMENTS.append(measurement)
    return measurement


async def median(work: Callable[[], Awaitable[object]], *, times: int) -> float:
    """Median seconds of awaiting `work`, after one round that does not count."""
    await work()
    seconds: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def median_of_calls(work: Callable[[], object], *, times: int) -> float:
    """Median seconds of calling `work`, after one round that does not count."""
    work()
    seconds: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def among(peers: dict[str, dict[str, float]], figure: str, factor: float) -> dict[str, float]:
    """The peers that have this figure, from seconds to the row's unit."""
    return {peer: figures[figure] * factor for peer, figures in peers.items() if figure in figures}
