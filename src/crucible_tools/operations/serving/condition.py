"""How a served state does: whether calls are let in, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crucible_tools.migration.health import Health
from crucible_tools.model.enums import ServiceStatus
from crucible_tools.model.health import HealthDetail, ServiceHealth
from crucible_tools.model.json import JsonObject

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.operations.serving.catalogue import Catalogue
    from crucible_tools.operations.serving.served_calls import ServedCalls
    from crucible_tools.store.state import State


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether calls would be let in now; `reasons` says why not, and what is not as it should be although they would.

    Args:
        ready: whether a call would be let in.
        reasons: sentences for people.
    """

    ready: bool
    reasons: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """`{ready, reasons}`."""
        return {"ready": self.ready, "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class Liveness:
    """Whether the process can do its work at all."""

    alive: bool

    def to_json(self) -> JsonObject:
        """`{alive}`."""
        return {"alive": self.alive}


class Condition:
    """How one served state does.

    Args:
        engine: runs the tools.
        state: has them.
        catalogue: knows which edits of them are broken.
        calls: know whether the server is being stopped.
    """

    def __init__(self, engine: ScriptEngine, state: State, catalogue: Catalogue, calls: ServedCalls) -> None:
        self._engine = engine
        self._catalogue = catalogue
        self._calls = calls
        self._service = Health(engine, state)
        self.trouble: str | None = None
        """Why the state could not be read the last time; told by whoever reads it."""
        self._notes: tuple[str, ...] = ()
        self._remarked: dict[str, HealthDetail] = {}
        """What was remarked, and when each was first seen."""

    def note(self, notes: Iterable[str]) -> None:
        """What is not as it should be although calls are let in, in the place of what was noted before."""
        self._notes = tuple(notes)

    def remarks(self) -> tuple[str, ...]:
        """What is not as it should be although calls are let in: broken edits, and what was noted."""
        return (*self._catalogue.broken_edits, *self._notes)

    async def health(self) -> ServiceHealth:
        """HEALTHY; DEGRADED when some tools can't be called or an edit is broken; UNHEALTHY when none can be called."""
        found = await self._service.check()
        now = datetime.now(UTC)
        self._remarked = {remark: self._remarked.get(remark, HealthDetail(remark, now)) for remark in self.remarks()}
        if not self._remarked:
            return found
        status = found.status if found.status is not ServiceStatus.HEALTHY else ServiceStatus.DEGRADED
        return ServiceHealth(status, (*found.details, *self._remarked.values()))

    async def liveness(self) -> Liveness:
        """Whether the process can do its work at all: a fresh VM compiles a script within a second."""
        return Liveness(await self._engine.liveness())

    def readiness(self) -> Readiness:
        """Whether a call would be let in now, and what is not as it should be. Cheap."""
        against: list[str] = []
        if not self._engine.is_running:
            against.append("the engine is not running")
        elif not self._engine.readiness():
            against.append("as many calls as may run and wait do")
        if self._calls.draining:
            against.append("the server is being stopped")
        if self.trouble is not None:
            against.append(self.trouble)
        return Readiness(not against, (*against, *self.remarks()))
