"""Runs as people name them: by an id, by the beginning of one, or as the last migration."""

from typing import Final

from crucible_tools.errors import RunNotFound, UsageError
from crucible_tools.model.near import near
from crucible_tools.store.records import StoredRun
from crucible_tools.store.state import State

LAST: Final = "last"
"""What stands for the newest migration."""

_NAMED: Final = 4
"""Runs that are named when an id could be that of several."""


def named_run(state: State, wanted: str) -> StoredRun:
    """The run that somebody names.

    Args:
        state: has the runs.
        wanted: the run's id, the beginning of one, or `last`.

    Raises:
        RunNotFound: no run has this id, nor one that begins so; near ids are in the hint.
        UsageError: several ids begin so, or nothing was migrated yet.
        StateError: the state can't be read.
    """
    if wanted == LAST:
        return _last(state)
    known = state.run_ids()
    found = [wanted] if wanted in known else [run_id for run_id in known if wanted and run_id.startswith(wanted)]
    if not found:
        raise RunNotFound(wanted, near=near(wanted, known))
    if len(found) > 1:
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise UsageError(
            f"{len(found)} runs begin with {wanted!r}: {', '.join(found[:_NAMED])}{more}", hint="give more of the id"
        )
    run = state.find_run(found[0])
    if run is None:
        raise RunNotFound(wanted)
    return run


def _last(state: State) -> StoredRun:
    """The newest migration: what rolls back, adopts or cleans up is no answer to how the last migration went."""
    for run in state.runs():
        if run.kind == "migrate":
            return run
    raise UsageError(f"nothing was migrated to {state.place.given} yet", hint="run `crucible migrate` first")
