"""What the state hands out about hooks. Needs no SQLAlchemy: `quick` reads them, too."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from crucible_tools.errors import StateDamaged
from crucible_tools.model.hooks import HookHandler
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.store.place import RESTORE


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRecord:
    """What became of the hooks of one file.

    Args:
        directory: the migration directory, as `Place.portable` writes it.
        path: the file, relative to it, with slashes.
        original_hash: SHA-256 of the file's bytes as found; None: it has no hooks any more.
        migrated_hash: SHA-256 of the text that the engine loads.
        handlers: its functions.
        policy: what they run under once they are enabled.
    """

    directory: str
    path: str
    original_hash: str | None
    migrated_hash: str | None
    handlers: tuple[HookHandler, ...]
    policy: Policy

    @property
    def file(self) -> str:
        """The file's whole path: what the hooks are named by."""
        return f"{self.directory}/{self.path}" if self.directory not in (".", "") else self.path

    def gone(self) -> "HookRecord":
        """The record that this file has no hooks any more."""
        return HookRecord(
            directory=self.directory,
            path=self.path,
            original_hash=None,
            migrated_hash=None,
            handlers=(),
            policy=self.policy,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHook:
    """A recorded row.

    Args:
        id: its number: higher is later.
        run_id: the run that recorded it.
        at: when.
        record: what it says.
    """

    id: int
    run_id: str
    at: datetime
    record: HookRecord


def columns_of(record: HookRecord) -> JsonObject:
    """The columns of a row, without those of the run."""
    return {
        "directory": record.directory,
        "path": record.path,
        "original_hash": record.original_hash,
        "migrated_hash": record.migrated_hash,
        "handlers": [handler.to_json() for handler in record.handlers],
        "policy": record.policy.to_json(),
    }


def decode_hook(row: Mapping[str, Any]) -> StoredHook:
    """A row of `hooks`.

    Raises:
        StateDamaged: it does not hold what was written.
    """
    try:
        digests = (row["original_hash"], row["migrated_hash"])
        if digests != (None, None) and not all(isinstance(digest, str) for digest in digests):
            raise TypeError("its digests are no texts")
        handlers = cast("Sequence[Mapping[str, Any]]", _json(row["handlers"]))
        record = HookRecord(
            directory=row["directory"],
            path=row["path"],
            original_hash=digests[0],
            migrated_hash=digests[1],
            handlers=tuple(HookHandler.from_json(handler) for handler in handlers),
            policy=Policy.from_json(cast("JsonObject", _json(row["policy"]))),
        )
        return StoredHook(id=row["id"], run_id=row["run_id"], at=row["at"], record=record)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise StateDamaged(
            f"the state is damaged: the record of the hooks of {row['path']!r:.200} can't be read: {error}",
            hint=RESTORE,
        ) from error


def _json(value: Any) -> Any:
    """A column that the short way reads as text (`quick`)."""
    return json.loads(value) if isinstance(value, str) else value
