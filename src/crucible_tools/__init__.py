"""Migrate legacy Rune tools into a sandboxed engine, and run them.

Every public name is importable from here. Names are resolved on first use (PEP 562): a program that
only wants an error class, or `crucible --help`, must not pay for the engine and the database.
"""

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crucible_tools.config import (
        MigrationConfig,
        MigrationManagerConfig,
        RuneServiceConfig,
        ScriptEngineConfig,
    )
    from crucible_tools.engine import (
        HostModule,
        ScriptEngine,
        ToolFailure,
    )
    from crucible_tools.errors import (
        BadGuestAnswer,
        CallRefused,
        CompileFailed,
        ConfigurationError,
        CrucibleError,
        DirectoryNotFound,
        EngineBusy,
        EngineClosed,
        EngineUnavailable,
        InvalidArguments,
        LockHolder,
        RegistrationError,
        StateDamaged,
        StateError,
        StateLocked,
        StateNotWritable,
        StateTooNew,
        ToolError,
        ToolInactive,
        ToolNotFound,
        UsageError,
        Violation,
    )
    from crucible_tools.migration import (
        Phase51MigrationManager,
        ToolMigrationBridge,
        discover_tools,
    )
    from crucible_tools.model.enums import (
        FileKind,
        MigrationErrorType,
        MigrationMode,
        MigrationPhase,
        PlanAction,
        RepairMode,
        SecurityLevel,
        ServiceStatus,
        StopReason,
        ValidationMode,
    )
    from crucible_tools.model.health import (
        HealthDetail,
        ServiceHealth,
    )
    from crucible_tools.model.host_functions import (
        HostFunctionInfo,
    )
    from crucible_tools.model.locations import (
        Diagnostic,
        Location,
    )
    from crucible_tools.model.migration import (
        MigrationError,
        MigrationReport,
        MigrationState,
        MigrationStats,
        MigrationValidation,
        PlannedTool,
        SkippedFile,
    )
    from crucible_tools.model.policy import (
        ALL,
        Policy,
    )
    from crucible_tools.model.tools import (
        DiscoveredTool,
        MigratedTool,
        ToolDefinition,
        ToolErrorInfo,
        ToolExecutionContext,
        ToolExecutionResult,
    )

__version__ = "0.1.0"

__all__ = [
    "ALL",
    "BadGuestAnswer",
    "CallRefused",
    "CompileFailed",
    "ConfigurationError",
    "CrucibleError",
    "Diagnostic",
    "DirectoryNotFound",
    "DiscoveredTool",
    "EngineBusy",
    "EngineClosed",
    "EngineUnavailable",
    "FileKind",
    "HealthDetail",
    "HostFunctionInfo",
    "HostModule",
    "InvalidArguments",
    "Location",
    "LockHolder",
    "MigratedTool",
    "MigrationConfig",
    "MigrationError",
    "MigrationErrorType",
    "MigrationManagerConfig",
    "MigrationMode",
    "MigrationPhase",
    "MigrationReport",
    "MigrationState",
    "MigrationStats",
    "MigrationValidation",
    "Phase51MigrationManager",
    "PlanAction",
    "PlannedTool",
    "Policy",
    "RegistrationError",
    "RepairMode",
    "RuneServiceConfig",
    "ScriptEngine",
    "ScriptEngineConfig",
    "SecurityLevel",
    "ServiceHealth",
    "ServiceStatus",
    "SkippedFile",
    "StateDamaged",
    "StateError",
    "StateLocked",
    "StateNotWritable",
    "StateTooNew",
    "StopReason",
    "ToolDefinition",
    "ToolError",
    "ToolErrorInfo",
    "ToolExecutionContext",
    "ToolExecutionResult",
    "ToolFailure",
    "ToolInactive",
    "ToolMigrationBridge",
    "ToolNotFound",
    "UsageError",
    "ValidationMode",
    "Violation",
    "__version__",
    "discover_tools",
]

_HOMES: Final = {
    "MigrationConfig": "crucible_tools.config",
    "MigrationManagerConfig": "crucible_tools.config",
    "RuneServiceConfig": "crucible_tools.config",
    "ScriptEngineConfig": "crucible_tools.config",
    "HostModule": "crucible_tools.engine",
    "ScriptEngine": "crucible_tools.engine",
    "ToolFailure": "crucible_tools.engine",
    "BadGuestAnswer": "crucible_tools.errors",
    "CallRefused": "crucible_tools.errors",
    "CompileFailed": "crucible_tools.errors",
    "ConfigurationError": "crucible_tools.errors",
    "CrucibleError": "crucible_tools.errors",
    "DirectoryNotFound": "crucible_tools.errors",
    "EngineBusy": "crucible_tools.errors",
    "EngineClosed": "crucible_tools.errors",
    "EngineUnavailable": "crucible_tools.errors",
    "InvalidArguments": "crucible_tools.errors",
    "LockHolder": "crucible_tools.errors",
    "RegistrationError": "crucible_tools.errors",
    "StateDamaged": "crucible_tools.errors",
    "StateError": "crucible_tools.errors",
    "StateLocked": "crucible_tools.errors",
    "StateNotWritable": "crucible_tools.errors",
    "StateTooNew": "crucible_tools.errors",
    "ToolError": "crucible_tools.errors",
    "ToolInactive": "crucible_tools.errors",
    "ToolNotFound": "crucible_tools.errors",
    "UsageError": "crucible_tools.errors",
    "Violation": "crucible_tools.errors",
    "Phase51MigrationManager": "crucible_tools.migration",
    "ToolMigrationBridge": "crucible_tools.migration",
    "discover_tools": "crucible_tools.migration",
    "FileKind": "crucible_tools.model.enums",
    "MigrationErrorType": "crucible_tools.model.enums",
    "MigrationMode": "crucible_tools.model.enums",
    "MigrationPhase": "crucible_tools.model.enums",
    "PlanAction": "crucible_tools.model.enums",
    "RepairMode": "crucible_tools.model.enums",
    "SecurityLevel": "crucible_tools.model.enums",
    "ServiceStatus": "crucible_tools.model.enums",
    "StopReason": "crucible_tools.model.enums",
    "ValidationMode": "crucible_tools.model.enums",
    "HealthDetail": "crucible_tools.model.health",
    "ServiceHealth": "crucible_tools.model.health",
    "HostFunctionInfo": "crucible_tools.model.host_functions",
    "Diagnostic": "crucible_tools.model.locations",
    "Location": "crucible_tools.model.locations",
    "MigrationError": "crucible_tools.model.migration",
    "MigrationReport": "crucible_tools.model.migration",
    "MigrationState": "crucible_tools.model.migration",
    "MigrationStats": "crucible_tools.model.migration",
    "MigrationValidation": "crucible_tools.model.migration",
    "PlannedTool": "crucible_tools.model.migration",
    "SkippedFile": "crucible_tools.model.migration",
    "ALL": "crucible_tools.model.policy",
    "Policy": "crucible_tools.model.policy",
    "DiscoveredTool": "crucible_tools.model.tools",
    "MigratedTool": "crucible_tools.model.tools",
    "ToolDefinition": "crucible_tools.model.tools",
    "ToolErrorInfo": "crucible_tools.model.tools",
    "ToolExecutionContext": "crucible_tools.model.tools",
    "ToolExecutionResult": "crucible_tools.model.tools",
}


def __getattr__(name: str) -> object:
    """Import the module that has this public name, and keep what it gives."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Public names, resolved or not."""
    return sorted({*globals(), *__all__})
