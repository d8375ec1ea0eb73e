"""The closed sets of the contract. Members are upper-case in Python, lower-case strings in JSON."""

from enum import StrEnum


class MigrationMode(StrEnum):
    """How a run goes about its tools (contract.md, "What counts")."""

    DRY_RUN = "dry_run"
    INCREMENTAL = "incremental"
    FULL = "full"
    MANUAL = "manual"


class ValidationMode(StrEnum):
    """How much is checked after a tool was migrated."""

    SKIP = "skip"
    BASIC = "basic"
    COMPREHENSIVE = "comprehensive"


class SecurityLevel(StrEnum):
    """What a tool may do; the exact table is in `model.policy`."""

    SAFE = "safe"
    PRODUCTION = "production"
    DEVELOPMENT = "development"


class MigrationErrorType(StrEnum):
    """Which step of a migration a tool failed in."""

    DISCOVERY_FAILED = "discovery_failed"
    COMPILATION_FAILED = "compilation_failed"
    REGISTRATION_FAILED = "registration_failed"
    VALIDATION_FAILED = "validation_failed"
    CONFIGURATION_ERROR = "configuration_error"
    SERVICE_ERROR = "service_error"
    UNKNOWN = "unknown"


class MigrationPhase(StrEnum):
    """Where a run is."""

    NOT_STARTED = "not_started"
    DISCOVERING = "discovering"
    MIGRATING = "migrating"
    VALIDATING = "validating"
    COMPLETED = "completed"
    FAILED = "failed"


class RepairMode(StrEnum):
    """Which repairs of legacy sources a migration may use."""

    NONE = "none"
    SAFE = "safe"
    UNSAFE = "unsafe"


class Isolation(StrEnum):
    """What calls of one tool share."""

    PER_TOOL = "per_tool"
    """A VM, one call after the other."""
    PER_CALL = "per_call"
    """Nothing: each call has a fresh VM, made from the tool's page image."""


class ServiceStatus(StrEnum):
    """Health of a service as a whole."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class StopReason(StrEnum):
    """Why a VM stopped (engine.md: a closed set)."""

    FINISHED = "finished"
    TOOL_ERROR = "tool_error"
    """The script finished and gave `Err`."""
    SCRIPT_ERROR = "script_error"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    STACK_EXHAUSTED = "stack_exhausted"
    CANCELLED = "cancelled"
    DENIED = "denied"
    BAD_VALUE = "bad_value"
    LIMIT = "limit_exceeded"
    """A limit on sizes or counts (source, arguments, result, logs, host calls); the error says which."""
    CRASHED = "crashed"
    REFUSED = "refused"
    """A hook refused the call before it began (docs/hooks.md)."""


class FileKind(StrEnum):
    """What a source file turned out to be (legacy-tools.md, "Forms")."""

    TOOL = "tool"
    HOOK = "hook"
    PLUGIN = "plugin"
    LIBRARY = "library"
    NOT_RUNE = "not-rune"
    UNREADABLE = "unreadable"
    INVALID = "invalid"


class PlanAction(StrEnum):
    """What a migration would do with a tool."""

    NEW = "new"
    CHANGED = "changed"
    REPAIRED = "repaired"
    """It is new or changed, and its source is repaired in the migrated copy."""
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    CONFLICTING = "conflicting"
    VANISHED = "vanished"
    SKIPPED = "skipped"


class ReportFormat(StrEnum):
    """For whom a migration's report is."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    JUNIT = "junit"
    SARIF = "sarif"
    GITHUB = "github"
    """Annotations of a change, as GitHub's workflow commands."""
    MARKDOWN = "markdown"
    """A summary of a step, as GitHub shows it."""


class AuditKind(StrEnum):
    """What a record of the audit is about (docs/audit.md)."""

    AUDIT_BEGAN = "audit_began"
    RUN_STARTED = "run_started"
    RUN_ENDED = "run_ended"
    TOOL_CHANGED = "tool_changed"
    """A name stands for another version than before, or can be called again or no more: migrations, rollbacks."""
    TOOL_REGISTERED = "tool_registered"
    """A version of a tool was recorded, with the digests of its source and its policy."""
    POLICY_CHANGED = "policy_changed"
    TRUSTED = "trusted"
    DISTRUSTED = "distrusted"
    TOKEN_CREATED = "token_created"
    TOKEN_ROTATED = "token_rotated"
    TOKEN_REVOKED = "token_revoked"
    HOOK_CHANGED = "hook_changed"
    """A file's hooks were recorded, are gone, or were rolled back."""
    HOOK_ACTED = "hook_acted"
    """A hook rewrote or refused a call, or failed at it."""
    DENIAL = "denial"
