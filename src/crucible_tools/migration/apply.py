"""Carrying out a plan, one tool at a time: load it in a sandbox, then record it, as one operation.

A dry run takes the same way and stops before the record.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import CallRefused, CompileFailed, RegistrationError, ToolNotFound
from crucible_tools.migration import operations
from crucible_tools.migration.operations import MigrateTool, Row
from crucible_tools.migration.plan import PlanEntry
from crucible_tools.migration.progress import Progress, Watcher, ignore
from crucible_tools.migration.refusals import Refusal
from crucible_tools.model.enums import MigrationErrorType, MigrationPhase, PlanAction, SecurityLevel, ValidationMode
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.store.records import ToolVersion
from crucible_tools.store.runs import RunRecorder

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

_IDS: Final = uuid.UUID("6f0c2f0e-5d0b-5b1e-9a53-9a3f8d6c51aa")
"""Namespace of ids that are derived from names."""

_WRITES: Final = (PlanAction.NEW, PlanAction.CHANGED)
_FAILS: Final = (PlanAction.BLOCKED, PlanAction.CONFLICTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What carrying out a plan needs.

    Args:
        engine: loads each tool.
        run: records each operation; None for a dry run.
        policy: what the tools run under.
        validation: SKIP leaves the loading out.
        preserve_tool_ids: whether ids are derived from names.
        versions: of the engine, recorded with each tool.
        watch: is told of each tool.
    """

    engine: "ScriptEngine"
    run: RunRecorder | None
    policy: Policy
    validation: ValidationMode
    preserve_tool_ids: bool
    versions: JsonObject
    watch: Watcher = ignore


@dataclass(slots=True)
class Applied:
    """How far a plan was carried out; kept up to date while it is, so that an interrupted run can report.

    Args:
        entries: the plan's entries, with those refused that turned out to be impossible.
        migrated: names that are migrated now, unchanged ones included.
        changed: names that were written.
        unloadable: entries that the plan allowed and the sandbox refused.
    """

    entries: list[PlanEntry] = field(default_factory=list[PlanEntry])
    migrated: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    unloadable: list[PlanEntry] = field(default_factory=list[PlanEntry])

    @property
    def failed(self) -> list[PlanEntry]:
        """Entries of tools that could not be migrated."""
        return [entry for entry in self.entries if entry.action in _FAILS]


async def apply(entries: Sequence[PlanEntry], means: Means, applied: Applied) -> None:
    """Carry out the entries in their order, noting in `applied` what was done."""
    for number, entry in enumerate(entries, 1):
        finished = await _apply_one(entry, means)
        applied.entries.append(finished)
        if finished is not entry:
            applied.unloadable.append(finished)
        if finished.action in _WRITES or finished.action is PlanAction.UNCHANGED:
            applied.migrated.append(finished.name)
        if means.run is not None and finished.action in (*_WRITES, PlanAction.VANISHED):
            applied.changed.append(finished.name)
        means.watch(Progress(MigrationPhase.MIGRATING, number, len(entries), entry.name))
        await asyncio.sleep(0)  # quick loads never wait for anything: let Ctrl-C and others have their turn


async def _apply_one(entry: PlanEntry, means: Means) -> PlanEntry:
    if entry.action is PlanAction.VANISHED and entry.stored is not None:
        if means.run is not None:
            operations.deactivate(entry.stored, "vanished").commit(means.run)
            await means.engine.unregister_tool(entry.name)
        return entry
    if entry.action not in _WRITES:
        return entry
    if means.validation is not ValidationMode.SKIP and (refusal := await _load(entry, means)):
        return entry.refused(refusal)
    if means.run is not None:
        try:
            _migrate(entry, means).commit(means.run)
        except BaseException:
            await means.engine.unregister_tool(entry.name)  # the next call loads what the state has
            raise
    return entry


async def _load(entry: PlanEntry, means: Means) -> Refusal | None:
    """Compile and load the tool under its policy, in a sandbox of its own; why not, if it can't be.

    Reading has loaded the same source in a sandbox of its own already, under SAFE's limits. Compiling is
    deterministic, so a policy that is nowhere stricter than SAFE could only give the same answer again.
    A tool that is in service already is replaced; any other does not stay loaded, because a run over
    ten thousand tools must not hold ten thousand VMs: its first call loads it again, in a millisecond.
    """
    assert entry.definition is not None, "only a migratable entry is loaded"
    assert entry.source is not None
    in_service = is_registered(means.engine, entry.name)
    try:
        if in_service and means.run is None:  # a rehearsal leaves it alone
            outcome = await means.engine.compile_script(entry.source.text, entry.name)
            return None if outcome.ok else Refusal(MigrationErrorType.COMPILATION_FAILED, outcome.message)
        if not in_service and not _stricter_to_load(means.policy):
            means.engine.check_tool(entry.definition, policy=means.policy)
            return None
        await means.engine.register_tool(entry.definition, entry.source.text, policy=means.policy)
    except CompileFailed as error:
        return Refusal(MigrationErrorType.COMPILATION_FAILED, error.message, error.hint)
    except (CallRefused, RegistrationError) as error:
        return Refusal(MigrationErrorType.REGISTRATION_FAILED, error.message, error.hint)
    if not in_service:
        await means.engine.unregister_tool(entry.name)
    return None


def _stricter_to_load(policy: Policy) -> bool:
    """Whether a source that loads under SAFE may not load under this policy."""
    safe = Policy.for_level(SecurityLevel.SAFE)
    return (
        policy.memory_bytes < safe.memory_bytes
        or policy.compile_timeout_s < safe.compile_timeout_s
        or policy.max_source_bytes < safe.max_source_bytes
    )


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
    migrated = source.text.encode()
    version = ToolVersion(
        tool=definition.name,
        script_id=script_id(definition.name) if means.preserve_tool_ids else str(uuid.uuid4()),
        migrated_at=datetime.now(UTC),
        original_hash=source.content_hash,
        migrated_hash=source.migrated_hash,
        directory=source.directory,
        path=source.path,
        definition=definition,
        policy=means.policy,
        engine=means.versions,
        repairs=source.repairs,
    )
    return MigrateTool(version, source.content, migrated, Row.of(entry.stored))


def script_id(name: str) -> str:
    """The id that is derived from a tool's name: the same on every machine."""
    return str(uuid.uuid5(_IDS, name))
