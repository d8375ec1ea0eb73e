"""Where each value comes from: a flag, the environment, a file, or the default, in this order.

A `crucible.toml` that is merely found in the working directory may have come with somebody's download:
it may lower powers, never raise them. Naming it with `--config` (or `CRUCIBLE_CONFIG`) is trust.
"""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast

from crucible_tools.config import DEFAULT_STATE, MigrationManagerConfig, RetryPolicy
from crucible_tools.errors import ConfigurationError
from crucible_tools.model.enums import MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.operations.configuration_file import SECTIONS, as_table, check_name, read_file
from crucible_tools.operations.policy_table import policy_from_table, texts, useless_modules
from crucible_tools.store.place import resolve

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
    jobs: int | None = None
    atomic: bool | None = None
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
    folder_trusted: bool
    state: Setting[str]
    directories: Setting[tuple[Path, ...]]
    mode: Setting[MigrationMode]
    level: Setting[SecurityLevel]
    validation: Setting[ValidationMode]
    repair: Setting[RepairMode]
    lock_timeout: Setting[float]
    jobs: Setting[int | None]
    atomic: Setting[bool]
    retry: Setting[RetryPolicy]
    policy: Setting[Policy | None]
    tool_policies: Setting[Mapping[str, Policy]]
    check: Checking
    warnings: tuple[str, ...] = ()

    @property
    def state_is_named(self) -> bool:
        """Whether the state is trusted: somebody named it, or trusts the working directory that it was found in."""
        named = self.state.origin != _DEFAULT and (self.trusted or self.state.origin != str(self.file))
        return named or self.folder_trusted

    def manager_config(self) -> MigrationManagerConfig:
        """The configuration of a migration; so many jobs are so many readers, and validations at the same time."""
        jobs = self.jobs.value
        return MigrationManagerConfig(
            mode=self.mode.value,
            security_level=self.level.value,
            migration_directories=self.directories.value,
            validation_mode=self.validation.value,
            rollback_on_failure=self.atomic.value,
            enable_parallel_migration=jobs is not None and jobs > 1,
            max_concurrent_migrations=MigrationManagerConfig.DEFAULT_CONCURRENCY if jobs is None else jobs,
            retry=self.retry.value,
            repair=self.repair.value,
            state=self.state.value,
            policy=self.policy.value,
            tool_policies=self.tool_policies.value,
        )

    def to_json(self) -> list[JsonObject]:
        """`[{name, value, origin}]`, for `crucible doctor`."""
        policy = self.policy.value.to_json() if self.policy.value else None
        tools: Json = {name: given.to_json() for name, given in self.tool_policies.value.items()}
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
            ("jobs", self.jobs.value, self.jobs.origin),
            ("atomic", self.atomic.value, self.atomic.origin),
            ("retry", self.retry.value.to_json(), self.retry.origin),
            ("policy", policy, self.policy.origin),
            ("tool_policies", tools, self.tool_policies.origin),
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
        found = read_file(flags.config, environment, folder)
        self._found, self._file, self._table = found, found.path, found.table
        self._warnings: list[str] = []

    def read(self) -> Configuration:
        level = self._level()
        directories = self._directories()
        return Configuration(
            file=self._file,
            trusted=self._found.trusted,
            folder_trusted=self._found.folder_trusted,
            state=self._state(),
            directories=directories,
            mode=self._member("mode", self._flags.mode, MigrationMode, MigrationMode.INCREMENTAL),
            level=level,
            validation=self._member("validation", self._flags.validation, ValidationMode, ValidationMode.BASIC),
            repair=self._member("repair", self._flags.repair, RepairMode, RepairMode.SAFE),
            lock_timeout=self._seconds("lock_timeout", self._flags.lock_timeout, 0.0),
            jobs=self._jobs(),
            atomic=self._flag("atomic", self._flags.atomic, default=False),
            retry=self._retry(),
            policy=self._policy(level.value),
            tool_policies=self._tool_policies(level.value),
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
        table = self._found.section(section) if section else self._table
        if name in table:
            return Setting(table[name], str(self._file))
        return None

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
                hint=f"to trust the file, name it: --config {self._file}; to trust its folder: crucible trust DIR",
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

    def _jobs(self) -> Setting[int | None]:
        found = self._find("jobs", self._flags.jobs)
        if found is None:
            return Setting(None, _DEFAULT)
        value = found.value
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise _wrong("jobs", found, "a whole number of at least 1")
        return Setting(value, found.origin)

    def _flag(self, name: str, flag: bool | None, *, default: bool) -> Setting[bool]:
        found = self._find(name, flag)
        if found is None:
            return Setting(default, _DEFAULT)
        value = _WORDS.get(found.value.lower()) if isinstance(found.value, str) else found.value
        if not isinstance(value, bool):
            raise _wrong(name, found, "true or false")
        return Setting(value, found.origin)

    def _retry(self) -> Setting[RetryPolicy]:
        """Each field from the strongest place that has it."""
        values: dict[str, Any] = {}
        origins: dict[str, None] = {}
        for name in SECTIONS["retry"]:
            found = self._find(name, None, "retry")
            if found is None:
                continue
            values[name] = found.value
            origins[found.origin] = None
            if isinstance(found.value, str):
                with contextlib.suppress(ValueError):
                    values[name] = int(found.value) if name == "attempts" else float(found.value)
        try:
            return Setting(RetryPolicy(**values), ", ".join(origins) or _DEFAULT)
        except ConfigurationError as error:
            raise ConfigurationError(f"retry (from {', '.join(origins)}): {error.message}") from None

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
            f"it stays safe (to trust the file, name it: --config {self._file}; or its folder: crucible trust DIR)"
        )
        return Setting(SecurityLevel.SAFE, f"default ({self._file} may not raise it to {level.value})")

    def _policy(self, level: SecurityLevel) -> Setting[Policy | None]:
        table = self._table.get("policy")
        if table is None:
            return Setting(None, "default")
        return Setting(self._policy_of(table, Policy.for_level(level), "policy"), str(self._file))

    def _tool_policies(self, level: SecurityLevel) -> Setting[Mapping[str, Policy]]:
        """The policies of single tools, each starting from the one that all have."""
        table = self._table.get("tool")
        if table is None:
            return Setting({}, _DEFAULT)
        base = self._policy(level).value or Policy.for_level(level)
        policies: dict[str, Policy] = {}
        for name, settings in as_table(table, f"{self._file}: tool", '[tool."name".policy]').items():
            of_tool = as_table(settings, f"{self._file}: tool.{name}", f'[tool."{name}".policy]')
            for key in of_tool:
                check_name(key, ("policy",), f'{self._file}: [tool."{name}"]')
            policies[name] = self._policy_of(of_tool.get("policy", {}), base, f'tool."{name}".policy')
        return Setting(policies, str(self._file))

    def _policy_of(self, table: Json, base: Policy, name: str) -> Policy:
        def read(*, may_raise: bool) -> Policy:
            return policy_from_table(
                as_table(table, f"{self._file}: {name}", f"[{name}]"),
                base,
                str(self._file),
                may_raise=may_raise,
                folder=self._file.parent if self._file else None,
                name=name,
            )

        policy = read(may_raise=self._found.trusted)
        if policy != read(may_raise=True):
            self._warn_once(
                f"[{name}] of {self._file} allows more than is allowed without it, and a file that is merely found may "
                f"not raise powers: what is more is left out (to trust the file, name it: --config {self._file}; or "
                "its folder: crucible trust DIR)"
            )
        for module, setting in useless_modules(policy):
            self._warn_once(f"{self._file}: [{name}] has the module {module} and allows it nothing: set {setting}")
        return policy

    def _warn_once(self, warning: str) -> None:
        if warning not in self._warnings:
            self._warnings.append(warning)

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
            hint=f"to trust the file, name it: --config {self._file}; to trust its folder: crucible trust DIR",
        )

    def _may_raise(self, origin: str) -> bool:
        return self._found.trusted or origin != str(self._file)


_WORDS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
"""What a variable may say for yes and no."""


def _wrong(name: str, found: Setting[Any], wanted: str) -> ConfigurationError:
    return ConfigurationError(f"{name} (from {found.origin}): {found.value!r} is not {wanted}")
