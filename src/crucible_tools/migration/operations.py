"""The operations of a run: each changes the state in one transaction, together with its own record.

An operation is a value that knows the tool's row before and after itself, so it also knows its
reverse: the operation with the two exchanged. Rolling back is then the same machinery again.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from crucible_tools.errors import StateDamaged
from crucible_tools.model.json import JsonObject
from crucible_tools.store.place import RESTORE
from crucible_tools.store.records import StoredTool, ToolVersion
from crucible_tools.store.runs import RunRecorder
from crucible_tools.store.transaction import Transaction

Kind: TypeAlias = Literal["migrate", "deactivate", "remove", "restore", "adopt", "validate"]


@dataclass(frozen=True, slots=True)
class Row:
    """What the state says about a name: which version it stands for, and whether it can be called.

    The other two are as in `StoredTool`.
    """

    version_id: int
    active: bool
    inactive_reason: str | None = None
    adopted_hash: str | None = None
    validated_engine: JsonObject | None = None

    @staticmethod
    def of(tool: StoredTool | None) -> "Row | None":
        """The row of a tool; None for a name that the state does not have."""
        if tool is None:
            return None
        return Row(tool.version_id, tool.active, tool.inactive_reason, tool.adopted_hash, tool.validated_engine)

    @staticmethod
    def from_json(columns: JsonObject | None) -> "Row | None":
        """A row as an operation recorded it; None where there was none.

        Raises:
            StateDamaged: it is no row.
        """
        if columns is None:
            return None
        try:
            row = Row(**columns)
        except TypeError as error:
            raise _damaged(columns) from error
        if not _is_sound(row.version_id, row.active, row.validated_engine, row.inactive_reason, row.adopted_hash):
            raise _damaged(columns)
        return row

    def to_json(self) -> JsonObject:
        """The columns of the row."""
        return {
            "version_id": self.version_id,
            "active": self.active,
            "inactive_reason": self.inactive_reason,
            "adopted_hash": self.adopted_hash,
            "validated_engine": self.validated_engine,
        }


def _is_sound(version: object, active: object, engine: object, *texts: object) -> bool:
    """Whether the values of a row are of the types that they must have, whoever wrote them."""
    typed = isinstance(version, int) and isinstance(active, bool) and (engine is None or isinstance(engine, dict))
    return typed and all(text is None or isinstance(text, str) for text in texts)


def _damaged(columns: object) -> StateDamaged:
    return StateDamaged(f"the state is damaged: an operation recorded {columns!r:.60} of a tool", hint=RESTORE)


@dataclass(frozen=True, slots=True)
class SetTool:
    """Let a name stand for an already recorded version, be inactive, or be forgotten (`after` is None)."""

    kind: Kind
    tool: str
    before: Row | None
    after: Row | None

    def reverse(self) -> "SetTool":
        """The operation that undoes this one."""
        return SetTool("restore", self.tool, self.after, self.before)

    def commit(self, run: RunRecorder) -> None:
        """Do it and record it, in one transaction."""
        with run.transaction() as transaction:
            self.commit_in(transaction)

    def commit_in(self, transaction: Transaction) -> "SetTool":
        """Do it and record it as part of a transaction, which may hold other operations too; gives what was done."""
        _set_row(transaction, self.tool, self.before, self.after)
        _record(transaction, self)
        return self


@dataclass(frozen=True, slots=True)
class MigrateTool:
    """Record a new version of a tool with its sources, and let the name stand for it.

    Args:
        version: what is recorded.
        original: the file's bytes as found.
        migrated: what the engine loads, in UTF-8.
        before: the tool's row until now; None for a new name.
    """

    version: ToolVersion
    original: bytes
    migrated: bytes
    before: Row | None

    def commit(self, run: RunRecorder) -> SetTool:
        """Do it and record it, in one transaction; gives what was done, which can be reversed."""
        with run.transaction() as transaction:
            return self.commit_in(transaction)

    def commit_in(self, transaction: Transaction) -> SetTool:
        """Do it and record it as part of a transaction, which may hold other operations too; gives what was done."""
        transaction.put_blob(self.version.original_hash, self.original)
        if self.version.migrated_hash != self.version.original_hash:
            transaction.put_blob(self.version.migrated_hash, self.migrated)
        row = Row(transaction.add_version(self.version), active=True)
        return SetTool("migrate", self.version.tool, self.before, row).commit_in(transaction)


def deactivate(tool: StoredTool, reason: str) -> SetTool:
    """The operation by which a tool stays known but can't be called any more."""
    return SetTool("deactivate", tool.name, Row.of(tool), Row(tool.version_id, active=False, inactive_reason=reason))


def remove(tool: StoredTool) -> SetTool:
    """The operation by which a name is forgotten; its versions stay in the history."""
    return SetTool("remove", tool.name, Row.of(tool), None)


def _set_row(transaction: Transaction, name: str, before: Row | None, after: Row | None) -> None:
    if after is None:
        transaction.remove_tool(name)
    elif before is None:
        transaction.add_tool(name, after.to_json())
    else:
        transaction.set_tool(name, after.to_json())


def _record(transaction: Transaction, done: SetTool) -> None:
    before = done.before.to_json() if done.before else None
    transaction.record(done.kind, done.tool, before, done.after.to_json() if done.after else None)
