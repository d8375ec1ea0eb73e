"""One tool out of the state, without SQLAlchemy.

`crucible call` must start within 400 ms, and importing SQLAlchemy takes most of that. The statements
are plain SQL that any database takes; a state of an older schema goes the long way, which upgrades it.
"""

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crucible_tools.errors import ToolNotFound
from crucible_tools.model.near import near
from crucible_tools.store import dialect
from crucible_tools.store.hook_records import HookRecord, decode_hook
from crucible_tools.store.place import Place
from crucible_tools.store.records import StoredTool, checked_text, decode_tool
from crucible_tools.store.version import SCHEMA_VERSION, check_not_newer

_JSON: Final = ("definition", "policy", "engine", "repairs")

_VERSION: Final = "SELECT MAX(version) AS version FROM schema_upgrades"
_TOOL: Final = (
    "SELECT v.id, v.tool, v.script_id, v.migrated_at, v.original_hash, v.migrated_hash, v.directory, v.path, "
    "v.definition, v.policy, v.engine, v.repairs, v.code_hash, v.resolved_hash, t.active, t.inactive_reason, "
    "t.adopted_hash, t.validated_engine "
    "FROM tools t JOIN tool_versions v ON v.id = t.version_id WHERE t.name = ?"
)
_BLOB: Final = "SELECT content FROM blobs WHERE hash = ?"
_NAMES: Final = "SELECT name FROM tools ORDER BY name"


_HOOKS: Final = (
    "SELECT h.id, h.run_id, h.at, h.directory, h.path, h.original_hash, h.migrated_hash, h.handlers, h.policy, "
    "b.content FROM hooks h LEFT JOIN blobs b ON b.hash = h.migrated_hash "
    "WHERE h.id IN (SELECT MAX(id) FROM hooks GROUP BY directory, path) AND h.original_hash IS NOT NULL "
    "ORDER BY h.directory, h.path"
)


@dataclass(frozen=True, slots=True)
class LoadableHooks:
    """The hooks of a file with the text that the engine loads."""

    record: HookRecord
    source: str


@dataclass(frozen=True, slots=True)
class Loadable:
    """A tool with the text that the engine loads."""

    tool: StoredTool
    source: str


def load_tool(place: Place, name: str) -> Loadable:
    """The tool of this name and its source.

    Raises:
        ToolNotFound: there is none; the error has near names.
        StateDamaged, StateTooNew: the state can't be read.
    """
    if not dialect.exists(place):
        raise ToolNotFound(name, hint=f"there is no state at {place.given}: run `crucible migrate` first")
    with dialect.translated(place), contextlib.closing(dialect.plain(place, readonly=True)) as connection:
        version = connection.rows(_VERSION)[0]["version"]
        if version is None:
            raise place.damaged("it does not say which version it is")
        check_not_newer(place, version)
        if version == SCHEMA_VERSION:
            return _load(connection, place, name)
    return _load_after_upgrade(place, name)


def _load(connection: dialect.PlainConnection, place: Place, name: str) -> Loadable:
    found = connection.rows(_TOOL, (name,))
    if not found:
        names = [row["name"] for row in connection.rows(_NAMES)]
        raise ToolNotFound(name, near=near(name, names), hint="`crucible list` shows every tool")
    row = found[0]
    try:
        row["migrated_at"] = datetime.fromisoformat(row["migrated_at"])
        row |= {column: json.loads(row[column]) for column in _JSON}
        if row["validated_engine"] is not None:
            row["validated_engine"] = json.loads(row["validated_engine"])
    except (ValueError, TypeError, RecursionError) as error:
        raise place.damaged(f"tool {name!r} can't be read: {error}") from error
    tool = decode_tool(row)
    digest = tool.version.migrated_hash
    blobs = connection.rows(_BLOB, (digest,))
    return Loadable(tool, checked_text(place, digest, blobs[0]["content"] if blobs else None))


def load_hooks(place: Place) -> list[LoadableHooks]:
    """The hooks of each file that has some, by file. The state was read before: `load_tool` has upgraded it.

    Raises:
        StateDamaged, StateTooNew: the state can't be read.
    """
    with dialect.translated(place), contextlib.closing(dialect.plain(place, readonly=True)) as connection:
        found = connection.rows(_HOOKS)
    hooks: list[LoadableHooks] = []
    for row in found:
        record = decode_hook(row).record
        hooks.append(LoadableHooks(record, checked_text(place, record.migrated_hash or "", row["content"])))
    return hooks


def _load_after_upgrade(place: Place, name: str) -> Loadable:
    from crucible_tools.store.state import State

    with State(place) as state:
        tool = state.tool(name)
        if tool is None:
            raise ToolNotFound(name, near=near(name, state.names()), hint="`crucible list` shows every tool")
        return Loadable(tool, state.text(tool.version.migrated_hash))
