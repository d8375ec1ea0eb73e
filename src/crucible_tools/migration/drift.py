"""Whether migrated tools still are what their sources, the configuration and the engine would make of them now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from crucible_tools.config import MAX_FILE_BYTES
from crucible_tools.formats.diffs import unified_diff
from crucible_tools.migration.digests import code_digest, resolved_digest
from crucible_tools.migration.reading import read_sources
from crucible_tools.migration.sources import SourceFile
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.enums import RepairMode
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.source import Unreadable, read_source
from crucible_tools.store.records import StoredTool
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

Severity: TypeAlias = Literal["error", "warning", "note"]


class DriftKind(StrEnum):
    """In which way a tool is not what it would be now."""

    CODE = "code"
    """Its source changed in more than comments and blank space."""
    VANISHED = "vanished"
    """Its file is gone, or does not define it any more."""
    UNREADABLE = "unreadable"
    POLICY = "policy"
    """It would run under another policy."""
    ENGINE = "engine"
    """Another engine migrated it: it is to be revalidated."""
    COMMENTS = "comments"
    """Its source changed, but only in comments and blank space."""
    ADOPTED = "adopted"
    """Its source changed, and was accepted as it is."""


_SEVERITY: Final[dict[DriftKind, Severity]] = {
    DriftKind.CODE: "error",
    DriftKind.VANISHED: "error",
    DriftKind.UNREADABLE: "error",
    DriftKind.POLICY: "warning",
    DriftKind.ENGINE: "warning",
    DriftKind.COMMENTS: "note",
    DriftKind.ADOPTED: "note",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One way in which one tool is not what it would be now.

    Args:
        tool: its name.
        kind: which way.
        message: what is different, as words that go behind the name.
        file: its source, as the state records it.
        content_hash: SHA-256 of the file's bytes as they are now; None where they can't be read.
        diff: from the source that was migrated, or adopted, to the one that is there, as a unified diff.
    """

    tool: str
    kind: DriftKind
    message: str
    file: str
    content_hash: str | None = None
    diff: str | None = None

    @property
    def severity(self) -> Severity:
        """`error` for what changes its calls or stops them, `warning` for what may, `note` for what does not."""
        return _SEVERITY[self.kind]

    def to_json(self) -> JsonObject:
        """All of it."""
        return {
            "tool": self.tool,
            "kind": self.kind.value,
            "severity": self.severity,
            "message": self.message,
            "file": self.file,
            "diff": self.diff,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What tools are compared with.

    Args:
        engine: running; reads the sources that changed.
        policy: what tools would run under.
        policies: what single tools would run under, by name.
        repair: which repairs of sources a migration would use.
        anywhere: whether sources outside of the project are looked at, as only a state that is trusted may ask.
    """

    engine: "ScriptEngine"
    policy: Policy
    policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])
    repair: RepairMode = RepairMode.SAFE
    anywhere: bool = True


async def find_drift(state: State, present: Present, names: Collection[str] = ()) -> list[Drift]:
    """All drift of active tools, in the order of their names; nothing is changed.

    Args:
        state: has the tools.
        present: what they are compared with.
        names: only these; all when empty.

    Raises:
        StateError: the state can't be read.
    """
    tools = [tool for tool in state.tools() if tool.active and (not names or tool.name in names)]
    seen: dict[str, _Seen] = {}
    for tool in tools:
        if tool.version.file not in seen:
            seen[tool.version.file] = _look(tool, state.place.base, anywhere=present.anywhere)
    changed = {tool.version.file: tool for tool in tools if seen[tool.version.file].is_other(tool)}
    sources = await _read(state, present, list(changed.values()))
    found: list[Drift] = []
    for tool in tools:
        file = tool.version.file
        if drift := _of_file(state, tool, seen[file], sources.get(file)):
            found.append(drift)
        found += _of_target(tool, present.policies.get(tool.name, present.policy))
    return found


@dataclass(frozen=True, slots=True)
class _Seen:
    """A tool's file as it is now: the digest of its bytes, or what is wrong with it."""

    content_hash: str | None = None
    problem: tuple[DriftKind, str] | None = None

    def is_other(self, tool: StoredTool) -> bool:
        """Whether its bytes are neither those that were migrated nor those that were adopted."""
        return self.content_hash not in (None, tool.version.original_hash, tool.adopted_hash)


def _look(tool: StoredTool, base: Path, *, anywhere: bool) -> _Seen:
    file = tool.version.file
    path = base / file
    try:
        if not anywhere and not path.resolve().is_relative_to(base):
            why = f"{file} lies outside of the project, and a state that was merely found may not have it read"
            return _Seen(problem=(DriftKind.UNREADABLE, why))
        if not path.exists():
            return _Seen(problem=(DriftKind.VANISHED, f"{file} is gone"))
    except (OSError, ValueError, RuntimeError) as error:
        # A folder that can't be looked into, a path that can be none, a link that leads back to itself.
        return _Seen(problem=(DriftKind.UNREADABLE, f"{file} can't be looked at: {error}"))
    source = read_source(path, MAX_FILE_BYTES)
    if isinstance(source, Unreadable):
        return _Seen(problem=(DriftKind.UNREADABLE, f"{file} {source.message}"))
    return _Seen(content_hash=source.sha256)


async def _read(state: State, present: Present, tools: Sequence[StoredTool]) -> dict[str, SourceFile]:
    """The files of these tools as a migration would read them."""
    base = state.place.base
    files = [
        DiscoveredFile(base / tool.version.file, base / tool.version.directory, tool.version.path) for tool in tools
    ]
    sources = await read_sources(
        files,
        present.engine,
        state.place,
        repair=present.repair,
        max_source_bytes=present.policy.max_source_bytes,
    )
    return {tool.version.file: source for tool, source in zip(tools, sources, strict=True)}


def _of_file(state: State, tool: StoredTool, seen: _Seen, source: SourceFile | None) -> Drift | None:
    """How a tool's file differs from what was migrated."""
    if seen.problem is not None:
        return _drift(tool, *seen.problem)
    if seen.content_hash == tool.version.original_hash:
        return None
    if seen.content_hash == tool.adopted_hash:
        return _drift(tool, DriftKind.ADOPTED, "its file changed, and was adopted as it is")
    assert source is not None, "what changed was read"
    if not source.readable:  # it changed again since it was looked at
        return _drift(tool, DriftKind.UNREADABLE, f"{source.file}: {'; '.join(source.reasons)}")
    before = state.text(tool.adopted_hash or tool.version.original_hash).removeprefix("\ufeff")
    kind, message = _compare(tool, source, before)
    diff = (
        None
        if kind is DriftKind.VANISHED
        else unified_diff(before, source.original, f"{source.file} (migrated)", source.file)
    )
    return _drift(tool, kind, message, content_hash=seen.content_hash, diff=diff)


def _compare(tool: StoredTool, source: SourceFile, before: str) -> tuple[DriftKind, str]:
    name = tool.name
    definition = next((shown for shown in source.tools if shown.name == name), None)
    if definition is None:
        broken = next((shown for shown in source.broken if shown.name == name), None)
        if broken is not None:
            return DriftKind.CODE, f"its source changed, and can't be migrated any more: {broken.reason}"
        if source.is_broken:
            return DriftKind.CODE, "its source changed, and does not compile any more"
        return DriftKind.VANISHED, f"{source.file} no longer defines it"
    recorded = None if tool.adopted_hash else tool.version.code_hash
    if code_digest(source.original) != (recorded or code_digest(before)):
        return DriftKind.CODE, "its source changed"
    if definition != tool.version.definition:
        return DriftKind.CODE, "comments of its source changed, out of which its definition is read"
    return DriftKind.COMMENTS, "its source changed in comments and blank space only"


def _of_target(tool: StoredTool, policy: Policy) -> Iterable[Drift]:
    """How what a tool runs under, or is compiled by, differs from what a migration would record now."""
    version, now = tool.version, engine_versions()
    if version.resolved_hash == resolved_digest(version.definition, policy, now):
        return
    if version.policy != policy:
        what = (
            f"the configuration says {policy.level}"
            if policy.level != version.policy.level
            else "the configuration has another policy"
        )
        yield _drift(tool, DriftKind.POLICY, f"it runs under {version.policy.level}, and {what}")
    if tool.engine != now:
        yield _drift(
            tool,
            DriftKind.ENGINE,
            f"it is to be revalidated: it was migrated with {_shown(tool.engine)}, this is {_shown(now)}",
        )


def _shown(engine: JsonObject) -> str:
    return " ".join(f"{name} {value}" for name, value in sorted(engine.items())) or "an unknown engine"


def _drift(
    tool: StoredTool, kind: DriftKind, message: str, *, content_hash: str | None = None, diff: str | None = None
) -> Drift:
    return Drift(
        tool=tool.name, kind=kind, message=message, file=tool.version.file, content_hash=content_hash, diff=diff
    )
