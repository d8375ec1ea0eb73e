"""What one migration works with, whichever of the two public configurations it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crucible_tools.config import (
    MigrationConfig,
    MigrationManagerConfig,
    RetryPolicy,
    RuneServiceConfig,
)
from crucible_tools.migration.workers import MOST_WORKERS
from crucible_tools.model.enums import MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.policy import Policy
from crucible_tools.rune.search import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One migration's search, target and record.

    Args:
        search: where sources are.
        policy: what the tools will run under.
        policies: what single ones will run under instead, by their names.
        mode: how it goes about its tools.
        validation: what is checked before a tool is recorded.
        atomic: whether one failure makes the whole run change nothing.
        readers: processes that may read sources at the same time.
        validations: validations that may be going on at the same time.
        preserve_tool_ids: whether ids are derived from names.
        repair: which repairs of sources may be used.
        retry: how often what fails for a passing reason is tried.
        lock_timeout_s: seconds to wait for another run on the same state.
    """

    search: Search
    policy: Policy
    policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])
    mode: MigrationMode = MigrationMode.INCREMENTAL
    validation: ValidationMode = ValidationMode.BASIC
    atomic: bool = False
    readers: int = MOST_WORKERS
    validations: int = 1
    preserve_tool_ids: bool = True
    repair: RepairMode = RepairMode.SAFE
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    lock_timeout_s: float = 0.0

    def policy_of(self, name: str) -> Policy:
        """What a tool will run under."""
        return self.policies.get(name, self.policy)

    @property
    def max_source_bytes(self) -> int:
        """Longest source that any tool may have; which tools a source defines is known when it was read."""
        return max(policy.max_source_bytes for policy in (self.policy, *self.policies.values()))


def of_manager(config: MigrationManagerConfig, lock_timeout_s: float = 0.0) -> Settings:
    """The settings of a `Phase51MigrationManager`."""
    return Settings(
        search=Search(roots=config.migration_directories),
        policy=effective_policy(config.policy, config.security_level),
        policies=config.tool_policies,
        mode=config.mode,
        validation=config.validation_mode,
        atomic=config.rollback_on_failure,
        readers=config.max_concurrent_migrations,
        validations=config.max_concurrent_migrations if config.enable_parallel_migration else 1,
        repair=config.repair,
        retry=config.retry,
        lock_timeout_s=lock_timeout_s,
    )


def of_bridge(rune: RuneServiceConfig, migration: MigrationConfig) -> Settings:
    """The settings of a `ToolMigrationBridge`."""
    return Settings(
        search=Search.of_service(rune),
        policy=effective_policy(migration.policy, migration.security_level),
        policies=migration.tool_policies,
        preserve_tool_ids=migration.preserve_tool_ids,
        repair=migration.repair,
        retry=migration.retry,
    )


def effective_policy(policy: Policy | None, level: SecurityLevel) -> Policy:
    """A custom policy, else the level's."""
    return policy or Policy.for_level(level)
