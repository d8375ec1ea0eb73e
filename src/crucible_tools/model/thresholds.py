"""From when on something is wrong with an engine."""

from dataclasses import dataclass
from datetime import timedelta

from crucible_tools.model import checks
from crucible_tools.model.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From when on something is wrong. Parts, from 0 to 1, are of the calls (or loads, or requests) of the window.

    Args:
        window: how far back is looked.
        least_calls: fewer calls than this say nothing about parts.
        faults: part that ends in a fault, of all calls, and of each tool's.
        all_faults: part of all calls from which on the engine is of no use.
        busy: part that is refused because too many wait.
        waiting: part of the places to wait that are taken.
        crashes: calls whose sandbox gave a bad answer.
        misses: part of the calls that had to compile their tool first.
    """

    window: timedelta = timedelta(minutes=5)
    least_calls: int = 20
    faults: float = 0.5
    all_faults: float = 0.95
    busy: float = 0.05
    waiting: float = 0.8
    crashes: int = 1
    misses: float = 0.5

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        part = checks.number(0.0, 1.0)
        checks.normalise(
            self,
            window=checks.duration,
            least_calls=checks.whole(1),
            faults=part,
            all_faults=part,
            busy=part,
            waiting=part,
            crashes=checks.whole(1),
            misses=part,
        )

    def to_json(self) -> JsonObject:
        """The thresholds as a JSON object."""
        return checks.to_json(self)
