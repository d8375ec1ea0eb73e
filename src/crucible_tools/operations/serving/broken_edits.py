"""Which tools serve an older version, since the newest edit of their source could not be migrated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from crucible_tools.migration.sources import joined
from crucible_tools.model.json import JsonObject
from crucible_tools.rune.search import is_there
from crucible_tools.store.state import State


class BrokenEdits:
    """What the state tells of broken edits: one stays broken until a later migration has taken up that very file.

    A migration of other folders says nothing about it, nor does one that still runs.

    Args:
        state: read on the thread that asks.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._files: Mapping[str, frozenset[str]] = {}
        """Which files runs took up, by the runs' ids: what a run has done does not change."""

    def read(self, tools: Mapping[str, str]) -> dict[str, str]:
        """Why the newest edits could not be migrated, by the names of the tools.

        Args:
            tools: the file of each active tool, by its name.

        Raises:
            StateError: the state can't be read.
        """
        runs = self._state.migrations()
        oldest = max((at for at, (_, failures) in enumerate(runs) if failures), default=-1)
        found: dict[str, str] = {}
        taken_up: set[str] = set()
        files: dict[str, frozenset[str]] = {}
        by_file: dict[str, list[str]] = {}
        for name, file in tools.items():
            by_file.setdefault(file, []).append(name)
        for at, (run, failures) in enumerate(runs[: oldest + 1]):
            for failure in self._state.failures(run) if failures else ():
                file = _file(failure)
                if file not in taken_up:
                    for name in self._concerned(str(failure["tool"]), file, tools, by_file):
                        found.setdefault(name, str(failure["message"]))
            if at < oldest:  # else nothing older is asked for
                files[run] = self._files[run] if run in self._files else self._taken_up_by(run)
                taken_up |= files[run]
                if taken_up.issuperset(by_file):
                    break
        self._files = files
        return found

    def _concerned(
        self, failed: str, file: str, tools: Mapping[str, str], by_file: Mapping[str, list[str]]
    ) -> Iterator[str]:
        """The tools whose source it is that failed: a file that is too broken may not say which it defines."""
        if failed not in tools:
            yield from by_file.get(file, ())
        elif tools[failed] == file or not is_there(self._state.place.base / tools[failed]):
            yield failed  # or its file was moved, and is broken where it is now

    def _taken_up_by(self, run: str) -> frozenset[str]:
        report = self._state.report(run) or {}
        plan = cast("list[JsonObject]", report.get("plan") or [])
        return frozenset(joined(str(tool["directory"]), str(tool["path"])) for tool in plan)


def _file(failure: JsonObject) -> str:
    context = cast("JsonObject", failure["context"])
    return joined(str(context.get("directory") or "."), str(context.get("path")))
