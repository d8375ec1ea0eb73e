"""Configuration of the public services: immutable, checked when it is made, defaults as the contract says.

Dataclasses rather than pydantic models because `crucible call` builds them on its way to a call and
an import of pydantic alone would cost it a quarter of its time. A wrong value raises
`ConfigurationError` with the field's name; `checks.from_mapping` does the same for values out of a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final, cast

from crucible_tools.model import checks
from crucible_tools.model.enums import Isolation, MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.hooks import HookScope
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import GIB, MIB, Policy
from crucible_tools.model.state_url import StateUrl, is_server
from crucible_tools.model.thresholds import Thresholds

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
        checks.normalise(
            self,
            attempts=checks.whole(1),
            delay_s=checks.number(0.0),
            factor=checks.number(1.0),
            max_delay_s=checks.number(0.0),
        )

    def delay_after(self, attempt: int) -> float | None:
        """Seconds to wait after this attempt, counted from 1, failed; None when it was the last one."""
        if attempt >= self.attempts:
            return None
        # Factors of many attempts leave the range of floats.
        exponent = min(attempt - 1, 64)
        return min(self.delay_s * self.factor**exponent, self.max_delay_s)

    def to_json(self) -> JsonObject:
        """The policy as a JSON object."""
        return checks.to_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConfig:
    """Whether calls are recorded so that they can be replayed, how much of them, and what never is.

    Args:
        enabled: whether they are.
        max_call_bytes: what is kept of one call: its arguments, its result, its log and its host calls.
        max_total_bytes: what is kept of all calls; the oldest are forgotten first.
        max_calls: how many calls are kept.
        keep_days: for how many days.
        redact: names of values that are replaced by a marker, beside those that always are; `*` stands for any
            characters.
        redact_prefixes: beginnings of words that are replaced wherever they stand, such as `ghp_`.
    """

    enabled: bool = False
    max_call_bytes: int = MIB
    max_total_bytes: int = 64 * MIB
    max_calls: int = 10_000
    keep_days: float = 30.0
    redact: tuple[str, ...] = ()
    redact_prefixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        checks.normalise(
            self,
            enabled=checks.flag,
            max_call_bytes=checks.whole(1),
            max_total_bytes=checks.whole(1),
            max_calls=checks.whole(1),
            keep_days=checks.number(0.0),
            redact=checks.words,
            redact_prefixes=checks.words,
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return checks.to_json(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class HooksConfig:
    """Which of the hooks that a state has recorded may look at calls (docs/hooks.md); by default none.

    Args:
        enabled: whether all are, or the files of those that are: `hooks/*.rn`, `*` for any characters.
        scope: whether they see the tools of their own folder, or all.
        guards: those files among them whose failure refuses a call, where it would else be made without them.
    """

    enabled: bool | tuple[str, ...] = False
    scope: HookScope = HookScope.FOLDER
    guards: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        checks.normalise(self, enabled=_flag_or_texts, scope=checks.member(HookScope), guards=checks.texts)

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return checks.to_json(self)


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
        record: whether calls of the manager's bridge are recorded in the state, so that they can be replayed, and how
            much of them.
        hooks: which recorded hooks may look at those calls.
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
    record: RecordConfig = field(default_factory=RecordConfig)
    hooks: HooksConfig = field(default_factory=HooksConfig)

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        checks.normalise(
            self,
            mode=checks.member(MigrationMode),
            security_level=checks.member(SecurityLevel),
            migration_directories=checks.paths,
            preserve_original_service=checks.flag,
            enable_parallel_migration=checks.flag,
            max_concurrent_migrations=checks.whole(1),
            validation_mode=checks.member(ValidationMode),
            rollback_on_failure=checks.flag,
            state=_place,
            policy=_policy,
            tool_policies=_policies,
            repair=checks.member(RepairMode),
            retry=checks.one_of(RetryPolicy),
            record=checks.one_of(RecordConfig),
            hooks=checks.one_of(HooksConfig),
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return checks.to_json(self)


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
        tool_policies: policies of single tools by their names, in place of that one.
        repair: which repairs of sources the migration may use.
        retry: how often what fails for a passing reason is tried.
        record: whether calls are recorded in the state, so that they can be replayed, and how much of them.
        hooks: which recorded hooks may look at calls.
    """

    auto_migrate: bool = True
    security_level: SecurityLevel = SecurityLevel.SAFE
    enable_caching: bool = True
    max_cache_size: int = 500
    preserve_tool_ids: bool = True
    state: Path | str = DEFAULT_STATE
    policy: Policy | None = None
    tool_policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])
    repair: RepairMode = RepairMode.SAFE
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    record: RecordConfig = field(default_factory=RecordConfig)
    hooks: HooksConfig = field(default_factory=HooksConfig)

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        checks.normalise(
            self,
            auto_migrate=checks.flag,
            security_level=checks.member(SecurityLevel),
            enable_caching=checks.flag,
            max_cache_size=checks.whole(0),
            preserve_tool_ids=checks.flag,
            state=_place,
            policy=_policy,
            tool_policies=_policies,
            repair=checks.member(RepairMode),
            retry=checks.one_of(RetryPolicy),
            record=checks.one_of(RecordConfig),
            hooks=checks.one_of(HooksConfig),
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return checks.to_json(self)


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
        checks.normalise(
            self,
            directories=checks.paths,
            recursive=checks.flag,
            extensions=checks.extensions,
            excluded=checks.texts,
            max_file_size=checks.whole(1),
            security_level=checks.member(SecurityLevel),
        )

    def to_json(self) -> JsonObject:
        """The configuration as a JSON object."""
        return checks.to_json(self)


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
        record: whether and how much calls are recorded, for whoever takes the records.
        health: from when on the engine is not healthy.
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
    record: RecordConfig = field(default_factory=RecordConfig)
    health: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        """Check and normalise every field."""
        checks.normalise(
            self,
            max_cache_size=checks.whole(0),
            max_source_size=checks.whole(1),
            enable_caching=checks.flag,
            security_level=checks.member(SecurityLevel),
            max_cache_bytes=checks.whole(0),
            idle_timeout=checks.optional(checks.seconds),
            max_concurrent_operations=checks.whole(1),
            max_queued_calls=checks.whole(0),
            isolation=checks.member(Isolation),
            image_cache=checks.optional(checks.path),
            execution_timeout=checks.optional(checks.seconds),
            max_memory=checks.optional(checks.whole(1)),
            max_host_calls=checks.optional(checks.whole(0)),
            policy=_policy,
            record=checks.one_of(RecordConfig),
            health=checks.one_of(Thresholds),
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
        return checks.to_json(self)


def _flag_or_texts(value: object) -> bool | tuple[str, ...]:
    return value if isinstance(value, bool) else checks.texts(value)


def _place(value: object) -> Path | str:
    """A folder, or a URL when it has a scheme."""
    if value is DEFAULT_STATE:
        return DEFAULT_STATE
    text = checks.text(value)
    if not text:
        raise ValueError("it is empty")
    if is_server(text):
        return StateUrl(text)
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
