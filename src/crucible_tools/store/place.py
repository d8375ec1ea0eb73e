"""Where a state is: a folder, or a database URL."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crucible_tools.errors import ConfigurationError

DATABASE_NAME: Final = "crucible.db"
"""The one database file of a state folder (contract.md, "State")."""

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
        """Whether a database is there already."""
        return self.database.exists()

    def portable(self, path: Path) -> str:
        """`path` as the state records it: relative to `base` where it lies below it, with slashes."""
        absolute = path.resolve()
        if absolute.is_relative_to(self.base):
            return absolute.relative_to(self.base).as_posix()
        return absolute.as_posix()


def resolve(state: Path | str) -> Place:
    """The place that a `state` setting names.

    Raises:
        ConfigurationError: it is a URL of a database that this version can't use.
    """
    given = str(state)
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
