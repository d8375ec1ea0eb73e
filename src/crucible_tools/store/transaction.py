"""What a run may change, inside one transaction."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, select, update

from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.store import dialect, schema
from crucible_tools.store.audit import Trail
from crucible_tools.store.audit_state import json_digest
from crucible_tools.store.hook_records import HookRecord, columns_of
from crucible_tools.store.prepared import Prepared
from crucible_tools.store.records import ToolVersion

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Built once: a run executes each of them for every tool, and building costs more than executing.
_ADD_BLOB: Final = Prepared(dialect.insert_if_missing(schema.blobs))
_ADD_VERSION: Final = Prepared(insert(schema.tool_versions))
_ADD_TOOL: Final = Prepared(insert(schema.tools))
_SET_TOOL: Final = Prepared(update(schema.tools).where(schema.tools.c.name == bindparam("tool")))
_REMOVE_TOOL: Final = Prepared(delete(schema.tools).where(schema.tools.c.name == bindparam("tool")))
_RECORD: Final = Prepared(insert(schema.operations))
_ADD_HOOKS: Final = insert(schema.hooks)
_POLICY: Final = select(schema.tool_versions.c.policy).where(schema.tool_versions.c.id == bindparam("version"))


class Transaction:
    """The verbs of an operation. All of them are committed together with the operation's record, or none.

    What has to be accounted for is added to the audit: whoever begins a transaction calls `audit` at its end.

    Args:
        connection: begun for writing.
        run_id: the run that changes things.
        number: the operation's number in the run, from 1.
    """

    def __init__(self, connection: "Connection", run_id: str, number: int) -> None:
        self._connection = connection
        self._run_id = run_id
        self._number: int = number
        self._trail = Trail(connection)

    def put_blob(self, digest: str, content: bytes) -> None:
        """Keep a source under its `content_hash`; one that is there already stays."""
        _ADD_BLOB.execute(self._connection, {"hash": digest, "content": content})

    def add_version(self, version: ToolVersion) -> int:
        """Record a new version of a tool; gives its id. Its blobs are there already."""
        policy, definition = version.policy.to_json(), version.definition.to_json()
        key = _ADD_VERSION.insert(
            self._connection,
            {
                "tool": version.tool,
                "script_id": version.script_id,
                "run_id": self._run_id,
                "migrated_at": version.migrated_at,
                "original_hash": version.original_hash,
                "migrated_hash": version.migrated_hash,
                "directory": version.directory,
                "path": version.path,
                "definition": definition,
                "policy": policy,
                "engine": version.engine,
                "repairs": [repair.to_json() for repair in version.repairs],
                "code_hash": version.code_hash,
                "resolved_hash": version.resolved_hash,
            },
        )
        self._trail.add(
            AuditKind.TOOL_REGISTERED,
            run=self._run_id,
            tool=version.tool,
            version=key,
            original=version.original_hash,
            migrated=version.migrated_hash,
            level=version.policy.level.value,
            policy=json_digest(policy),
            definition=json_digest(definition),
        )
        return key

    def add_tool(self, name: str, row: JsonObject) -> None:
        """Let a new name stand for a version.

        Args:
            name: the tool.
            row: the columns `version_id`, `active`, `inactive_reason`, `adopted_hash` and `validated_engine`; one that
                is missing is NULL.
        """
        _ADD_TOOL.execute(self._connection, {"name": name, **row})

    def set_tool(self, name: str, row: JsonObject) -> None:
        """Let a known name stand for another version, or say whether it can be called; a missing column stays."""
        _SET_TOOL.execute(self._connection, {"tool": name, **row})

    def remove_tool(self, name: str) -> None:
        """Forget the name; its versions stay in the history."""
        _REMOVE_TOOL.execute(self._connection, {"tool": name})

    def record(self, kind: str, tool: str, before: JsonObject | None, after: JsonObject | None) -> None:
        """Record the operation itself; `before` and `after` are rows of `tools`, None where there was none."""
        _RECORD.execute(
            self._connection,
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
        self._trail.add(
            AuditKind.TOOL_CHANGED,
            run=self._run_id,
            operation=kind,
            tool=tool,
            before=before,
            after=after,
        )
        if before is not None and after is not None and before["version_id"] != after["version_id"]:
            self._compare_policies(tool, before["version_id"], after["version_id"])

    def _compare_policies(self, tool: str, before: Json, after: Json) -> None:
        """Adds to the audit what a tool's version may do that the one before might not, and the other way round."""
        old, new = self._policy(before), self._policy(after)
        names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        if names:
            self._trail.add(
                AuditKind.POLICY_CHANGED,
                run=self._run_id,
                tool=tool,
                before={name: old.get(name) for name in names},
                after={name: new.get(name) for name in names},
            )

    def _policy(self, version: Json) -> JsonObject:
        return self._connection.scalar(_POLICY, {"version": version}) or {}

    def put_hooks(self, record: HookRecord) -> None:
        """Record what became of the hooks of a file. Its blobs are there already."""
        columns = columns_of(record)
        self._connection.execute(_ADD_HOOKS, {"run_id": self._run_id, "at": datetime.now(UTC), **columns})
        self._trail.add(
            AuditKind.HOOK_CHANGED,
            run=self._run_id,
            file=record.file,
            original=record.original_hash,
            migrated=record.migrated_hash,
            functions=[handler.function for handler in record.handlers],
            level=record.policy.level.value,
            policy=json_digest(columns["policy"]),
            handlers=json_digest(columns["handlers"]),
        )

    def audit(self) -> None:
        """Writes what was added to the audit; at the end of the transaction."""
        self._trail.write()


class Batch(Transaction):
    """Many operations in one transaction, each with a record and a number of its own.

    Args:
        connection: begun for writing.
        run_id: the run that changes things.
        number: the number of the first operation.
    """

    def record(self, kind: str, tool: str, before: JsonObject | None, after: JsonObject | None) -> None:
        """Record one operation; the next one gets the next number."""
        super().record(kind, tool, before, after)
        self._number += 1

    @property
    def next_number(self) -> int:
        """The number of the next operation."""
        return self._number
