"""Whether the state is what its audit tells: what was changed past this package shows as a difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import select

from crucible_tools.model.audit import Flaw
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.store import schema
from crucible_tools.store.records import source_problem

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NOT_ENDED: Final = ("running", "interrupted")
"""What a run may be that no record says the end of: the next one notes that it was interrupted."""


def json_digest(value: Json) -> str:
    """SHA-256 of a value's JSON, however a database has written it."""
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def flaw_of_state(connection: Connection, records: list[JsonObject]) -> Flaw | None:
    """What of the state is not what the records tell; None when all of it is.

    Args:
        connection: of the state.
        records: all of them, in order; their chain is sound.
    """
    told = _Told()
    for record in records:
        try:
            told.take(record)
        except (LookupError, TypeError, ValueError, AttributeError):
            number = int(str(record["number"]))
            return Flaw(number=number, what="changed", message=f"record {number:,} does not tell what its kind tells")
    for part in (_runs, _versions, _tools, _hooks, _sources):
        for message in part(connection, told):
            return Flaw(number=len(records), what="state", message=message)
    return None


@dataclass(slots=True)
class _Run:
    """A run as records tell of it; `status` is None until its end was recorded."""

    kind: Any
    config: str
    status: Any = None


@dataclass(frozen=True, slots=True)
class _Version:
    """A version as a record tells of it; digests that older records lack are None."""

    number: int
    of: tuple[Any, ...]
    policy: Any
    definition: Any


@dataclass(frozen=True, slots=True)
class _Hook:
    """What became of a file's hooks, as a record tells it; digests that older records lack are None."""

    number: int
    of: tuple[Any, ...]
    policy: Any
    handlers: Any


class _Told:
    """What the records tell of the state."""

    def __init__(self) -> None:
        self.runs_before = 0
        self.versions_before = 0
        self.runs: dict[str, _Run] = {}
        self.versions: dict[int, _Version] = {}
        self.tools: dict[str, tuple[Any, Any] | None] = {}
        """By name: the version and whether it is active; None for one that was forgotten."""
        self.hooks: list[_Hook] = []
        self.sources: dict[str, None] = {}
        """Digests of all sources that are told of."""

    def take(self, record: Any) -> None:
        """Takes up one more record.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it is not what its kind has.
        """
        match record.get("kind"):
            case AuditKind.AUDIT_BEGAN:
                self.runs_before, self.versions_before = int(record["runs"]), int(record["versions"])
            case AuditKind.RUN_STARTED:
                self.runs[record["run"]] = _Run(record["run_kind"], json_digest(record["config"]))
            case AuditKind.RUN_ENDED:
                run = self.runs.get(record["run"])  # one that began before the audit is not told of
                if run is not None:
                    run.status = record["status"]
            case AuditKind.TOOL_REGISTERED:
                of = record["tool"], record["run"], record["original"], record["migrated"]
                version = _Version(record["number"], of, record["policy"], record.get("definition"))
                self.versions[record["version"]] = version
                self._source(record)
            case AuditKind.TOOL_CHANGED:
                after = record["after"]
                self.tools[str(record["tool"])] = (after["version_id"], after["active"]) if after is not None else None
            case AuditKind.HOOK_CHANGED:
                of = record["run"], record["original"], record["migrated"], record["functions"], record["level"]
                hook = _Hook(record["number"], of, record.get("policy"), record.get("handlers"))
                self.hooks.append(hook)
                self._source(record)
            case _:
                pass

    def _source(self, record: Any) -> None:
        for digest in (record["original"], record["migrated"]):
            if digest is not None:
                self.sources[str(digest)] = None


def _runs(connection: Connection, told: _Told) -> Iterator[str]:
    runs = schema.runs.c
    missing = dict(told.runs)
    for run_id, kind, config, status in connection.execute(
        select(runs.id, runs.kind, runs.config, runs.status)
        .where(runs.sequence > told.runs_before)
        .order_by(runs.sequence)
    ):
        run = missing.pop(run_id, None)
        if run is None:
            yield f"the state has a run {run_id} that no record tells of"
        elif (run.kind, run.config) != (kind, json_digest(config)):
            yield f"the run {run_id} is of another kind, or has another configuration, than the records tell"
        elif status != run.status and not (run.status is None and status in _NOT_ENDED):
            yield f"the run {run_id} ended in another way than the records tell"
    yield from (f"the run {run_id}, which the records tell of, is gone" for run_id in missing)


def _versions(connection: Connection, told: _Told) -> Iterator[str]:
    versions = schema.tool_versions.c
    columns = (
        versions.id, versions.tool, versions.run_id, versions.original_hash, versions.migrated_hash, versions.policy,
        versions.definition,
    )  # fmt: skip
    missing = dict(told.versions)
    for key, tool, run_id, original, migrated, policy, definition in connection.execute(
        select(*columns).where(versions.id > told.versions_before).order_by(versions.id)
    ):
        version = missing.pop(key, None)
        if version is None:
            yield f"the state has a version {key} of {tool} that no record tells of"
        elif version.of != (tool, run_id, original, migrated):
            yield f"version {key} of {tool} has another source than record {version.number} tells"
        elif version.policy != json_digest(policy):
            yield f"version {key} of {tool} has another policy than record {version.number} tells"
        elif version.definition not in (None, json_digest(definition)):
            yield f"version {key} of {tool} has another definition than record {version.number} tells"
    yield from (f"version {key}, which record {version.number} tells of, is gone" for key, version in missing.items())


def _tools(connection: Connection, told: _Told) -> Iterator[str]:
    tools = schema.tools.c
    present = {
        name: (version_id, active)
        for name, version_id, active in connection.execute(select(tools.name, tools.version_id, tools.active))
    }
    for name in sorted(told.tools):
        if present.get(name) != told.tools[name]:
            yield f"the tool {name} is not what the records tell of it"


def _hooks(connection: Connection, told: _Told) -> Iterator[str]:
    hooks = schema.hooks.c
    # Rows are never changed, and have the order of their records.
    rows = connection.execute(select(schema.hooks).order_by(hooks.id)).all()
    if len(rows) != len(told.hooks):
        yield f"the state has {len(rows):,} records of hooks, and the audit tells of {len(told.hooks):,}"
    for row, hook in zip(rows, told.hooks, strict=False):
        functions = [_part(handler, "function") for handler in _items(row.handlers)]
        of = row.run_id, row.original_hash, row.migrated_hash, functions, _part(row.policy, "level")
        digests = zip((hook.policy, hook.handlers), (row.policy, row.handlers), strict=True)
        if hook.of != of or any(given not in (None, json_digest(value)) for given, value in digests):
            yield f"the hooks of {row.path} are not what record {hook.number} tells of them"


def _items(value: Any) -> list[Any]:
    """The items of what should be a list; by hand anything can be put there."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def _part(value: Any, name: str) -> object:
    """A part of what should be an object."""
    return cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None


def _sources(connection: Connection, told: _Told) -> Iterator[str]:
    missing = dict(told.sources)
    for digest, content in connection.execute(select(schema.blobs).order_by(schema.blobs.c.hash)):
        if digest in missing:
            del missing[digest]
            problem = source_problem(digest, content)
            if problem is not None:
                yield problem
    yield from (f"the source {digest[:12]}, which the records tell of, is missing" for digest in missing)
