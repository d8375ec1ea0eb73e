"""Which tools metrics name, so that series are bounded and no count of one falls because of another."""

from __future__ import annotations

from collections.abc import Mapping

from crucible_tools.monitoring.catalog import MOST_TOOLS, OTHER
from crucible_tools.monitoring.durations import Durations
from crucible_tools.monitoring.engine_metrics import SCRIPTS
from crucible_tools.monitoring.snapshot import ToolFigures


class ToolLabels:
    """Names the first tools that were seen, and counts the others together.

    A tool that was removed frees its name for one that comes after it. What was counted among the others stays there,
    also when its tool is removed: their counts never fall, which would look like a restart.

    Args:
        most: how many tools have names of their own; scripts have another one.
    """

    def __init__(self, most: int = MOST_TOOLS) -> None:
        self._most = most
        self._named: set[str] = set()
        self._others: dict[str, ToolFigures] = {}
        self._gone = ToolFigures()
        """Figures of others that were removed, or began anew."""

    def labelled(self, tools: Mapping[str, ToolFigures]) -> dict[str, ToolFigures]:
        """The figures by label; those of scripts and of the others are always among them.

        Args:
            tools: the figures of all tools that there are now.
        """
        self._named &= tools.keys()
        for name, last in self._others.items():
            now = tools.get(name)
            if now is None or now.calls < last.calls:
                self._gone = _sum(self._gone, last)
        others: dict[str, ToolFigures] = {}
        labelled = {SCRIPTS: tools.get(SCRIPTS, ToolFigures())}
        for name, figures in tools.items():
            if name == SCRIPTS:
                continue
            if name not in self._named and name not in self._others and len(self._named) < self._most:
                self._named.add(name)
            (labelled if name in self._named else others)[name] = figures
        self._others = others
        rest = self._gone
        for figures in others.values():
            rest = _sum(rest, figures)
        peak = max((figures.peak_memory_bytes for figures in others.values()), default=0)
        labelled[OTHER] = ToolFigures(reasons=rest.reasons, durations=rest.durations, peak_memory_bytes=peak)
        return labelled


def _sum(one: ToolFigures, other: ToolFigures) -> ToolFigures:
    reasons = {name: one.reasons.get(name, 0) + other.reasons.get(name, 0) for name in {**one.reasons, **other.reasons}}
    buckets = [a + b for a, b in zip(one.durations.buckets, other.durations.buckets, strict=True)]
    return ToolFigures(reasons=reasons, durations=Durations(one.durations.seconds + other.durations.seconds, buckets))
