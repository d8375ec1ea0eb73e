"""Where each value comes from: a flag, the environment, a file, or the default, in this order.

A `crucible.toml` that is merely found in the working directory may have come with somebody's download:
it may lower powers, never raise them. Naming it with `--config` (or `CRUCIBLE_CONFIG`) is trust.
"""

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast

from crucible_tools.config import DEFAULT_STATE, MigrationManagerConfig
from crucible_tools.errors import ConfigurationError
from crucible_tools.model.enums import MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.operations.policy_table import policy_from_table, texts
from crucible_tools.store.place import resolve

CONFIG_NAME: Final = "crucible.toml"
_DEFAULT: Final = "default"

_RANK: Final = {SecurityLevel.SAFE: 0, SecurityLevel.PRODUCTION: 1, SecurityLevel.DEVELOPMENT: 2}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[_T]):
    """A value, and the place that it was taken from."""

    value: _T
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was given on the command line; None for what was not."""

    config: Path | None = None
    state: str | None = None
    directories: tuple[Path, ...] = ()
    mode: str | None = None
    level: str | None = None
    validation: str | None = None
    repair: str | None = None
    lock_timeout: float | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    baseline: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What `crucible check` asks, and what it knows already.

    Args:
        select: codes of rules, or beginnings of codes; all rules when empty.
        ignore: codes of rules that are not asked.
        baseline: the file of known findings.
    """

    select: Setting[tuple[str, ...]]
    ignore: Setting[tuple[str, ...]]
    baseline: Setting[Path | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Every setting with its origin, and what is worth a warning."""

    file: Path | None
    trusted: bool
    state: Setting[str]
    directories: Setting[tuple[Path, ...]]
    mode: Setting[MigrationMode]
    level: Setting[SecurityLevel]
    validation: Setting[ValidationMode]
    repair: Setting[RepairMode]
    lock_timeout: Setting[float]
    policy: Setting[Policy | None]
    check: Checking
    warnings: tuple[str, ...] = ()

    @property
    def state_is_named(self) -> bool:
        """Whether somebody named the state, which is trust; else it was found in the working directory."""
        return self.state.origin != _DEFAULT and (self.trusted or self.state.origin != str(self.file))

    def manager_config(self) -> MigrationManagerConfig:
        """The configuration of a migration."""
        return MigrationManagerConfig(
            mode=self.mode.value,
            security_level=self.level.value,
            migration_directories=self.directories.value,
            validation_mode=self.validation.value,
            repair=self.repair.value,
            state=self.state.value,
            policy=self.policy.value,
        )

    def to_json(self) -> list[JsonObject]:
        """`[{name, value, origin}]`, for `crucible doctor`."""
        policy = self.policy.value.to_json() if self.policy.value else None
        directories = [str(path) for path in self.directories.value]
        check, baseline = self.check, self.check.baseline.value
        rows: list[tuple[str, Json, str]] = [
            ("state", self.state.value, self.state.origin),
            ("directories", directories, self.directories.origin),
            ("mode", self.mode.value.value, self.mode.origin),
            ("level", self.level.value.value, self.level.origin),
            ("validation", self.validation.value.value, self.validation.origin),
            ("repair", self.repair.value.value, self.repair.origin),
            ("lock_timeout", self.lock_timeout.value, self.lock_timeout.origin),
            ("policy", policy, self.policy.origin),
            ("check.select", list(check.select.value), check.select.origin),
            ("check.ignore", list(check.ignore.value), check.ignore.origin),
            ("check.baseline", str(baseline) if baseline else None, check.baseline.origin),
        ]
        return [{"name": name, "value": value, "origin": origin} for name, value, origin in rows]


def read_configuration(
    flags: Flags, environment: Mapping[str, str] = os.environ, folder: Path | None = None
) -> Configuration:
    """All settings, each from the strongest place that has it.

    Args:
        flags: what was given on the command line.
        environment: variables named `CRUCIBLE_*`.
        folder: where `crucible.toml` is looked for; the working directory when None.

    Raises:
        ConfigurationError: a value is wrong, a name is unknown, or a named file can't be read.
    """
    return _Reader(flags, environment, folder or Path()).read()


class _Reader:
    def __init__(self, flags: Flags, environment: Mapping[str, str], folder: Path) -> None:
        self._flags = flags
        self._environment = environment
        self._file, self._trusted = _find_file(flags, environment, folder)
        self._table = _read_file(self._file) if self._file else {}
        self._warnings: list[str] = []

    def read(self) -> Configuration:
        level = self._level()
        directories = self._directories()
        return Configuration(
            file=self._file,
            trusted=self._trusted,
            state=self._state(),
            directories=directories,
            mode=self._member("mode", self._flags.mode, MigrationMode, MigrationMode.INCREMENTAL),
            level=level,
            validation=self._member("validation", self._flags.validation, ValidationMode, ValidationMode.BASIC),
            repair=self._member("repair", self._flags.repair, RepairMode, RepairMode.SAFE),
            lock_timeout=self._seconds("lock_timeout", self._flags.lock_timeout, 0.0),
            policy=self._policy(level.value),
            check=Checking(
                select=self._codes("select", self._flags.select),
                ignore=self._codes("ignore", self._flags.ignore),
                baseline=self._baseline(),
            ),
            warnings=tuple(self._warnings),
        )

    def _find(self, name: str, flag: _T | None, section: str | None = None) -> Setting[_T | Json] | None:
        """The raw value of the strongest place that has one; in the file it may stand in a table of its own."""
        if flag is not None:
            return Setting(flag, f"--{name.replace('_', '-')}")
        variable = f"CRUCIBLE_{f'{section}_' if section else ''}{name}".upper()
        if self._environment.get(variable):
            return Setting(self._environment[variable], variable)
        table = self._section(section) if section else self._table
        if name in table:
            return Setting(table[name], str(self._file))
        return None

    def _section(self, name: str) -> dict[str, Json]:
        value = self._table.get(name, {})
        if not isinstance(value, dict):
            raise ConfigurationError(f"{self._file}: {name} is no table", hint=f"write it as [{name}]")
        table = cast("dict[str, Json]", value)
        for key in table:
            _check_name(key, _CHECK_NAMES, f"{self._file}: [{name}]")
        return table

    def _codes(self, name: str, flag: tuple[str, ...] | None) -> Setting[tuple[str, ...]]:
        """Codes of rules: `RN001,RN2` or `["RN001", "RN2"]`; whether there are such rules is asked when they are."""
        found = self._find(name, flag, "check")
        if found is None:
            return Setting((), _DEFAULT)
        value = found.value
        try:
            parts = flag or ([value] if isinstance(value, str) else texts(cast("Json", value)))
        except ValueError:
            raise _wrong(f"check.{name}", found, "a list of codes") from None
        codes = [code.upper() for part in parts for code in part.replace(",", " ").split()]
        return Setting(tuple(dict.fromkeys(codes)), found.origin)

    def _baseline(self) -> Setting[Path | None]:
        """The file of known findings; a file that is merely found may not put it out of the working directory."""
        found = self._find("baseline", self._flags.baseline, "check")
        if found is None:
            return Setting(None, _DEFAULT)
        if not isinstance(found.value, (str, Path)):
            raise _wrong("check.baseline", found, "a path")
        path = Path(found.value)
        if not self._may_raise(found.origin) and not path.resolve().is_relative_to(Path().resolve()):
            raise ConfigurationError(
                f"{self._file} puts the baseline outside of the working directory, at {path.resolve()}, and a file "
                "that is merely found may not do that",
                hint=f"to trust the file, name it: --config {self._file}",
            )
        return Setting(path, found.origin)

    def _text(self, name: str, flag: str | None, default: str) -> Setting[str]:
        found = self._find(name, flag)
        if found is None:
            return Setting(default, "default")
        if not isinstance(found.value, str):
            raise _wrong(name, found, "text")
        return Setting(found.value, found.origin)

    def _member(self, name: str, flag: str | None, kind: type[_T], default: _T) -> Setting[_T]:
        found = self._find(name, flag)
        if found is None:
            return Setting(default, "default")
        try:
            make: Any = kind
            return Setting(make(str(found.value).lower().replace("-", "_")), found.origin)
        except ValueError:
            members: Any = kind
            raise _wrong(name, found, f"one of {', '.join(member.value for member in members)}") from None

    def _seconds(self, name: str, flag: float | None, default: float) -> Setting[float]:
        found = self._find(name, flag)
        if found is None:
            return Setting(default, "default")
        try:
            seconds = float(found.value)
        except (TypeError, ValueError):
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise _wrong(name, found, "a number of seconds, 0 or more")
        return Setting(seconds, found.origin)

    def _directories(self) -> Setting[tuple[Path, ...]]:
        if self._flags.directories:
            return Setting(self._flags.directories, "command line")
        found = self._find("directories", None)
        if found is None:
            return Setting(MigrationManagerConfig.DEFAULT_DIRECTORIES, "default")
        if isinstance(found.value, str) and found.origin.startswith("CRUCIBLE_"):
            return Setting(tuple(Path(part) for part in found.value.split(os.pathsep) if part), found.origin)
        try:
            return Setting(tuple(Path(part) for part in texts(found.value)), found.origin)
        except ValueError:
            raise _wrong("directories", found, "a list of paths") from None

    def _level(self) -> Setting[SecurityLevel]:
        level = self._member("level", self._flags.level, SecurityLevel, SecurityLevel.SAFE)
        if self._may_raise(level.origin) or _RANK[level.value] <= _RANK[SecurityLevel.SAFE]:
            return level
        self._warnings.append(
            f"{self._file} asks for the level {level.value}, and a file that is merely found may not raise powers: "
            f"it stays safe (to trust the file, name it: --config {self._file})"
        )
        return Setting(SecurityLevel.SAFE, f"default ({self._file} may not raise it to {level.value})")

    def _policy(self, level: SecurityLevel) -> Setting[Policy | None]:
        table = self._table.get("policy")
        if table is None:
            return Setting(None, "default")
        if not isinstance(table, dict):
            raise ConfigurationError(f"{self._file}: policy is no table", hint="write it as [policy]")
        values = cast("dict[str, Json]", table)
        policy = policy_from_table(values, Policy.for_level(level), str(self._file), may_raise=self._trusted)
        return Setting(policy, str(self._file))

    def _state(self) -> Setting[str]:
        """Where the state is; what is merely found may not lead out of the working directory."""
        state = self._text("state", self._flags.state, f"./{DEFAULT_STATE}")
        if state.origin != _DEFAULT and self._may_raise(state.origin):
            return state
        place = resolve(state.value).folder
        if place.is_relative_to(Path().resolve()):
            return state
        if state.origin == _DEFAULT:
            raise ConfigurationError(
                f"{state.value} is a link that leads out of the working directory, to {place}",
                hint=f"to use that state, name it: --state {state.value}",
            )
        raise ConfigurationError(
            f"{self._file} puts the state outside of the working directory, at {place}, and a file that is merely "
            "found may not do that",
            hint=f"to trust the file, name it: --config {self._file}",
        )

    def _may_raise(self, origin: str) -> bool:
        return self._trusted or origin != str(self._file)


def _find_file(flags: Flags, environment: Mapping[str, str], folder: Path) -> tuple[Path | None, bool]:
    named = flags.config or (Path(environment["CRUCIBLE_CONFIG"]) if environment.get("CRUCIBLE_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise ConfigurationError(f"the configuration file {named} does not exist")
        return named, True
    found = folder / CONFIG_NAME
    return (found, False) if found.is_file() else (None, False)


_NAMES: Final = ("state", "directories", "mode", "level", "validation", "lock_timeout", "policy", "check")
_CHECK_NAMES: Final = ("select", "ignore", "baseline")


def _read_file(path: Path) -> dict[str, Json]:
    import tomllib  # only where there is a file: `crucible call` counts milliseconds

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} can't be read: {error}") from error
    for name in table:
        _check_name(name, _NAMES, f"{path}:")
    return table


def _check_name(name: str, names: Sequence[str], where: str) -> None:
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        raise ConfigurationError(
            f"{where} there is no setting {name!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}",
        )


def _wrong(name: str, found: Setting[Any], wanted: str) -> ConfigurationError:
    return ConfigurationError(f"{name} (from {found.origin}): {found.value!r} is not {wanted}")
