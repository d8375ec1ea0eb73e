"""Where a state is: in a folder, or on a server that a URL names."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote

from crucible_tools.errors import ConfigurationError, StateDamaged, StateError, StateNotWritable
from crucible_tools.model.state_url import StateUrl, is_server

DATABASE_NAME: Final = "crucible.db"
"""The one database file of a state folder (contract.md, "State")."""

DEFAULT_SCHEMA: Final = "crucible"
"""Where the tables are in a database of a server."""

RESTORE: Final = "restore it from a backup, or move it away and migrate again from the sources"
"""What helps against a damaged state, whatever found the damage."""

_SQLITE: Final = "sqlite:///"
_LIKE_A_URL: Final = re.compile(r"(sqlite|postgres(ql)?)(\+\w+)?:")
_SCHEMA: Final = re.compile(r"(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class _AnyPlace:
    """What every place has.

    Args:
        given: as the user wrote it, for messages; a URL of a server shows no password.
        base: what recorded paths are relative to.
    """

    given: str
    base: Path

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.given

    @property
    def base_name(self) -> str:
        """`base` as a report tells it."""
        return path_text(self.base)

    def damaged(self, what: str) -> StateDamaged:
        """The error for a database that does not hold what was written."""
        return StateDamaged(f"the state {self.name} is damaged: {what}", hint=RESTORE)

    def gone(self) -> StateError:
        """The error for a state that was there, and is not any more."""
        return StateError(
            f"the state {self.name} is gone",
            hint="put it back where it was; if it was moved on purpose, start the server with its new place",
        )

    def portable(self, path: Path) -> str:
        """`path` as the state records it: relative to `base` where it lies below it, with slashes."""
        absolute = Path(os.path.realpath(path))  # `resolve` fails at a link that leads back to itself
        if absolute.is_relative_to(self.base):
            absolute = absolute.relative_to(self.base)
        return path_text(absolute)


@dataclass(frozen=True, slots=True)
class FolderPlace(_AnyPlace):
    """A state in a folder. Its base is the folder that this one lies in.

    So a project with its `.crucible` can be moved, or checked out elsewhere, and its tools are still the tools of
    the same files.

    Args:
        given: as the user wrote it, for messages.
        base: what recorded paths are relative to.
        folder: the folder that holds the database and its lock.
        database: the database file.
    """

    folder: Path
    database: Path

    @property
    def name(self) -> str:
        """The file."""
        return str(self.database)

    @property
    def lock(self) -> Path:
        """The file whose kernel lock a writing run holds."""
        return self.folder / f"{self.database.stem}.lock"

    def not_usable(self, error: OSError) -> StateNotWritable:
        """The error for a folder that can't be made, read or written."""
        return StateNotWritable(
            f"the state folder {self.folder} can't be used: {error.strerror or error}",
            hint="check its permissions, or name another folder with --state",
        )


@dataclass(frozen=True, slots=True)
class ServerPlace(_AnyPlace):
    """A state on a PostgreSQL server. Its base is the working directory, as if `.crucible` were in it.

    Args:
        given: the URL.
        base: what recorded paths are relative to.
        url: the URL without what is ours, with its password; as libpq takes it.
        schema: where its tables are in the database.
    """

    url: StateUrl
    schema: str


Place: TypeAlias = FolderPlace | ServerPlace
"""Where a state is kept."""


def path_text(path: Path) -> str:
    """A path as text, with slashes: a name that is no UTF-8 is shown as the reader shows it."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def resolve(state: Path | str) -> Place:
    """The place that a `state` setting names.

    Raises:
        ConfigurationError: it is a URL of a database that this version can't use, or a folder that is nowhere.
    """
    given = str(state)
    if not given:
        raise ConfigurationError("the state has no name", hint="name a folder, or leave --state out")
    if is_server(given):
        return on_server(StateUrl(given), Path().resolve())
    if "://" not in given:
        if _LIKE_A_URL.match(given):  # as a `Path` it has lost a slash; a folder of such a name would tell a password
            raise ConfigurationError(
                "the state begins as a URL does and is none",
                hint="give a URL as a text: sqlite:///FILE, postgresql://…",
            )
        return in_folder(given)
    if not given.startswith(_SQLITE) or "?" in given or given == _SQLITE:
        scheme = given.partition("://")[0]
        raise ConfigurationError(
            f"a state at {scheme}:// is not supported by this version",
            hint="name a folder, a file as sqlite:///path/to/state.db, or a server as postgresql://user@host/database",
        )
    database = _whole(Path(given.removeprefix(_SQLITE)), given)
    return FolderPlace(given, database.parent.parent, database.parent, database)


def in_folder(given: str) -> Place:
    """The place of a state in a folder.

    Raises:
        ConfigurationError: it is nowhere.
    """
    try:
        folder = Path(given).expanduser()
    except RuntimeError as error:
        raise ConfigurationError(
            f"the state {given} is nowhere: {str(error).rstrip('.')}", hint="name a folder by its whole path"
        ) from error
    folder = _whole(folder, given)
    return FolderPlace(given, folder.parent, folder, folder / DATABASE_NAME)


def _whole(path: Path, given: str) -> Path:
    """The whole path, without links."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: of Python before 3.13
        raise ConfigurationError(
            f"the state {given} is nowhere: there is a link that leads back to itself",
            hint="mend the link, or name another folder with --state",
        ) from error


def on_server(url: StateUrl, base: Path) -> ServerPlace:
    """The place of a state on a server.

    Args:
        url: of a database, as libpq has it; its parameter `schema` is ours.
        base: what recorded paths are relative to.

    Raises:
        ConfigurationError: its schema has no name that a schema can have.
    """
    address, _, query = url.secret.partition("?")
    parameters = [part for part in query.split("&") if part]
    ours = [part for part in parameters if part.startswith("schema=")]
    schema = unquote(ours[-1].removeprefix("schema=")) if ours else DEFAULT_SCHEMA
    if not _SCHEMA.fullmatch(schema):
        raise ConfigurationError(
            f"the state {url} names the schema {schema!r}",
            hint="a schema's name is up to 63 small letters, digits and underscores, and begins with no digit or pg_",
        )
    rest = "&".join(part for part in parameters if part not in ours)
    return ServerPlace(url, base, StateUrl(f"{address}?{rest}" if rest else address), schema)
