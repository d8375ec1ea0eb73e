"""The three levels are the contract's table, and a policy can only be made stricter."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import ALL, GIB, MIB, Policy, lowest_level

CAPABILITIES = st.frozensets(st.sampled_from(["basic", "json", "http", "file", "process", "db"]))
LIMITS = {
    "memory_bytes": st.integers(1, 8 * GIB),
    "timeout_s": st.floats(0.001, 1000),
    "compile_timeout_s": st.floats(0.001, 1000),
    "concurrent_calls": st.integers(1, 1000),
    "max_source_bytes": st.integers(1, 8 * MIB),
    "max_argument_bytes": st.integers(1, 8 * MIB),
    "max_result_bytes": st.integers(1, 8 * MIB),
    "max_depth": st.integers(1, 100),
    "max_host_calls": st.integers(0, 100_000),
    "max_host_call_bytes": st.integers(1, 8 * MIB),
    "max_log_bytes": st.integers(0, MIB),
}


def test_the_levels_are_the_contracts_table() -> None:
    safe, production, development = (Policy.for_level(level) for level in SecurityLevel)
    assert (safe.memory_bytes, production.memory_bytes, development.memory_bytes) == (50 * MIB, 100 * MIB, 4 * GIB)
    assert (safe.timeout_s, production.timeout_s, development.timeout_s) == (10, 30, None)
    assert (safe.concurrent_calls, production.concurrent_calls, development.concurrent_calls) == (10, 50, None)
    assert safe.capabilities == {"basic"}
    assert production.capabilities == {"basic", "http", "json"}
    assert development.capabilities is ALL


@pytest.mark.parametrize(
    ("capabilities", "level"),
    [
        ([], SecurityLevel.SAFE),
        (["basic"], SecurityLevel.SAFE),
        (["json"], SecurityLevel.PRODUCTION),
        (["basic", "http"], SecurityLevel.PRODUCTION),
        (["file", "http"], SecurityLevel.DEVELOPMENT),
        (["db"], SecurityLevel.DEVELOPMENT),
    ],
)
def test_the_lowest_level_is_the_first_that_has_all_capabilities(capabilities: list[str], level: SecurityLevel) -> None:
    assert lowest_level(capabilities) is level


def test_missing_names_what_a_policy_lacks() -> None:
    assert Policy.for_level(SecurityLevel.SAFE).missing(["json", "basic", "http"]) == ("http", "json")
    assert Policy.for_level(SecurityLevel.DEVELOPMENT).missing(["whatever"]) == ()


@given(st.sampled_from(SecurityLevel), st.fixed_dictionaries({}, optional={**LIMITS, "capabilities": CAPABILITIES}))
def test_narrowing_never_allows_more(level: SecurityLevel, limits: dict[str, object]) -> None:
    before = Policy.for_level(level)
    after = before.narrowed(**limits)  # type: ignore[arg-type]
    for field in fields(Policy):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name == "capabilities":
            assert old is ALL or (new is not ALL and new <= old)
        elif field.name != "level":
            assert old is None or (new is not None and new <= old)


@given(st.sampled_from(SecurityLevel), st.fixed_dictionaries({}, optional={**LIMITS, "capabilities": CAPABILITIES}))
def test_narrowing_twice_is_narrowing_once(level: SecurityLevel, limits: dict[str, object]) -> None:
    once = Policy.for_level(level).narrowed(**limits)  # type: ignore[arg-type]
    assert once.narrowed(**limits) == once  # type: ignore[arg-type]


@given(st.sampled_from(SecurityLevel), st.fixed_dictionaries({}, optional={**LIMITS, "capabilities": CAPABILITIES}))
def test_a_policy_comes_back_from_its_json(level: SecurityLevel, limits: dict[str, object]) -> None:
    policy = Policy.for_level(level).narrowed(**limits)  # type: ignore[arg-type]
    assert Policy.from_json(policy.to_json()) == policy
