"""Recorded hooks: for each file, what its hooks became; the last row is what holds."""

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from crucible_tools.store import schema
from crucible_tools.store.hook_records import StoredHook, decode_hook

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NEWEST: Final = select(func.max(schema.hooks.c.id)).group_by(schema.hooks.c.directory, schema.hooks.c.path)


def present_hooks(connection: "Connection") -> list[StoredHook]:
    """The hooks that the state has now, by file.

    Raises:
        StateDamaged: a row does not hold what was written.
    """
    query = select(schema.hooks).where(schema.hooks.c.id.in_(_NEWEST), schema.hooks.c.original_hash.is_not(None))
    found = [decode_hook(dict(row)) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda stored: stored.record.file)


def all_hooks(connection: "Connection") -> list[StoredHook]:
    """Every row, the oldest first. Raises as `present_hooks` does."""
    rows = connection.execute(select(schema.hooks).order_by(schema.hooks.c.id)).mappings()
    return [decode_hook(dict(row)) for row in rows]
