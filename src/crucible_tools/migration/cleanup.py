"""Forgetting names that can't be called any more."""

from dataclasses import dataclass

from crucible_tools.migration import operations
from crucible_tools.migration.migration import new_run_id
from crucible_tools.migration.recording import recorded
from crucible_tools.model.json import JsonObject
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupReport:
    """What was forgotten.

    Args:
        run_id: the run that it was; None when there was nothing to forget.
        removed: names.
    """

    run_id: str | None
    removed: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """`{run, removed}`."""
        return {"run": self.run_id, "removed": list(self.removed)}


async def clean_up(state: State, *, lock_timeout_s: float = 0.0) -> CleanupReport:
    """Forget all inactive tools, in one transaction; their versions stay in the history, so it can be rolled back.

    Args:
        state: has the tools.
        lock_timeout_s: seconds to wait for another run.

    Raises:
        StateError: the state is locked, damaged, too new, or can't be written.
    """
    if not _inactive(state):
        return CleanupReport(run_id=None, removed=())
    run_id = new_run_id()
    async with recorded(state, run_id, {}, kind="cleanup", lock_timeout_s=lock_timeout_s) as run:
        inactive = _inactive(state)
        with run.together() as batch:
            for tool in inactive:
                operations.remove(tool).commit_in(batch)
        report = CleanupReport(run_id=run_id, removed=tuple(tool.name for tool in inactive))
        run.finish("completed", report.to_json(), full_report=report.to_json())
    return report


def _inactive(state: State) -> list[StoredTool]:
    return [tool for tool in state.tools() if not tool.active]
