"""How a service is doing."""

from dataclasses import dataclass
from datetime import datetime

from crucible_tools.model.enums import ServiceStatus
from crucible_tools.model.json import JsonObject


@dataclass(frozen=True, slots=True)
class HealthDetail:
    """One thing that is wrong; `since` is when it was first seen."""

    what: str
    since: datetime

    def to_json(self) -> JsonObject:
        """`{what, since}`."""
        return {"what": self.what, "since": self.since.isoformat()}


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """The status of a service, and what is wrong when it is not HEALTHY."""

    status: ServiceStatus
    details: tuple[HealthDetail, ...] = ()

    def to_json(self) -> JsonObject:
        """`{status, details}`."""
        return {"status": self.status.value, "details": [detail.to_json() for detail in self.details]}
