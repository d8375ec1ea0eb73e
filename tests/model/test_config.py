"""A configuration is checked when it is made, has the contract's defaults, and never changes."""

from dataclasses import FrozenInstanceError
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.config import (
    MigrationConfig,
    MigrationManagerConfig,
    RetryPolicy,
    RuneServiceConfig,
    ScriptEngineConfig,
)
from crucible_tools.errors import ConfigurationError
from crucible_tools.model.checks import from_mapping
from crucible_tools.model.enums import MigrationMode, RepairMode, SecurityLevel, ValidationMode
from crucible_tools.model.policy import MIB, Policy
from crucible_tools.model.thresholds import Thresholds


def test_the_managers_defaults_are_the_contracts() -> None:
    config = MigrationManagerConfig()
    assert config.mode is MigrationMode.INCREMENTAL
    assert config.security_level is SecurityLevel.SAFE
    assert config.migration_directories == (Path("./tools"), Path("./rune_tools"))
    assert config.preserve_original_service is True
    assert config.enable_parallel_migration is False
    assert config.max_concurrent_migrations == 5
    assert config.validation_mode is ValidationMode.BASIC
    assert config.rollback_on_failure is False
    assert config.state == Path("./.crucible")
    assert config.repair is RepairMode.SAFE
    assert config.retry == RetryPolicy(attempts=3, delay_s=0.1, factor=2.0, max_delay_s=5.0)
    assert config.tool_policies == {}


def test_the_other_defaults_are_the_contracts() -> None:
    engine, bridge, service = ScriptEngineConfig(), MigrationConfig(), RuneServiceConfig()
    assert (engine.max_cache_size, engine.max_source_size, engine.enable_caching) == (1000, MIB, True)
    assert (engine.security_level, engine.max_concurrent_operations) == (SecurityLevel.SAFE, 100)
    assert (engine.execution_timeout, engine.max_memory, engine.max_host_calls) == (None, None, None)
    assert (bridge.auto_migrate, bridge.security_level, bridge.enable_caching) == (True, SecurityLevel.SAFE, True)
    assert (bridge.max_cache_size, bridge.preserve_tool_ids) == (500, True)
    assert (service.recursive, service.max_file_size) == (True, 10 * MIB)
    assert service.security_level is SecurityLevel.DEVELOPMENT


def test_members_may_be_given_by_name_in_any_spelling() -> None:
    assert MigrationManagerConfig(mode="dry-run").mode is MigrationMode.DRY_RUN  # type: ignore[arg-type]
    assert MigrationManagerConfig(security_level="PRODUCTION").security_level is SecurityLevel.PRODUCTION  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        (MigrationManagerConfig, "mode", "fast"),
        (MigrationManagerConfig, "security_level", None),
        (MigrationManagerConfig, "migration_directories", "tools"),
        (MigrationManagerConfig, "migration_directories", [1]),
        (MigrationManagerConfig, "max_concurrent_migrations", 0),
        (MigrationManagerConfig, "max_concurrent_migrations", True),
        (MigrationManagerConfig, "rollback_on_failure", "yes"),
        (MigrationManagerConfig, "state", ""),
        (MigrationManagerConfig, "policy", {}),
        (RuneServiceConfig, "extensions", ["rn"]),
        (RuneServiceConfig, "max_file_size", -1),
        (ScriptEngineConfig, "execution_timeout", 0),
        (ScriptEngineConfig, "execution_timeout", float("nan")),
        (ScriptEngineConfig, "max_memory", 1.5),
        (ScriptEngineConfig, "max_cache_size", -1),
        (MigrationConfig, "auto_migrate", 1),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_field(kind: type[Any], field: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=rf"{kind.__name__}\.{field}: "):
        kind(**{field: value})


def test_an_unknown_field_is_refused_with_a_near_name() -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_mapping(ScriptEngineConfig, {"max_memroy": 5})
    assert caught.value.hint == "did you mean 'max_memory'?"


def test_a_configuration_does_not_change() -> None:
    config = MigrationManagerConfig()
    with pytest.raises(FrozenInstanceError):
        config.mode = MigrationMode.FULL  # type: ignore[misc]


def test_a_limit_that_is_set_holds_where_it_is_stricter() -> None:
    strict = ScriptEngineConfig(execution_timeout=1, max_memory=MIB, max_source_size=100, max_host_calls=3)
    policy = strict.effective_policy()
    assert (policy.timeout_s, policy.memory_bytes, policy.max_source_bytes, policy.max_host_calls) == (1, MIB, 100, 3)
    loose = ScriptEngineConfig(execution_timeout=1000, max_memory=1000 * MIB)
    assert loose.effective_policy() == Policy.for_level(SecurityLevel.SAFE)


def test_a_custom_policy_takes_the_place_of_the_levels() -> None:
    policy = Policy.for_level(SecurityLevel.PRODUCTION).narrowed(timeout_s=2)
    assert ScriptEngineConfig(policy=policy).effective_policy() == policy


@pytest.mark.parametrize(
    "fields", [{"faults": 1.5}, {"busy": -0.1}, {"window": 0}, {"least_calls": 0}, {"crashes": True}, {"fault": 0.1}]
)
def test_thresholds_that_could_never_be_or_always_are_reached_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        ScriptEngineConfig(health=fields)  # type: ignore[arg-type]


def test_thresholds_may_be_a_table_and_durations_are_seconds_in_json() -> None:
    config = ScriptEngineConfig(health={"window": 60, "faults": 0.2})  # type: ignore[arg-type]
    assert config.health == Thresholds(window=timedelta(minutes=1), faults=0.2)
    told = config.to_json()["health"]
    assert (told["window"], told["faults"]) == (60.0, 0.2)
