"""Reading the configuration: each setting from the strongest place that has it."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from crucible_tools.config import DEFAULT_STATE, HooksConfig, MigrationManagerConfig, RecordConfig, RetryPolicy
from crucible_tools.errors import ConfigurationError
from crucible_tools.model.enums import MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.json import Json
from crucible_tools.model.policy import Policy
from crucible_tools.model.state_url import StateUrl, is_server
from crucible_tools.operations.configuration import DEFAULT, Checking, Configuration, Flags, Setting
from crucible_tools.operations.configuration_file import SECTIONS, as_table, check_name, read_file
from crucible_tools.operations.policy_table import policy_from_table, texts, useless_modules
from crucible_tools.store.event_log import Retention
from crucible_tools.store.place import ServerPlace, resolve

_RANK: Final = {SecurityLevel.SAFE: 0, SecurityLevel.PRODUCTION: 1, SecurityLevel.DEVELOPMENT: 2}
_T = TypeVar("_T")


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
            record=self._record(),
            hooks=self._hooks(),
            retention=self._retention(),
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
            return Setting((), DEFAULT)
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
            return Setting(None, DEFAULT)
        if not isinstance(found.value, (str, Path)):
            raise _wrong("check.baseline", found, "a path")
        path = Path(found.value)
        real = Path(os.path.realpath(path))
        if not self._may_raise(found.origin) and not real.is_relative_to(Path().resolve()):
            raise ConfigurationError(
                f"{self._file} puts the baseline outside of the working directory, at {real}, and a file "
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
            return Setting(None, DEFAULT)
        value = found.value
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise _wrong("jobs", found, "a whole number of at least 1")
        return Setting(value, found.origin)

    def _flag(self, name: str, flag: bool | None, *, default: bool) -> Setting[bool]:
        found = self._find(name, flag)
        if found is None:
            return Setting(default, DEFAULT)
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
            return Setting(RetryPolicy(**values), ", ".join(origins) or DEFAULT)
        except ConfigurationError as error:
            raise ConfigurationError(f"retry (from {', '.join(origins)}): {error.message}") from None

    def _hooks(self) -> Setting[HooksConfig]:
        """Each field from the strongest place that has it; what is merely found enables none: hooks have influence."""
        values: dict[str, Any] = {}
        origins: dict[str, None] = {}
        for name in SECTIONS["hooks"]:
            found = self._find(name, None, "hooks")
            if found is None:
                continue
            if not self._may_raise(found.origin):
                self._warn_once(
                    f"{self._file} says something about hooks, and a file that is merely found may not enable any: "
                    f"they stay inactive (to trust the file, name it: --config {self._file}; or its folder: "
                    "crucible trust DIR)"
                )
                continue
            value = found.value
            if isinstance(value, str) and name != "scope":
                words = [part for part in value.split(",") if part]
                value = _WORDS.get(value.lower(), words) if name == "enabled" else words
            values[name] = value
            origins[found.origin] = None
        try:
            return Setting(HooksConfig(**values), ", ".join(origins) or DEFAULT)
        except ConfigurationError as error:
            raise ConfigurationError(f"hooks (from {', '.join(origins)}): {error.message}") from None

    def _retention(self) -> Setting[Retention]:
        """Which events are kept; what is merely found has no say: more could fill a disk, fewer hide what was done."""
        usual = Retention()
        values: dict[str, float] = {"keep": usual.count, "keep_days": usual.age / timedelta(days=1)}
        origins: dict[str, None] = {}
        for name in SECTIONS["events"]:
            found = self._find(name, None, "events")
            if found is None:
                continue
            if not self._may_raise(found.origin):
                self._warn_once(
                    f"{self._file} says which events are kept, and a file that is merely found may not: the usual ones "
                    f"are (to trust the file, name it: --config {self._file}; or its folder: crucible trust DIR)"
                )
                continue
            values[name] = _kept(name, found)
            origins[found.origin] = None
        retention = Retention(count=int(values["keep"]), age=timedelta(days=values["keep_days"]))
        return Setting(retention, ", ".join(origins) or DEFAULT)

    def _record(self) -> Setting[RecordConfig]:
        """Each field from the strongest place that has it; what is merely found records nothing, and keeps no more."""
        usual = RecordConfig()
        values: dict[str, Any] = {}
        origins: dict[str, None] = {}
        for name in SECTIONS["record"]:
            found = self._find(name, None, "record")
            if name == "enabled" and self._flags.record is not None:
                found = Setting(self._flags.record, "--record")
            if found is None:
                continue
            value = _of_variable(name, found.value) if found.origin.startswith("CRUCIBLE_") else found.value
            if not self._may_raise(found.origin):
                value = self._lowered(name, value, getattr(usual, name))
            values[name] = value
            origins[found.origin] = None
        try:
            return Setting(RecordConfig(**values), ", ".join(origins) or DEFAULT)
        except ConfigurationError as error:
            raise ConfigurationError(f"record (from {', '.join(origins)}): {error.message}") from None

    def _lowered(self, name: str, value: Json, usual: Json) -> Json:
        """What a file that is merely found may say about records."""
        if name == "enabled" and value is True:
            self._warn_once(
                f"{self._file} has calls recorded, and a file that is merely found may not do that: none is (to trust "
                f"the file, name it: --config {self._file}; or its folder: crucible trust DIR)"
            )
            return False
        most = usual if isinstance(usual, (int, float)) and name != "enabled" else None
        return min(value, most) if most is not None and isinstance(value, (int, float)) else value

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
            return Setting({}, DEFAULT)
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
        if is_server(state.value):
            state = replace(state, value=StateUrl(state.value))
        if state.origin != DEFAULT and self._may_raise(state.origin):
            return state
        if is_server(state.value):
            raise ConfigurationError(
                f"{self._file} puts the state on a server, {state.value}, and a file that is merely found may not do "
                "that",
                hint=f"to trust the file, name it: --config {self._file}; to trust its folder: crucible trust DIR",
            )
        found = resolve(state.value)
        place = found.base if isinstance(found, ServerPlace) else found.folder
        if place.is_relative_to(Path().resolve()):
            return state
        if state.origin == DEFAULT:
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


def _of_variable(name: str, value: Json) -> Json:
    """A field of `[record]` as a variable has it: a word, a number, or a list separated by commas."""
    text = str(value)
    if name.startswith("redact"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if name == "enabled":
        return _WORDS.get(text.lower(), text)
    with contextlib.suppress(ValueError):
        return float(text) if name == "keep_days" else int(text)
    return text


_WORDS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
"""What a variable may say for yes and no."""


def _kept(name: str, found: Setting[Any]) -> float:
    """A field of `[events]`: a number, above 0; of events a whole one."""
    given, most = found.value, _MOST_KEPT[name]
    if isinstance(given, str):
        with contextlib.suppress(ValueError):
            given = int(given) if name == "keep" else float(given)
    kinds = int if name == "keep" else (int, float)
    if not isinstance(given, kinds) or isinstance(given, bool) or not 0 < given <= most:
        kind = "whole number of events" if name == "keep" else "number of days"
        raise _wrong(f"events.{name}", found, f"a {kind}, above 0 and at most {most:,}")
    return given


_MOST_KEPT: Final = {"keep": 100_000_000, "keep_days": 36_500}


def _wrong(name: str, found: Setting[Any], wanted: str) -> ConfigurationError:
    return ConfigurationError(f"{name} (from {found.origin}): {found.value!r} is not {wanted}")
