"""The configuration file: which one it is, whether it is trusted, and that it says nothing unknown."""

import dataclasses
import difflib
import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from crucible_tools.config import HooksConfig, RecordConfig, RetryPolicy
from crucible_tools.errors import ConfigurationError
from crucible_tools.model.json import Json
from crucible_tools.store.trusted import CONFIG_NAME, is_trusted

_NAMES: Final = (
    "state",
    "directories",
    "mode",
    "level",
    "validation",
    "lock_timeout",
    "jobs",
    "atomic",
    "retry",
    "policy",
    "tool",
    "check",
    "record",
    "hooks",
    "events",
)

SECTIONS: Final = {
    "check": ("select", "ignore", "baseline"),
    "retry": tuple(item.name for item in dataclasses.fields(RetryPolicy)),
    "record": tuple(item.name for item in dataclasses.fields(RecordConfig)),
    "hooks": tuple(item.name for item in dataclasses.fields(HooksConfig)),
    "events": ("keep", "keep_days"),
}
"""The settings of the tables that have names of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationFile:
    """A `crucible.toml`, or that there is none.

    Args:
        path: where it is; None when there is none.
        table: what it says.
        trusted: whether it may raise powers: it was named, or its folder is trusted.
        folder_trusted: whether the folder is that was looked in.
    """

    path: Path | None
    table: dict[str, Json]
    trusted: bool
    folder_trusted: bool

    def section(self, name: str) -> dict[str, Json]:
        """A table of it that has names of its own; empty when it is not there.

        Raises:
            ConfigurationError: it is no table, or has a name that is unknown.
        """
        table = as_table(self.table.get(name, {}), f"{self.path}: {name}", f"[{name}]")
        for key in table:
            check_name(key, SECTIONS[name], f"{self.path}: [{name}]")
        return table


def read_file(named: Path | None, environment: Mapping[str, str], folder: Path) -> ConfigurationFile:
    """The file that was named, else the one in the folder.

    Args:
        named: on the command line.
        environment: may name one as `CRUCIBLE_CONFIG`.
        folder: where a `crucible.toml` is looked for.

    Raises:
        ConfigurationError: a named file does not exist, or a file can't be read.
    """
    named = named or (Path(environment["CRUCIBLE_CONFIG"]) if environment.get("CRUCIBLE_CONFIG") else None)
    found = folder / CONFIG_NAME
    path = named or (found if os.path.isfile(found) else None)
    data = _read_bytes(path) if path else None
    # What is trusted are the very bytes that are followed.
    folder_trusted = is_trusted(folder, None if named else data)
    return ConfigurationFile(
        path=path,
        table=_parse(path, data) if path and data is not None else {},
        trusted=named is not None or folder_trusted,
        folder_trusted=folder_trusted,
    )


def as_table(value: Json, where: str, written: str) -> dict[str, Json]:
    """The value of a table.

    Raises:
        ConfigurationError: it is something else; `where` and `written` are for the message.
    """
    if not isinstance(value, dict):
        raise ConfigurationError(f"{where} is no table", hint=f"write it as {written}")
    return cast("dict[str, Json]", value)


def check_name(name: str, names: Sequence[str], where: str) -> None:
    """Refuse a setting that there is not.

    Raises:
        ConfigurationError: with the nearest name that there is.
    """
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        raise ConfigurationError(
            f"{where} there is no setting {name!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}",
        )


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
        why = "does not exist" if missing else f"can't be read: {error.strerror or error}"
        raise ConfigurationError(f"the configuration file {path} {why}") from error


def _parse(path: Path, data: bytes) -> dict[str, Json]:
    import tomllib  # only where there is a file: `crucible call` counts milliseconds

    try:
        table = tomllib.loads(data.decode())
    except ValueError as error:
        raise ConfigurationError(f"{path} can't be read: {error}") from error
    for name in table:
        check_name(name, _NAMES, f"{path}:")
    return table
