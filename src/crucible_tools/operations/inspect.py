"""What the state holds: its tools, one tool, and the last run."""

from crucible_tools.migration.loading import known_tool
from crucible_tools.migration.report import make_stats
from crucible_tools.migration.versions import migrated
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationStats
from crucible_tools.model.tools import MigratedTool
from crucible_tools.store.records import StoredRun
from crucible_tools.store.state import State


async def list_tools(place: str) -> list[MigratedTool]:
    """Every migrated tool by name, inactive ones too; none where there is no state yet.

    Raises:
        StateError: the state can't be read.
    """
    with State(place) as state:
        return [migrated(tool) for tool in state.tools()]


async def show(place: str, name: str) -> MigratedTool:
    """The migrated tool of this name.

    Raises:
        ToolNotFound: there is none; near names are in the hint.
        StateError: the state can't be read.
    """
    with State(place) as state:
        return migrated(known_tool(state, name))


async def status(place: str) -> tuple[MigrationStats, StoredRun | None, list[JsonObject]]:
    """What the state holds over all runs, its last run, and that run's failures.

    Raises:
        StateError: the state can't be read.
    """
    with State(place) as state:
        last = state.last_run()
        return make_stats(state), last, state.failures(last.id) if last else []
