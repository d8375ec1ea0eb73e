"""Telling when a service's health becomes another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.events.event import HealthChanged

if TYPE_CHECKING:
    from crucible_tools.events.bus import Publisher
    from crucible_tools.model.enums import ServiceStatus
    from crucible_tools.model.health import ServiceHealth


class HealthChanges:
    """Publishes another status than the last one; the first is published as well.

    Args:
        publisher: where to.
        identifier: whose health it is.
    """

    def __init__(self, publisher: Publisher, identifier: str) -> None:
        self._publisher = publisher
        self._identifier = identifier
        self._status: ServiceStatus | None = None

    def look(self, health: ServiceHealth) -> ServiceHealth:
        """Takes note of the health, and gives it back."""
        before, self._status = self._status, health.status
        if before is not health.status:
            details = tuple(detail.what for detail in health.details)
            self._publisher.publish(
                HealthChanged(identifier=self._identifier, before=before, status=health.status, details=details)
            )
        return health
