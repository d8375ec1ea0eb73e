"""What a migration plans, does and reports.

Pydantic models, because plans and reports cross JSON in both directions: they are exported, stored
and read back. Nothing on the way to a call imports this module.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, PlainValidator

from crucible_tools.config import MigrationManagerConfig
from crucible_tools.model.checks import from_mapping
from crucible_tools.model.enums import FileKind, MigrationErrorType, MigrationPhase, PlanAction, SecurityLevel
from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Diagnostic
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import Repair


def _seconds(value: object) -> object:
    if not isinstance(value, (int, float)):
        return value
    try:
        return timedelta(seconds=value)
    except OverflowError as error:
        raise ValueError(f"{value} seconds are no duration") from error


def _config(value: object) -> MigrationManagerConfig:
    if isinstance(value, MigrationManagerConfig):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("no configuration")
    try:
        return _read_config(dict(cast("Mapping[str, Any]", value)))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"no configuration: {error!r}") from error


def _read_config(values: dict[str, Any]) -> MigrationManagerConfig:
    if isinstance(policy := values.get("policy"), Mapping):
        values["policy"] = Policy.from_json(cast("Mapping[str, Any]", policy))
    if isinstance(policies := values.get("tool_policies"), Mapping):
        each = cast("Mapping[str, Mapping[str, Any]]", policies).items()
        values["tool_policies"] = {name: Policy.from_json(policy) for name, policy in each}
    return from_mapping(MigrationManagerConfig, values)


Duration = Annotated[
    timedelta,
    BeforeValidator(_seconds),
    PlainSerializer(lambda value: value.total_seconds(), return_type=float, when_used="json"),
]
"""A timedelta; seconds, a float, in JSON (contract.md)."""

ReportedConfig = Annotated[
    MigrationManagerConfig,
    PlainValidator(_config),
    PlainSerializer(lambda value: value.to_json(), return_type=dict[str, Any]),
]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Need(_Value):
    """A line of a tool that needs a capability.

    Args:
        capability: such as `http`.
        function: the host function that is called there.
        line: of the source as it would be migrated, from 1.
    """

    capability: str
    function: str
    line: int


class PlannedTool(_Value):
    """What a migration would do with one tool, and why.

    Args:
        name: the tool.
        action: what would happen.
        reason: why, in one sentence; empty for `new` and `unchanged`. Of `repaired` it also says whether it is new.
        path: its file, relative to `directory`.
        directory: the migration directory.
        kind: what the file is.
        capabilities: what its host functions need, sorted.
        missing_capabilities: those that the target policy lacks.
        unknown_functions: host functions that no registered module has.
        lowest_level: the lowest level that has all capabilities; None when a function exists nowhere.
        repairs: what was done to its source.
        diff: the repair that would be made to its source, as a unified diff; None when none is needed.
        schema_diff: what changes in its recorded input and output schemas, as a unified diff; None when nothing does.
        policy_diff: what changes in its recorded policy, likewise.
        needs: the lines that need a capability.
        policy_snippet: the smallest policy that allows it, as lines of a `crucible.toml`; None when the target
            does, or none would.
        source_hash: SHA-256 of the file's bytes; None when it can't be read.
        previous_hash: SHA-256 of the bytes that were migrated last; None for a new name.
        error_type: for what can't be migrated: the step that refuses it.
        code: stable code of the finding behind the refusal, such as RN905.
        hint: what would help.
        diagnostics: what the compiler says.
    """

    name: str
    action: PlanAction
    reason: str = ""
    path: str
    directory: str
    kind: FileKind = FileKind.TOOL
    capabilities: tuple[str, ...] = ()
    missing_capabilities: tuple[str, ...] = ()
    unknown_functions: tuple[str, ...] = ()
    lowest_level: SecurityLevel | None = None
    repairs: tuple[Repair, ...] = ()
    diff: str | None = None
    schema_diff: str | None = None
    policy_diff: str | None = None
    needs: tuple[Need, ...] = ()
    policy_snippet: str | None = None
    source_hash: str | None = None
    previous_hash: str | None = None
    error_type: MigrationErrorType | None = None
    code: str | None = None
    hint: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


class SkippedFile(_Value):
    """A file of the folder that defines no tool and meant to define none.

    `reasons` says why in sentences; `kind` is what it is instead.
    """

    path: str
    directory: str
    kind: FileKind
    reasons: tuple[str, ...] = ()


class MigrationError(_Value):
    """Why one tool was not migrated.

    `context` holds the facts: `path`, `directory`, `code`, `hint`, `diagnostics`, `location`,
    `capabilities`, `lowest_level`, as far as they apply.
    """

    tool_name: str
    error_type: MigrationErrorType
    message: str
    timestamp: datetime
    context: JsonObject = {}


class MigrationState(_Value):
    """Where a run is, or how it ended. Counts are tools (contract.md, "What counts")."""

    phase: MigrationPhase = MigrationPhase.NOT_STARTED
    total_discovered: int = 0
    successfully_migrated: int = 0
    failed_migrations: int = 0
    start_time: datetime | None = None
    completion_time: datetime | None = None
    errors: tuple[MigrationError, ...] = ()
    warnings: tuple[str, ...] = ()


class MigrationStats(_Value):
    """What the state holds, over all runs.

    Args:
        total_migrated: all tools.
        active_tools: those that can be called.
        inactive_tools: those that vanished or were rolled back.
        to_be_revalidated: active ones that are not known to work with this engine (`crucible validate`).
        migration_timestamp: when the last one was migrated.
    """

    total_migrated: int = 0
    active_tools: int = 0
    inactive_tools: int = 0
    to_be_revalidated: int = 0
    migration_timestamp: datetime | None = None


class ValidationFinding(_Value):
    """What validation found out about one tool.

    Args:
        code: stable, such as VAL001.
        severity: `error` breaks the tool, `warning` does not.
        tool: its name.
        message: what was found, in one sentence.
        context: the facts: arguments, results, differences, figures, as far as they apply.
    """

    code: str
    severity: Literal["error", "warning"]
    tool: str
    message: str
    context: JsonObject = {}


class MigrationValidation(_Value):
    """Whether migrated tools are what they should be; `issues` break a tool, `warnings` don't.

    `findings` are the same, a value each.
    """

    valid: bool
    issues: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    total_tools: int = 0
    valid_tools: int = 0
    findings: tuple[ValidationFinding, ...] = ()


class ToolTiming(_Value):
    """How long one tool took; None for what was not done, or was done by an earlier run.

    Args:
        tool: its name.
        reading: reading its file, with everything else that the file defines.
        validating: the whole validation, trial calls included.
        trial_call: the first trial call.
    """

    tool: str
    reading: Duration | None = None
    validating: Duration | None = None
    trial_call: Duration | None = None


class RepairCounts(_Value):
    """How the tools of a run were taken: their number by what had to be done to their sources.

    Args:
        unchanged: migrated as they were.
        safe: migrated after safe repairs.
        unsafe: migrated after repairs of which some were unsafe.
        refused: not migrated; `failed_tools` has the reasons.
    """

    unchanged: int = 0
    safe: int = 0
    unsafe: int = 0
    refused: int = 0


class PlanBasis(_Value):
    """What a plan was made from; a saved plan is only followed while this is what a new one would be made from.

    Args:
        sources: SHA-256 of each file's bytes by its path; None for one that can't be read.
        state: SHA-256 of what the state said about every name.
        engine: versions of the engine and of the reading of sources.
        configuration: SHA-256 of the settings that a plan depends on.
    """

    sources: dict[str, str | None]
    state: str
    engine: JsonObject
    configuration: str


class MigrationReport(_Value):
    """The outcome of a run: the seed's fields, then the files that were skipped and the plan.

    Args:
        migration_id: id of the run.
        base: the folder that each `directory` is relative to; None where a report of before does not say it.
        config: what it was told.
        stats: what the state holds afterwards.
        state: counts, times, errors and warnings of this run.
        migrated_tools: names, unchanged ones included, in path order.
        failed_tools: one error a tool.
        validation: None when nothing was validated.
        repairs: how many tools were repaired.
        duration: from start to end.
        timestamp: when the report was made.
        skipped_files: every file that is no tool, with its kind and the reasons.
        plan: what was planned for each tool.
        timings: how long each took, one a tool of the plan and in its order; empty in a report of before.
        basis: what the plan was made from.
        rolled_back: tools that were fine and are not migrated, because the run was atomic and another tool failed.
        resumed_from: id of the interrupted run that this one went on from.
    """

    migration_id: str
    base: str | None = None
    config: ReportedConfig
    stats: MigrationStats
    state: MigrationState
    migrated_tools: tuple[str, ...] = ()
    failed_tools: tuple[MigrationError, ...] = ()
    validation: MigrationValidation | None = None
    repairs: RepairCounts = RepairCounts()
    duration: Duration | None = None
    timestamp: datetime
    skipped_files: tuple[SkippedFile, ...] = ()
    plan: tuple[PlannedTool, ...] = ()
    timings: tuple[ToolTiming, ...] = ()
    basis: PlanBasis | None = None
    rolled_back: tuple[str, ...] = ()
    resumed_from: str | None = None
