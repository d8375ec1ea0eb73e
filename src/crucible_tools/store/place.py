"""Where a state is: a folder, or a database URL."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crucible_tools.errors import ConfigurationError, StateDamaged, StateNotWritable

DATABASE_NAME: Final = "crucible.db"
"""The one database file of a state folder (contract.md, "State")."""

RESTORE: Final = "restore it from a backup, or move it away and migrate again from the sources"
"""What helps against a damaged state, whatever found the damage."""

_SQLITE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a state is kept.

    Args:
        given: as the user wrote it, for messages.
        folder: the folder that holds the database and its lock.
        database: the database file.
    """

    given: str
    folder: Path
    database: Path

    @property
    def lock(self) -> Path:
        """The file whose kernel lock a writing run holds."""
        return self.folder / f"{self.database.stem}.lock"

    @property
    def base(self) -> Path:
        """What recorded paths are relative to: the folder that a state folder lies in.

        So a project with its `.crucible` can be moved, or checked out elsewhere, and its tools are
        still the tools of the same files.
        """
        return self.folder.parent

    def exists(self) -> bool:
        """Whether a database is there already.

        Raises:
            StateNotWritable: the folder can't even be looked into.
        """
        try:
            self.database.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self.not_usable(error) from error
        return True

    def not_usable(self, error: OSError) -> StateNotWritable:
        """The error for a folder that can't be made, read or written."""
        return StateNotWritable(
            f"the state folder {self.folder} can't be used: {error.strerror or error}",
            hint="check its permissions, or name another folder with --state",
        )

    def damaged(self, what: str) -> StateDamaged:
        """The error for a database that does not hold what was written."""
        return StateDamaged(f"the state {self.database} is damaged: {what}", hint=RESTORE)

    def portable(self, path: Path) -> str:
        """`path` as the state records it: relative to `base` where it lies below it, with slashes."""
        absolute = path.resolve()
        if absolute.is_relative_to(self.base):
            absolute = absolute.relative_to(self.base)
        # A name that is no UTF-8 can't be recorded as text; it is shown as the reader shows it.
        return os.fsencode(absolute.as_posix()).decode("utf-8", "backslashreplace")


def resolve(state: Path | str) -> Place:
    """The place that a `state` setting names.

    Raises:
        ConfigurationError: it is a URL of a database that this version can't use.
    """
    given = str(state)
    if not given:
        raise ConfigurationError("the state has no name", hint="name a folder, or leave --state out")
    if "://" not in given:
        folder = Path(given).expanduser().resolve()
        return Place(given, folder, folder / DATABASE_NAME)
    if not given.startswith(_SQLITE) or "?" in given or given == _SQLITE:
        scheme = given.partition("://")[0]
        raise ConfigurationError(
            f"a state at {scheme}:// is not supported by this version",
            hint="name a folder, or a file as sqlite:///path/to/state.db",
        )
    database = Path(given.removeprefix(_SQLITE)).resolve()
    return Place(given, database.parent, database)
