"""What reading a file came to, kept until the file or the reading changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, insert, select

from crucible_tools.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TABLE = schema.readings


@dataclass(frozen=True, slots=True)
class KeptReading:
    """One file's reading.

    Args:
        file: its whole path, as versions record it.
        hash: SHA-256 of its bytes.
        facts: what it came to; only who wrote it knows how to read it.
    """

    file: str
    hash: str
    facts: bytes


def kept_readings(connection: "Connection", basis: str) -> dict[str, KeptReading]:
    """The readings that were made on this basis, by file."""
    columns = _TABLE.c
    rows = connection.execute(select(columns.file, columns.hash, columns.facts).where(columns.basis == basis))
    # A row that was edited by hand into something else is none: the file is read again.
    sound = (row for row in rows if isinstance(row.file, str) and isinstance(row.facts, bytes))
    return {row.file: KeptReading(row.file, row.hash, row.facts) for row in sound}


def keep(connection: "Connection", basis: str, readings: Iterable[KeptReading], gone: Iterable[str]) -> None:
    """Replace the readings of these files, and forget those of files that are gone."""
    rows = [{"file": item.file, "hash": item.hash, "basis": basis, "facts": item.facts} for item in readings]
    stale = [{"name": name} for name in (*gone, *(row["file"] for row in rows))]
    if stale:
        connection.execute(delete(_TABLE).where(_TABLE.c.file == bindparam("name")), stale)
    if rows:
        connection.execute(insert(_TABLE), rows)
