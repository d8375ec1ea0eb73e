"""Reports made by hand: one with a tool of each ending, in which any text can be put wherever others' text can be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crucible_tools.config import MigrationManagerConfig
from crucible_tools.model.enums import (
    FileKind,
    MigrationErrorType,
    MigrationMode,
    MigrationPhase,
    PlanAction,
    SecurityLevel,
)
from crucible_tools.model.migration import (
    MigrationError,
    MigrationReport,
    MigrationState,
    MigrationStats,
    MigrationValidation,
    Need,
    PlannedTool,
    RepairCounts,
    SkippedFile,
    ToolTiming,
    ValidationFinding,
)
from crucible_tools.model.tools import Repair

START = datetime(2026, 11, 29, 11, 0, tzinfo=UTC)
RUN = "20261129T110000Z-0a1b2c3d"

Say = Callable[[str], str]


def report(say: Say = str, *, mode: MigrationMode = MigrationMode.INCREMENTAL, **facts: Any) -> MigrationReport:
    """A report with a tool of each ending.

    Args:
        say: what becomes of each text that a source, a script or a file's name could have brought.
        mode: what the run was told.
        facts: other fields of the report.
    """
    plan = _plan(say)
    errors = _errors(plan, say)
    known: dict[str, Any] = {
        "migration_id": RUN,
        "config": MigrationManagerConfig(mode=mode, migration_directories=(Path("tools"),), state=Path("state")),
        "stats": MigrationStats(total_migrated=6, active_tools=5, inactive_tools=1, migration_timestamp=START),
        "state": MigrationState(
            phase=MigrationPhase.COMPLETED,
            total_discovered=9,
            successfully_migrated=5,
            failed_migrations=4,
            start_time=START,
            completion_time=START + timedelta(seconds=1.5),
            errors=errors,
            warnings=(say("stale is inactive now: tools/stale.rn no longer defines it"),),
        ),
        "migrated_tools": tuple(it.name for it in plan if it.error_type is None and it.action != PlanAction.VANISHED),
        "failed_tools": errors,
        "validation": _validation(say),
        "repairs": RepairCounts(unchanged=3, safe=1, unsafe=1, refused=4),
        "duration": timedelta(seconds=1.5),
        "timestamp": START + timedelta(seconds=1.5),
        "skipped_files": (
            SkippedFile(path=say("lib.rn"), directory="tools", kind=FileKind.LIBRARY, reasons=(say("no tool"),)),
        ),
        "plan": plan,
        "timings": tuple(_timing(number, tool) for number, tool in enumerate(plan)),
        **facts,
    }
    return MigrationReport(**known)


def atomic_failure() -> MigrationReport:
    """The report of an atomic run in which one tool failed, so that none was migrated."""
    full = report()
    return full.model_copy(
        update={
            "migrated_tools": (),
            "rolled_back": ("echo", "calm"),
            "resumed_from": "20261129T100000Z-aaaaaaaa",
            "state": full.state.model_copy(update={"phase": MigrationPhase.FAILED, "successfully_migrated": 0}),
        }
    )


def unplanned() -> MigrationReport:
    """The report of a run that an earlier version recorded."""
    return report().model_copy(update={"plan": (), "timings": (), "validation": None})


def _plan(say: Say) -> tuple[PlannedTool, ...]:
    def tool(name: str, action: PlanAction, **facts: Any) -> PlannedTool:
        return PlannedTool(name=say(name), action=action, path=say(f"{name}.rn"), directory="tools", **facts)

    blocked = {"action": PlanAction.BLOCKED}
    return (
        tool("broken", **blocked, reason=say("it does not compile"), error_type=MigrationErrorType.COMPILATION_FAILED),
        tool("calm", PlanAction.UNCHANGED),
        tool(
            "careless", **blocked, reason=say("validating it failed"), error_type=MigrationErrorType.VALIDATION_FAILED
        ),
        tool("echo", PlanAction.NEW),
        tool(
            "fetch",
            **blocked,
            reason=say("it needs http, which SAFE does not have"),
            error_type=MigrationErrorType.VALIDATION_FAILED,
            capabilities=("http",),
            missing_capabilities=("http",),
            lowest_level=SecurityLevel.PRODUCTION,
            needs=(Need(capability="http", function=say("crucible::http_get"), line=4),),
            policy_snippet=say('[tool."fetch".policy]\nlevel = "production"'),
        ),
        tool(
            "shown",
            PlanAction.CHANGED,
            reason=say("its source changed"),
            repairs=(Repair(say("RN001"), 2, say("Delete `mut`"), True),),
            diff=f"--- {say('a.rn')}\n+++ b\n@@ -1 +1 @@\n {say('same')}\n-{say('let mut a')}\n+{say('let a')}\n",
            schema_diff=f"-{say('string')}\n+{say('integer')}\n",
        ),
        tool("guessed", PlanAction.REPAIRED, repairs=(Repair("RN104", 3, say("Write `match`"), False),)),
        tool("stale", PlanAction.VANISHED, reason=say("tools/stale.rn no longer defines it")),
        tool(
            "twice", PlanAction.CONFLICTING, reason=say("used twice"), error_type=MigrationErrorType.REGISTRATION_FAILED
        ),
        tool("warned", PlanAction.NEW),
    )


def _timing(number: int, tool: PlannedTool) -> ToolTiming:
    """Every third was read before; what can't be migrated was not validated, what stays as it was neither."""
    milliseconds = timedelta(milliseconds=number + 1)
    validated = tool.error_type is None and tool.action not in (PlanAction.UNCHANGED, PlanAction.VANISHED)
    return ToolTiming(
        tool=tool.name,
        reading=milliseconds if number % 3 else None,
        validating=milliseconds * 7 if validated else None,
        trial_call=milliseconds / 4 if validated else None,
    )


def _errors(plan: tuple[PlannedTool, ...], say: Say) -> tuple[MigrationError, ...]:
    place = {"path": say("broken.rn"), "line": 2, "column": 9, "length": 3, "source_line": say("    let let a = 1;")}
    diagnostic = {"severity": "error", "kind": "parse", "message": say("Expected pattern"), "location": place}
    known = {
        "broken": {
            "code": say("RN903"),
            "location": place,
            "diagnostics": [diagnostic, {**diagnostic, "location": None}],
        }
    }
    codes = {"twice": {"code": "RN905"}}
    return tuple(
        MigrationError(
            tool_name=planned.name,
            error_type=planned.error_type,
            message=planned.reason,
            timestamp=START,
            context={
                "path": planned.path,
                "directory": planned.directory,
                "hint": say("look at it"),
                **{
                    key: value
                    for name, it in {**known, **codes}.items()
                    if say(name) == planned.name
                    for key, value in it.items()
                },
            },
        )
        for planned in plan
        if planned.error_type is not None
    )


def _validation(say: Say) -> MigrationValidation:
    missing = ValidationFinding(
        code="VAL003",
        severity="error",
        tool=say("careless"),
        message=say("the call {} found no function `foo`"),
        context={
            "arguments": {say("url"): say("http://x")},
            "hint": say("look at what is called there"),
            "location": {"line": 3, "column": 5, "length": 3},
        },
    )
    unsure = ValidationFinding(code="VAL009", severity="warning", tool=say("warned"), message=say("nobody knows"))
    return MigrationValidation(valid=False, total_tools=6, valid_tools=5, findings=(missing, unsure))
