"""What a run may change, inside one transaction."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, insert, update

from crucible_tools.model.json import JsonObject
from crucible_tools.store import dialect, schema
from crucible_tools.store.records import ToolVersion

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Built once: a run executes each of them for every tool, and building costs more than executing.
_ADD_BLOB: Final = dialect.insert_if_missing(schema.blobs)
_ADD_VERSION: Final = insert(schema.tool_versions)
_ADD_TOOL: Final = insert(schema.tools)
_SET_TOOL: Final = update(schema.tools).where(schema.tools.c.name == bindparam("tool"))
_REMOVE_TOOL: Final = delete(schema.tools).where(schema.tools.c.name == bindparam("tool"))
_RECORD: Final = insert(schema.operations)


class Transaction:
    """The verbs of an operation. All of them are committed together with the operation's record, or none.

    Args:
        connection: begun for writing.
        run_id: the run that changes things.
        number: the operation's number in the run, from 1.
    """

    def __init__(self, connection: "Connection", run_id: str, number: int) -> None:
        self._connection = connection
        self._run_id = run_id
        self._number = number

    def put_blob(self, digest: str, content: bytes) -> None:
        """Keep a source under its `content_hash`; one that is there already stays."""
        self._connection.execute(_ADD_BLOB, {"hash": digest, "content": content})

    def add_version(self, version: ToolVersion) -> int:
        """Record a new version of a tool; gives its id. Its blobs are there already."""
        result = self._connection.execute(
            _ADD_VERSION,
            {
                "tool": version.tool,
                "script_id": version.script_id,
                "run_id": self._run_id,
                "migrated_at": version.migrated_at,
                "original_hash": version.original_hash,
                "migrated_hash": version.migrated_hash,
                "directory": version.directory,
                "path": version.path,
                "definition": version.definition.to_json(),
                "policy": version.policy.to_json(),
                "engine": version.engine,
                "repairs": [repair.to_json() for repair in version.repairs],
            },
        )
        key: Any = result.inserted_primary_key
        return int(key[0])

    def add_tool(self, name: str, row: JsonObject) -> None:
        """Let a new name stand for a version; `row` is `{version_id, active, inactive_reason}`."""
        self._connection.execute(_ADD_TOOL, {"name": name, **row})

    def set_tool(self, name: str, row: JsonObject) -> None:
        """Let a known name stand for another version, or say whether it can be called."""
        self._connection.execute(_SET_TOOL, {"tool": name, **row})

    def remove_tool(self, name: str) -> None:
        """Forget the name; its versions stay in the history."""
        self._connection.execute(_REMOVE_TOOL, {"tool": name})

    def record(self, kind: str, tool: str, before: JsonObject | None, after: JsonObject | None) -> None:
        """Record the operation itself; `before` and `after` are rows of `tools`, None where there was none."""
        self._connection.execute(
            _RECORD,
            {
                "run_id": self._run_id,
                "number": self._number,
                "at": datetime.now(UTC),
                "kind": kind,
                "tool": tool,
                "before": before,
                "after": after,
            },
        )
