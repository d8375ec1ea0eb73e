"""The report of a run, out of the state."""

from pydantic import ValidationError

from crucible_tools.errors import UsageError
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationReport
from crucible_tools.operations.runs import named_run
from crucible_tools.store.place import Place
from crucible_tools.store.records import StoredRun
from crucible_tools.store.state import State


async def read_report(place: str | Place, wanted: str) -> MigrationReport:
    """The report of a migration. One that an earlier version recorded has no plan: that was not kept.

    Args:
        place: the state.
        wanted: the run's id, the beginning of one, or `last`.

    Raises:
        RunNotFound: no run has this id, nor one that begins so; near ids are in the hint.
        UsageError: several ids begin so, the run was no migration, or it has no report.
        StateError: the state can't be read.
    """
    with State(place) as state:
        run = named_run(state, wanted)
        data = state.report(run.id)
        if data is None and run.report:
            data = _put_together(state, run, run.report)
        if not data:
            raise _without_report(run)
        if "migration_id" not in data:
            raise UsageError(
                f"the run {run.id} was a {run.kind}, which has no migration's report",
                hint="`crucible history` shows what it did",
            )
        try:
            return MigrationReport.model_validate({**data, "base": state.place.base_name})
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise state.place.damaged(f"the report of run {run.id} can't be read: {field}: {first['msg']}") from error


def _put_together(state: State, run: StoredRun, short: JsonObject) -> JsonObject:
    """A report whose failures and skipped files are in tables of their own."""
    if "migration_id" not in short:
        return short
    failed = [
        {
            "tool_name": row["tool"],
            "error_type": row["error_type"],
            "message": row["message"],
            "timestamp": row["at"],
            "context": row["context"],
        }
        for row in state.failures(run.id)
    ]
    skipped = [
        {name: row[name] for name in ("directory", "path", "kind", "reasons")} for row in state.skipped_files(run.id)
    ]
    return {**short, "state": {**short["state"], "errors": failed}, "failed_tools": failed, "skipped_files": skipped}


def _without_report(run: StoredRun) -> UsageError:
    if run.status == "running":
        return UsageError(f"the run {run.id} is still going on", hint="its report is there when it has ended")
    return UsageError(
        f"the run {run.id} ended as {run.status} and has no report",
        hint="`crucible history` shows what it did; the same `crucible migrate` again goes on from there",
    )
