"""Events: what happens in the engine and in migrations, told to whoever subscribes."""

from crucible_tools.events.bus import EventBus, Publisher
from crucible_tools.events.event import (
    CacheCleared,
    CapabilityDenied,
    CustomEvent,
    ErrorHappened,
    Event,
    EventsLost,
    EventType,
    HealthChanged,
    HookActed,
    LimitHit,
    MigrationCompleted,
    MigrationStarted,
    PublishedEvent,
    ScriptCached,
    ScriptCompiled,
    ScriptExecuted,
    SecurityPolicyUpdated,
    ToolMigrated,
    ToolRegistered,
    ToolRemoved,
    ToolRolledBack,
)
from crucible_tools.events.health import HealthChanges
from crucible_tools.events.pattern import EVERYTHING, Pattern
from crucible_tools.events.subscription import Subscription

__all__ = [
    "EVERYTHING",
    "CacheCleared",
    "CapabilityDenied",
    "CustomEvent",
    "ErrorHappened",
    "Event",
    "EventBus",
    "EventType",
    "EventsLost",
    "HealthChanged",
    "HealthChanges",
    "HookActed",
    "LimitHit",
    "MigrationCompleted",
    "MigrationStarted",
    "Pattern",
    "PublishedEvent",
    "Publisher",
    "ScriptCached",
    "ScriptCompiled",
    "ScriptExecuted",
    "SecurityPolicyUpdated",
    "Subscription",
    "ToolMigrated",
    "ToolRegistered",
    "ToolRemoved",
    "ToolRolledBack",
]
