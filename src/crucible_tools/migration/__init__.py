"""Migrating legacy tools: plan, carry out one operation at a time, record, report."""

from crucible_tools.migration.bridge import ToolMigrationBridge
from crucible_tools.migration.manager import Phase51MigrationManager, discover_tools

__all__ = ["Phase51MigrationManager", "ToolMigrationBridge", "discover_tools"]
