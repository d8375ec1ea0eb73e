"""Configuration of the public services: immutable, checked when it is made, defaults as the contract says.

Dataclasses rather than pydantic models because `crucible call` builds them on its way to a call and
an import of pydantic alone would cost it a quarter of its time. A wrong value raises
`ConfigurationError` with the field's name; `from_mapping` does the same for values out of a file.
"""

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Protocol, TypeVar, cast

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.enums import Isolation, MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.policy import GIB, MIB, Policy

SOURCE_EXTENSIONS: Final = (".rn", ".rune")
"""Endings of legacy sources (legacy-tools.md, "Finding files")."""

EXCLUDED_DIRECTORIES: Final = (".git", "node_modules", "target", ".crucible")
"""Folders that are never searched, at any depth (legacy-tools.md); a configuration only adds to them."""

MAX_FILE_BYTES: Final = 10 * MIB
"""Larger files are not read at all (legacy-tools.md)."""


DEFAULT_STATE: Final = Path(".crucible")
"""The state of whoever names none; this very object says that none was named (see `names_state`)."""


def names_state(state: Path | str) -> bool:
    """Whether a configuration's `state` was named, which is trust (contract.md, "Security levels")."""
    return state is not DEFAULT_STATE


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


_Config = TypeVar("_Config", bound=_Dataclass)
_Member = TypeVar("_Member", bound=StrEnum)


def from_mapping(kind: type[_Config], values: Mapping[str, Json]) -> _Config:
    """A configuration of this kind from a table of a file.

    Raises:
        ConfigurationError: a name is unknown (near names are in the hint), or a value is wrong.
    """
    names = [item.name for item in dataclasses.fields(kind)]
    for name in values:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            raise ConfigurationError(
                f"{kind.__name__} has no field {name!r}",
                hint=f"did you mean {near[0]!r}?" if near else f"its fields are {', '.join(names)}",
            )
    return kind(**values)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and when something is tried again that failed for a passing reason.

    Passing are a state that is busy, a source that can't be read at the moment, a process that died, and whatever
    ran out of time; all else fails again, and is not tried again.

    Args:
        attempts: how often it is tried in all; 1 tries nothing again.
        delay_s: seconds before the second attempt.
        factor: how many times longer each further wait is than the one before.
        max_delay_s: longest wait in seconds.
    """

    attempts: int = 3
    delay_s: float = 0.1
    factor: float = 2.0
    max_delay_s: float = 5.0

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        _check(self, attempts=_whole(1), delay_s=_number(0.0), factor=_number(1.0), max_delay_s=_number(0.0))

    def delay_after(self, attempt: int) -> float | None:
        """Seconds to wait after this attempt, counted from 1, failed; None when it was the last one."""
        if attempt >= self.attempts:
            return None
        # Factors of many attempts leave the range of floats.
        exponent = min(attempt - 1, 64)
        return min(self.delay_s * self.factor**exponent, self.max_delay_s)

    def to_json(self) -> JsonObject:
        """The policy as a JSON object."""
        return _to_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationManagerConfig:
    """What a migration does, and where it records it.

    Args:
        mode: how it goes about its tools.
        security_level: the level that tools are migrated to.
        migration_directories: folders of legacy sources, or single files; a default one that is missing is ignored.
        preserve_original_service: False redirects `RuneService` to the migrated tools.
        enable_parallel_migration: whether several tools are validated at the same time; else one is.
        max_concurrent_migrations: how many then, and how many processes read sources.
        validation_mode: what is checked after a tool was migrated.
        rollback_on_failure: whether one failure makes the whole run change nothing.
        state: folder of the state, or a database URL.
        policy: a custom policy in place of the security level's.
        tool_policies: policies of single tools by their names, in place of that one.
        repair: which repairs of sources the migration may use.
        retry: how often what fails for a passing reason is tried.
    """

    DEFAULT_DIRECTORIES: ClassVar[tuple[Path, ...]] = (Path("./tools"), Path("./rune_tools"))
    DEFAULT_CONCURRENCY: ClassVar[int] = 5

    mode: MigrationMode = MigrationMode.INCREMENTAL
    security_level: SecurityLevel = SecurityLevel.SAFE
    migration_directories: tuple[Path, ...] = DEFAULT_DIRECTORIES
    preserve_original_service: bool = True
    enable_parallel_migration: bool = False
    max_concurrent_migrations: int = DEFAULT_CONCURRENCY
    validation_mode: ValidationMode = ValidationMode.BASIC
    rollback_on_failure: bool = False
    state: Path | str = DEFAULT_STATE
    policy: Policy | None = None
    tool_policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])
    repair: RepairMode = RepairMode.SAFE
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        _check(
            self,
            mode=_member(MigrationMode),
            security_level=_member(SecurityLevel),
            migration_directories=_paths,
            preserve_original_service=_flag,
            enable_parallel_migration=_flag,
            max_concurrent_migrations=_whole(1),
            validation_mode=_member(ValidationMode),
            rollback_on_failure=_flag,
            state=_place,
            policy=_policy,
            tool_policies=_policies,
            repair=_member(RepairMode),
            retry=_retry,
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return _to_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationConfig:
    """What a `ToolMigrationBridge` does.

    Args:
        auto_migrate: whether opening the bridge migrates what its folders hold.
        security_level: the level that tools are migrated to.
        enable_caching: whether the engine keeps compiled scripts.
        max_cache_size: how many.
        preserve_tool_ids: whether a tool's id is derived from its name; else each migration makes a fresh one.
        state: folder of the state, or a database URL.
        policy: a custom policy in place of the security level's.
        repair: which repairs of sources the migration may use.
    """

    auto_migrate: bool = True
    security_level: SecurityLevel = SecurityLevel.SAFE
    enable_caching: bool = True
    max_cache_size: int = 500
    preserve_tool_ids: bool = True
    state: Path | str = DEFAULT_STATE
    policy: Policy | None = None
    repair: RepairMode = RepairMode.SAFE

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        _check(
            self,
            auto_migrate=_flag,
            security_level=_member(SecurityLevel),
            enable_caching=_flag,
            max_cache_size=_whole(0),
            preserve_tool_ids=_flag,
            state=_place,
            policy=_policy,
            repair=_member(RepairMode),
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return _to_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuneServiceConfig:
    """Where legacy sources are, and how the original service treats them.

    Args:
        directories: folders of legacy sources.
        recursive: whether their subfolders count.
        extensions: endings of sources, with the dot.
        excluded: names of folders to leave out, beside the ones that are always left out.
        max_file_size: bytes; larger files are not read.
        security_level: the level that the original service runs tools at.
    """

    directories: tuple[Path, ...] = MigrationManagerConfig.DEFAULT_DIRECTORIES
    recursive: bool = True
    extensions: tuple[str, ...] = SOURCE_EXTENSIONS
    excluded: tuple[str, ...] = ()
    max_file_size: int = MAX_FILE_BYTES
    security_level: SecurityLevel = SecurityLevel.DEVELOPMENT

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        _check(
            self,
            directories=_paths,
            recursive=_flag,
            extensions=_extensions,
            excluded=_texts,
            max_file_size=_whole(1),
            security_level=_member(SecurityLevel),
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return _to_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptEngineConfig:
    """How the engine runs tools. A limit left unset is the level's; one that is set holds where it is stricter.

    Args:
        max_cache_size: compiled scripts to keep.
        max_source_size: bytes of one source.
        enable_caching: whether compiled scripts are kept at all.
        security_level: the level of tools that come without a policy of their own.
        max_cache_bytes: estimated memory of the compiled scripts that are kept, in bytes.
        idle_timeout: seconds after which a compiled script that nobody used is let go; None keeps it.
        max_concurrent_operations: calls in the whole engine at the same time.
        max_queued_calls: calls in the whole engine that may wait for their turn; 0 lets none wait.
        isolation: what calls of one tool share: a VM, or nothing.
        image_cache: folder where compiled scripts outlive the engine, so that a restarted one need not compile them.
        execution_timeout: seconds of wall time a call.
        max_memory: bytes of memory a VM.
        max_host_calls: host calls a call ("operation limit" of the original).
        policy: a custom policy in place of the security level's.
    """

    max_cache_size: int = 1000
    max_source_size: int = MIB
    enable_caching: bool = True
    security_level: SecurityLevel = SecurityLevel.SAFE
    max_cache_bytes: int = 2 * GIB
    idle_timeout: float | None = 300.0
    max_concurrent_operations: int = 100
    max_queued_calls: int = 10_000
    isolation: Isolation = Isolation.PER_TOOL
    image_cache: Path | None = None
    execution_timeout: float | None = None
    max_memory: int | None = None
    max_host_calls: int | None = None
    policy: Policy | None = None

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        _check(
            self,
            max_cache_size=_whole(0),
            max_source_size=_whole(1),
            enable_caching=_flag,
            security_level=_member(SecurityLevel),
            max_cache_bytes=_whole(0),
            idle_timeout=_optional(_seconds),
            max_concurrent_operations=_whole(1),
            max_queued_calls=_whole(0),
            isolation=_member(Isolation),
            image_cache=_optional(_path),
            execution_timeout=_optional(_seconds),
            max_memory=_optional(_whole(1)),
            max_host_calls=_optional(_whole(0)),
            policy=_policy,
        )

    def effective_policy(self) -> Policy:
        """The policy that tools run under: the configured or the level's, with the limits that are set."""
        base = self.policy or Policy.for_level(self.security_level)
        return base.narrowed(
            memory_bytes=self.max_memory,
            timeout_s=self.execution_timeout,
            max_source_bytes=self.max_source_size,
            max_host_calls=self.max_host_calls,
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return _to_json(self)


def _check(config: _Dataclass, **checks: Callable[[Any], object]) -> None:
    """Replace each field by what its check makes of it; a check raises ValueError."""
    for name, check in checks.items():
        value = getattr(config, name)
        try:
            object.__setattr__(config, name, check(value))
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{type(config).__name__}.{name}: {error}") from error


def _member(kind: type[_Member]) -> Callable[[Any], _Member]:
    def check(value: object) -> _Member:
        try:
            return kind(str(value).lower().replace("-", "_"))
        except ValueError:
            allowed = ", ".join(member.value for member in kind)
            raise ValueError(f"{value!r} is none of {allowed}") from None

    return check


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _whole(least: int) -> Callable[[Any], int]:
    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise ValueError(f"{value!r} is no whole number of at least {least}")
        return value

    return check


def _seconds(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
        raise ValueError(f"{value!r} is no number of seconds above 0")
    return float(value)


def _number(least: float) -> Callable[[Any], float]:
    def check(value: object) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value < float("inf"):
            raise ValueError(f"{value!r} is no number of at least {least:g}")
        return float(value)

    return check


_Value = TypeVar("_Value")


def _optional(check: Callable[[Any], _Value]) -> Callable[[Any], _Value | None]:
    return lambda value: None if value is None else check(value)


def _items(value: object) -> list[object]:
    if isinstance(value, (str, bytes, Path)) or not isinstance(value, Iterable):
        raise ValueError(f"{value!r} is no list")
    return list(cast("Iterable[object]", value))


def _paths(value: object) -> tuple[Path, ...]:
    return tuple(Path(_text(item)) for item in _items(value))


def _path(value: object) -> Path:
    return Path(_text(value))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_text(item) for item in _items(value))


def _text(value: object) -> str:
    if not isinstance(value, (str, Path)):
        raise ValueError(f"{value!r} is no text")
    return str(value)


def _extensions(value: object) -> tuple[str, ...]:
    found = _texts(value)
    for extension in found:
        if not extension.startswith(".") or len(extension) < 2:
            raise ValueError(f"{extension!r} does not start with a dot")
    return found


def _place(value: object) -> Path | str:
    """A folder, or a URL when it has a scheme."""
    if value is DEFAULT_STATE:
        return DEFAULT_STATE
    text = _text(value)
    if not text:
        raise ValueError("it is empty")
    return text if "://" in text else Path(text)


def _policy(value: object) -> Policy | None:
    if value is not None and not isinstance(value, Policy):
        raise ValueError(f"{value!r} is no Policy")
    return value


def _policies(value: object) -> Mapping[str, Policy]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no mapping of names to policies")
    items = cast("Mapping[object, object]", value).items()
    for name, policy in items:
        if not isinstance(name, str) or not isinstance(policy, Policy):
            raise ValueError(f"{name!r}: {policy!r} is no name with a Policy")
    return MappingProxyType(dict(cast("Mapping[str, Policy]", value)))


def _retry(value: object) -> RetryPolicy:
    """The policy, or a table of its fields."""
    if isinstance(value, Mapping):
        return from_mapping(RetryPolicy, cast("Mapping[str, Json]", value))
    if not isinstance(value, RetryPolicy):
        raise ValueError(f"{value!r} is no RetryPolicy")
    return value


def _to_json(config: _Dataclass) -> JsonObject:
    return {item.name: _json_value(getattr(config, item.name)) for item in dataclasses.fields(config)}


def _json_value(value: object) -> Json:
    match value:
        case Policy() | RetryPolicy():
            return value.to_json()
        case Path():
            return str(value)
        case Mapping():
            return {name: _json_value(item) for name, item in cast("Mapping[str, object]", value).items()}
        case tuple():
            return [_json_value(item) for item in cast("tuple[object, ...]", value)]
        case StrEnum():
            return value.value
        case _:
            return value
