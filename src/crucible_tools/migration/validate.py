"""Whether the recorded tools are what they should be: intact, and as good as when they were migrated."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.errors import StateDamaged, StateLocked, StateNotWritable
from crucible_tools.migration.loading import active_tool
from crucible_tools.migration.migration import new_run_id
from crucible_tools.migration.operations import Row, SetTool
from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.recording import recorded
from crucible_tools.migration.validating import WORKER, in_order
from crucible_tools.migration.validation import Candidate, Unforeseen, Validated, Validating, Validator, validated
from crucible_tools.migration.validation.codes import Code
from crucible_tools.migration.versions import engine_versions
from crucible_tools.migration.workers import Lost, WorkerError, each_in_workers, how_many
from crucible_tools.model.enums import MigrationPhase, ValidationMode
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationValidation, ValidationFinding
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine


async def validate(
    engine: "ScriptEngine",
    state: State,
    mode: ValidationMode = ValidationMode.BASIC,
    *,
    names: Sequence[str] = (),
    lock_timeout_s: float = 0.0,
    watch: Watcher = ignore,
) -> MigrationValidation:
    """Validate active tools as they are recorded; those in service stay there, and no effect of theirs is run.

    A tool that was migrated, or last validated, with another engine is recorded as validated when it is found to work.

    Args:
        engine: running; has the application's modules that the tools call.
        state: has the tools.
        mode: how much is checked; SKIP only compares sources with their digests.
        names: which tools; all active ones when empty.
        lock_timeout_s: seconds to wait for another run before tools are recorded as validated.
        watch: is told of each tool.

    Raises:
        ToolNotFound, ToolInactive: a tool of `names` can't be validated.
        StateError: the state can't be read.
    """
    tools = [active_tool(state, name) for name in dict.fromkeys(names)] or [
        tool for tool in state.tools() if tool.active
    ]
    found: list[ValidationFinding] = []
    valid: list[StoredTool] = []
    async with aclosing(_validated(engine, state, mode, tools)) as results:
        number = 0
        async for result in results:
            tool = tools[number]
            number += 1
            found += _of_engine(tool, ok=result.ok)
            found += result.findings
            if result.ok:
                valid.append(tool)
            watch(Progress(MigrationPhase.VALIDATING, number, len(tools), tool.name))
    warnings: list[str] = []
    if mode is not ValidationMode.SKIP:
        warnings += await _mark(state, [tool for tool in valid if tool.engine != engine_versions()], lock_timeout_s)
    return as_validation(found, total=len(tools), valid=len(valid), warnings=warnings)


def as_validation(
    findings: Sequence[ValidationFinding], *, total: int, valid: int, warnings: Sequence[str] = ()
) -> MigrationValidation:
    """The public form of findings; `warnings` are those that are about no tool."""
    issues = tuple(f"{item.tool}: {item.message}" for item in findings if item.severity == "error")
    told = tuple(f"{item.tool}: {item.message}" for item in findings if item.severity == "warning")
    return MigrationValidation(
        valid=not issues,
        issues=issues,
        warnings=(*told, *warnings),
        total_tools=total,
        valid_tools=valid,
        findings=tuple(findings),
    )


async def _validated(
    engine: "ScriptEngine", state: State, mode: ValidationMode, tools: Sequence[StoredTool]
) -> AsyncGenerator[Validated, None]:
    """What each tool comes to, in their order: in processes of their own where that pays."""
    done = 0
    workers = 1 if engine.has_own_modules or mode is ValidationMode.SKIP else how_many(len(tools))
    if workers > 1:
        items = [partial(_candidate, state, tool) for tool in tools]
        try:
            async with aclosing(each_in_workers(WORKER, Validating(mode), items, workers)) as results:
                async for result in results:
                    yield _of(tools[done].name, result)
                    done += 1
        except (WorkerError, StateDamaged):
            pass  # the rest is validated by this process, which tells a damaged source from a lost process
    validator = Validator(engine, mode)

    async def one(tool: StoredTool) -> Validated:
        try:
            return _of(tool.name, await validated(validator, _candidate(state, tool)))
        except StateDamaged as error:
            return Validated(name=tool.name, findings=(Code.DAMAGED.finding(tool.name, error.message),))

    async with aclosing(in_order(tools[done:], one, 1)) as results:
        async for result in results:
            yield result


def _of(name: str, result: Validated | Lost | Unforeseen) -> Validated:
    if isinstance(result, Validated):
        return result
    message = result.why if isinstance(result, Unforeseen) else f"the process that validated it was lost: {result.why}"
    return Validated(name=name, findings=(Code.CRASHED.finding(name, message),))


def _candidate(state: State, tool: StoredTool) -> Candidate:
    """A recorded tool.

    Raises:
        StateDamaged: a source of it is missing, or is not what was recorded.
    """
    version = tool.version
    return Candidate(
        name=tool.name,
        text=_text(state, version.migrated_hash),
        definition=version.definition,
        policy=version.policy,
        source=_file(state, version.file),
        original=_text(state, version.original_hash),
        repairs=version.repairs,
    )


def _text(state: State, digest: str) -> str:
    return state.blob(digest).decode(errors="replace")


def _file(state: State, file: str) -> Path:
    return state.place.base / file


def _of_engine(tool: StoredTool, *, ok: bool) -> list[ValidationFinding]:
    now = engine_versions()
    if tool.engine == now:
        return []
    message = (
        f"it was last found to work with {_told(tool.engine)}; with {_told(now)} "
        f"{'it still works' if ok else 'it does not work any more'}"
    )
    return [Code.OTHER_ENGINE.finding(tool.name, message, before=tool.engine, now=now)]


def _told(engine: JsonObject) -> str:
    return f"Rune {engine.get('rune')} (guest {engine.get('guest')})"


async def _mark(state: State, tools: Sequence[StoredTool], lock_timeout_s: float) -> Sequence[str]:
    """Record that tools work with the present engine; gives a warning when that can't be recorded now."""
    if not tools:
        return ()
    run_id, names = new_run_id(), [tool.name for tool in tools]
    try:
        async with recorded(
            state, run_id, {"validate": names}, kind="validate", lock_timeout_s=lock_timeout_s
        ) as recorder:
            marks = _marks(state, tools)  # from now on nobody else changes anything
            with recorder.together() as batch:
                for mark in marks:
                    mark.commit_in(batch)
            recorder.finish("completed", {"validated": [mark.tool for mark in marks]})
    except (StateLocked, StateNotWritable) as error:
        what = "1 tool works" if len(tools) == 1 else f"{len(tools)} tools work"
        return (f"that {what} with this engine was not recorded: {error.message}",)
    return ()


def _marks(state: State, tools: Sequence[StoredTool]) -> list[SetTool]:
    """The operations that record tools as validated; what was changed since they were read is left out."""
    marks: list[SetTool] = []
    for tool in tools:
        now = state.tool(tool.name)
        row = Row.of(now)
        if now is not None and row is not None and now.active and now.version_id == tool.version_id:
            marks.append(SetTool("validate", tool.name, row, replace(row, validated_engine=engine_versions())))
    return marks
