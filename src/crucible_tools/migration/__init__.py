"""Migrating legacy tools: plan, carry out one operation at a time, record, report."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from crucible_tools.migration.bridge import ToolMigrationBridge
    from crucible_tools.migration.manager import Phase51MigrationManager, discover_tools

__all__ = ["Phase51MigrationManager", "ToolMigrationBridge", "discover_tools"]

# A process that only reads sources must not wait for what writes migrations down.
_HOMES: Final = {"Phase51MigrationManager": "manager", "ToolMigrationBridge": "bridge", "discover_tools": "manager"}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
