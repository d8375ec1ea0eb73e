"""Carrying out a plan: validate each tool in a sandbox, then record it, as one operation.

Tool by tool each operation is a transaction of its own; together all of them are one, so that a run is recorded as a
whole or not at all. A dry run takes the same way and stops before the first record.
"""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import CallRefused, CompileFailed, RegistrationError, StateLocked, ToolNotFound
from crucible_tools.migration import operations
from crucible_tools.migration.digests import code_digest, resolved_digest
from crucible_tools.migration.hooks import HookChange
from crucible_tools.migration.operations import MigrateTool, Row, SetTool
from crucible_tools.migration.plan import PlanEntry
from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.telling import tell_migrated
from crucible_tools.migration.validating import Checks
from crucible_tools.migration.validation import Validated
from crucible_tools.model.enums import MigrationErrorType, MigrationPhase, PlanAction
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationError, ValidationFinding
from crucible_tools.model.policy import Policy
from crucible_tools.store.records import ToolVersion
from crucible_tools.store.runs import RunRecorder

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

_IDS: Final = uuid.UUID("6f0c2f0e-5d0b-5b1e-9a53-9a3f8d6c51aa")
"""Namespace of ids that are derived from names."""

WRITES: Final = (PlanAction.NEW, PlanAction.CHANGED, PlanAction.REPAIRED)
"""Actions that record a version of a tool."""

_FAILS: Final = (PlanAction.BLOCKED, PlanAction.CONFLICTING)
_GOOD: Final = (*WRITES, PlanAction.UNCHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What carrying out a plan needs.

    Args:
        engine: has the tools that are in service.
        run: records each operation; None for a dry run.
        checks: validate the tools.
        policy_of: what a tool of this name runs under.
        together: whether all operations are one transaction, made when everything is validated.
        atomic: whether one failure makes the run change nothing; only together.
        preserve_tool_ids: whether ids are derived from names.
        versions: of the engine, recorded with each tool.
        hooks: what becomes of hooks, recorded with the tools or, tool by tool, after them.
        watch: is told of each tool.
    """

    engine: "ScriptEngine"
    run: RunRecorder | None
    checks: Checks
    policy_of: Callable[[str], Policy]
    together: bool
    atomic: bool
    preserve_tool_ids: bool
    versions: JsonObject
    hooks: tuple[HookChange, ...] = ()
    watch: Watcher = ignore


@dataclass(slots=True)
class Applied:
    """How far a plan was carried out; kept up to date while it is, so that an interrupted run can report.

    Args:
        entries: the plan's entries, with those refused that turned out to be impossible.
        migrated: names that are migrated now, unchanged ones included.
        changed: names that were written.
        rolled_back: names that were fine and are not migrated, because another one failed.
        validated: how many tools were validated.
        findings: of all validations.
        checked: what validating an entry came to, by its place in `entries`.
    """

    entries: list[PlanEntry] = field(default_factory=list[PlanEntry])
    migrated: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    rolled_back: list[str] = field(default_factory=list[str])
    validated: int = 0
    findings: list[ValidationFinding] = field(default_factory=list[ValidationFinding])
    checked: dict[int, Validated] = field(default_factory=dict[int, Validated])

    @property
    def failed(self) -> list[PlanEntry]:
        """Entries of tools that could not be migrated."""
        return [entry for entry in self.entries if entry.action in _FAILS]

    def done(self, entry: PlanEntry, *, recorded: bool) -> None:
        """Note that an entry was carried out."""
        if entry.action in _GOOD:
            self.migrated.append(entry.name)
        if recorded and entry.action in (*WRITES, PlanAction.VANISHED):
            self.changed.append(entry.name)


async def apply(entries: Sequence[PlanEntry], means: Means, applied: Applied) -> None:
    """Carry out the entries in their order, noting in `applied` what was done.

    Raises:
        StateError: the state can't be written.
    """
    if means.together:
        await _together(entries, means, applied)
    else:
        await _one_by_one(entries, means, applied)


async def _one_by_one(entries: Sequence[PlanEntry], means: Means, applied: Applied) -> None:
    async with contextlib.aclosing(_checked(entries, means, applied)) as checked:
        number = 0
        async for entry in checked:
            number += 1
            if means.run is not None and (operation := _operation(entry, means)) is not None:
                await _patiently(entry, means, lambda run=means.run, todo=operation: todo.commit(run))
                await _serve([entry], means)
                tell_migrated(means.engine, means.run.run_id, [entry])
            applied.done(entry, recorded=means.run is not None)
            means.watch(Progress(MigrationPhase.MIGRATING, number, len(entries), entry.name))
            await asyncio.sleep(0)  # quick work never waits for anything: let Ctrl-C and others have their turn
    if means.run is not None and means.hooks:
        await _patiently(None, means, lambda run=means.run: _commit_all((), run, means))


async def _together(entries: Sequence[PlanEntry], means: Means, applied: Applied) -> None:
    async with contextlib.aclosing(_checked(entries, means, applied)) as checked:
        number = 0
        async for entry in checked:
            number += 1
            means.watch(Progress(MigrationPhase.VALIDATING, number, len(entries), entry.name))
            await asyncio.sleep(0)
    if means.atomic and applied.failed:
        applied.rolled_back += [entry.name for entry in applied.entries if entry.action in WRITES]
        applied.migrated += [entry.name for entry in applied.entries if entry.action is PlanAction.UNCHANGED]
        return
    run, todo = means.run, [entry for entry in applied.entries if entry.action in (*WRITES, PlanAction.VANISHED)]
    if run is not None and (todo or means.hooks):
        await _patiently(todo[0] if todo else None, means, lambda: _commit_all(todo, run, means))
        await _serve(todo, means)
        tell_migrated(means.engine, run.run_id, todo)
    for number, entry in enumerate(applied.entries, 1):
        applied.done(entry, recorded=run is not None)
        means.watch(Progress(MigrationPhase.MIGRATING, number, len(entries), entry.name))


def _commit_all(entries: Sequence[PlanEntry], run: RunRecorder, means: Means) -> None:
    with run.together() as batch:
        for entry in entries:
            operation = _operation(entry, means)
            assert operation is not None, "only what is recorded was chosen"
            operation.commit_in(batch)
        for change in means.hooks:
            change.commit_in(batch)


async def _checked(entries: Sequence[PlanEntry], means: Means, applied: Applied) -> AsyncGenerator[PlanEntry, None]:
    """The entries in their order, validated where they are to be recorded."""
    todo = [entry for entry in entries if entry.action in WRITES]
    async with contextlib.aclosing(means.checks.run(todo)) as results:
        for entry in entries:
            finished = entry
            if entry.action in WRITES:
                checked = await anext(results)
                applied.validated += 1
                applied.findings += checked.validated.findings
                applied.checked[len(applied.entries)] = checked.validated
                finished = entry.refused(checked.refusal) if checked.refusal else entry
            applied.entries.append(finished)
            yield finished


def _operation(entry: PlanEntry, means: Means) -> MigrateTool | SetTool | None:
    """What an entry changes in the state."""
    if entry.action is PlanAction.VANISHED and entry.stored is not None:
        return operations.deactivate(entry.stored, "vanished")
    return _migrate(entry, means) if entry.action in WRITES else None


async def _patiently(entry: PlanEntry | None, means: Means, commit: Callable[[], object]) -> None:
    """Commit, again where another program keeps the database busy."""
    attempt = 1
    while True:
        try:
            commit()
            return
        except StateLocked as error:
            told = MigrationError(
                tool_name=entry.name if entry else "",
                error_type=MigrationErrorType.SERVICE_ERROR,
                message=error.message,
                timestamp=datetime.now(UTC),
                context={"path": entry.planned.path if entry else "", "code": error.code, "hint": error.hint},
            )
            if not await means.checks.retrying.again(told, attempt, passing=True):
                raise
            attempt += 1


async def _serve(entries: Sequence[PlanEntry], means: Means) -> None:
    """Let tools that are in service be what was recorded.

    Any other one is loaded when it is first called: a run over ten thousand tools must not hold ten thousand VMs.
    """
    stale = [entry for entry in entries if is_registered(means.engine, entry.name)]
    try:
        while stale:
            await _replace(stale[0], means)
            stale.pop(0)
    finally:
        for entry in stale:  # the next call loads what the state has, or says why that can't be done
            await means.engine.retire_tool(entry.name)


async def _replace(entry: PlanEntry, means: Means) -> None:
    if entry.definition is None or entry.source is None:  # it vanished
        await means.engine.retire_tool(entry.name)
        return
    with contextlib.suppress(CompileFailed, CallRefused, RegistrationError):
        policy, folder = means.policy_of(entry.name), entry.source.directory
        await means.engine.register_tool(entry.definition, entry.source.text, policy=policy, folder=folder)
        return
    await means.engine.retire_tool(entry.name)  # the next call says why


def is_registered(engine: "ScriptEngine", name: str) -> bool:
    """Whether a tool of this name is in service."""
    try:
        engine.get_tool(name)
    except ToolNotFound:
        return False
    return True


def _migrate(entry: PlanEntry, means: Means) -> MigrateTool:
    source, definition = entry.source, entry.definition
    assert source is not None, "only a migratable entry is recorded"
    assert definition is not None
    migrated, policy = source.text.encode(), means.policy_of(definition.name)
    version = ToolVersion(
        tool=definition.name,
        script_id=script_id(definition.name) if means.preserve_tool_ids else str(uuid.uuid4()),
        migrated_at=datetime.now(UTC),
        original_hash=source.content_hash,
        migrated_hash=source.migrated_hash,
        directory=source.directory,
        path=source.path,
        definition=definition,
        policy=policy,
        engine=means.versions,
        repairs=source.repairs,
        code_hash=source.code_hash or code_digest(source.original),
        resolved_hash=resolved_digest(definition, policy, means.versions),
    )
    return MigrateTool(version, source.content, migrated, Row.of(entry.stored))


def script_id(name: str) -> str:
    """The id that is derived from a tool's name: the same on every machine."""
    return str(uuid.uuid5(_IDS, name))
