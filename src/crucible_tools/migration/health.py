"""How the migrated tools are doing: cheap enough to be asked for every few seconds."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import CrucibleError, RegistrationError, StateDamaged
from crucible_tools.events import HealthChanges
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.enums import ServiceStatus
from crucible_tools.model.health import HealthDetail, ServiceHealth
from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN
from crucible_tools.store.records import StoredSource, StoredTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


_OWN: Final = frozenset(
    known.capability for name, known in KNOWN.items() if name.partition("::")[0] not in APPLICATION_ROOTS
)
"""Capabilities whose functions every engine has."""


class Health:
    """Watches an engine and a state.

    Every recorded source is compared with its digest each time; that it loads is tried once a version.

    Args:
        engine: loads the tools.
        state: has them.
    """

    def __init__(self, engine: "ScriptEngine", state: State) -> None:
        self._engine = engine
        self._state = state
        self._tried: dict[int, str | None] = {}
        self._troubles: dict[str, HealthDetail] = {}
        self._changes = HealthChanges(engine, "service")

    async def check(self) -> ServiceHealth:
        """HEALTHY; DEGRADED when something is wrong with some tools; UNHEALTHY when none can be called.

        Details say what is wrong and since when: when it happened where that is recorded, else when it was first seen.
        Another status than the last time is published.
        """
        return self._changes.look(await self._look())

    async def _look(self) -> ServiceHealth:
        if not self._engine.is_running:
            return self._health(ServiceStatus.UNHEALTHY, [("the engine is not running", None)])
        try:
            sources = self._state.sources()
            broken = [
                (f"{source.name}: {problem}", None) for source in sources if (problem := await self._problem(source))
            ]
            troubles = [*self._interrupted(), *broken]
        except CrucibleError as error:
            return self._health(ServiceStatus.UNHEALTHY, [(error.message, None)])
        if broken and len(broken) == len(sources):
            return self._health(ServiceStatus.UNHEALTHY, troubles)
        return self._health(ServiceStatus.DEGRADED if troubles else ServiceStatus.HEALTHY, troubles)

    def _interrupted(self) -> list[tuple[str, datetime | None]]:
        run = self._state.last_run()
        if run is None or run.status != "interrupted":
            return []
        return [
            (f"the run {run.id} was interrupted; the same command goes on from there", run.ended_at or run.started_at)
        ]

    async def _problem(self, source: StoredSource) -> str | None:
        if source.problem is not None:
            return source.problem
        if source.version_id not in self._tried:
            tool = self._state.tool(source.name)
            if tool is None or tool.version_id != source.version_id:
                return None  # another process has just changed it
            self._tried[source.version_id] = await self._try(tool)
            await asyncio.sleep(0)  # quick loads never wait for anything: let calls have their turn
        return self._tried[source.version_id]

    async def _try(self, tool: StoredTool) -> str | None:
        """Why the tool does not load; it is not put into service.

        What this very engine has found to load does so again, unless it needs modules of an application.
        """
        version = tool.version
        if (tool.validated_engine or version.engine) == engine_versions() and _OWN.issuperset(
            version.definition.capabilities
        ):
            return None
        try:
            self._engine.check_tool(version.definition, policy=version.policy)
            text = self._state.text(version.migrated_hash)
        except (RegistrationError, StateDamaged) as error:
            return error.message
        outcome = await self._engine.check_source(text, tool.name)
        return None if outcome.ok else f"it does not load: {outcome.message}"

    def _health(self, status: ServiceStatus, troubles: Iterable[tuple[str, datetime | None]]) -> ServiceHealth:
        """The health, with troubles that were there before keeping their time."""
        now = datetime.now(UTC)
        self._troubles = {what: self._troubles.get(what, HealthDetail(what, since or now)) for what, since in troubles}
        return ServiceHealth(status, tuple(self._troubles.values()))
