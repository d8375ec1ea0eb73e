"""Where each value comes from: a flag, the environment, a file, or the default, in this order.

A `crucible.toml` that is merely found in the working directory may have come with somebody's download:
it may lower powers, never raise them. Naming it with `--config` (or `CRUCIBLE_CONFIG`) is trust.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Generic, TypeVar

from crucible_tools.config import HooksConfig, MigrationManagerConfig, RecordConfig, RetryPolicy
from crucible_tools.model.enums import MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.store.event_log import Retention

DEFAULT: Final = "default"
"""The place of a value that nobody set."""

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
    record: bool | None = None


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
    record: Setting[RecordConfig]
    retention: Setting[Retention]
    hooks: Setting[HooksConfig]
    warnings: tuple[str, ...] = ()

    @property
    def state_is_named(self) -> bool:
        """Whether the state is trusted: somebody named it, or trusts the working directory that it was found in."""
        named = self.state.origin != DEFAULT and (self.trusted or self.state.origin != str(self.file))
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
            record=self.record.value,
            hooks=self.hooks.value,
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
            ("record", self.record.value.to_json(), self.record.origin),
            ("events.keep", self.retention.value.count, self.retention.origin),
            ("events.keep_days", self.retention.value.age / timedelta(days=1), self.retention.origin),
            ("hooks", self.hooks.value.to_json(), self.hooks.origin),
        ]
        return [{"name": name, "value": value, "origin": origin} for name, value, origin in rows]
