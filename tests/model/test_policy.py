"""The three levels are the contract's table, and a policy can only be made stricter."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.grants import ALL, FileGrant, HttpGrant, ProcessGrant
from crucible_tools.model.policy import GIB, MIB, Policy, lowest_level

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


def some(*names: str) -> st.SearchStrategy[object]:
    return st.frozensets(st.sampled_from(names)) | st.just(ALL)


FOLDERS = some("/", "/data", "/data/in", "/database", "/tmp")
GRANTS = {
    "http": st.builds(
        HttpGrant,
        hosts=some(
            "a.test", "*.a.test", "x.a.test", "*.x.a.test", "a.test:8443", "*.a.test:443", "[::1]", "1.2.3.4:80"
        ),
        private=some("127.0.0.0/8", "127.0.0.1/32", "10.0.0.0/8", "::1/128", "::/0"),
        methods=some("GET", "POST"),
        max_bytes=st.integers(0, MIB),
        timeout_s=st.floats(0.1, 100),
        max_redirects=st.integers(0, 9),
    ),
    "files": st.builds(FileGrant, read=FOLDERS, write=FOLDERS, max_bytes=st.integers(0, MIB)),
    "programs": st.builds(
        ProcessGrant, programs=some("git", "/bin/sh"), environment=some("CI"), timeout_s=st.floats(0.1, 100)
    ),
}
NARROWING = st.fixed_dictionaries({}, optional={**LIMITS, **GRANTS, "capabilities": CAPABILITIES})


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


@given(st.sampled_from(SecurityLevel), NARROWING)
def test_narrowing_never_allows_more(level: SecurityLevel, limits: dict[str, object]) -> None:
    before = Policy.for_level(level)
    after = before.narrowed(**limits)  # type: ignore[arg-type]
    for field in fields(Policy):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name == "capabilities":
            assert old is ALL or (new is not ALL and new <= old)
        elif field.name in GRANTS:
            assert new == old.narrowed(new)
        elif field.name != "level":
            assert old is None or (new is not None and new <= old)


@given(st.sampled_from(SecurityLevel), NARROWING)
def test_narrowing_twice_is_narrowing_once(level: SecurityLevel, limits: dict[str, object]) -> None:
    once = Policy.for_level(level).narrowed(**limits)  # type: ignore[arg-type]
    assert once.narrowed(**limits) == once  # type: ignore[arg-type]


@given(st.sampled_from(SecurityLevel), NARROWING, NARROWING)
def test_what_two_limits_leave_does_not_depend_on_their_order(
    level: SecurityLevel, one: dict[str, object], two: dict[str, object]
) -> None:
    base = Policy.for_level(level)
    first = base.narrowed(**one).narrowed(**two)  # type: ignore[arg-type]
    other = base.narrowed(**two).narrowed(**one)  # type: ignore[arg-type]
    assert first.narrowed(**{name: getattr(other, name) for name in GRANTS}) == first
    assert other.narrowed(**{name: getattr(first, name) for name in GRANTS}) == other


def test_a_policy_that_was_recorded_without_grants_has_those_of_its_level() -> None:
    for level in SecurityLevel:
        recorded = {name: value for name, value in Policy.for_level(level).to_json().items() if name not in GRANTS}
        assert Policy.from_json(recorded) == Policy.for_level(level)


def test_the_levels_grants_are_the_contracts_table() -> None:
    safe, production, development = (Policy.for_level(level) for level in SecurityLevel)
    assert (safe.http.hosts, safe.files.read, safe.files.write, safe.programs.programs) == (frozenset(),) * 4
    assert (production.http.hosts, production.http.private) == (ALL, frozenset())
    assert (production.files.read, production.programs.programs) == (frozenset(), frozenset())
    assert (development.http.hosts, development.http.private) == (ALL, ALL)
    assert (development.files.read, development.files.write, development.programs.programs) == (ALL, ALL, ALL)


@pytest.mark.parametrize(
    ("mine", "other", "both"),
    [
        ({"*.a.test"}, {"x.a.test", "b.test"}, {"x.a.test"}),
        ({"*.a.test"}, {"a.test"}, set()),
        ({"x.a.test:443"}, {"*.a.test"}, {"x.a.test:443"}),
        ({"x.a.test"}, {"*.a.test:443"}, {"x.a.test:443"}),
        ({"a.test:80"}, {"a.test:81"}, set()),
        ({"a.test"}, ALL, {"a.test"}),
        (ALL, {"a.test"}, {"a.test"}),
        ({"[::1]:80"}, {"[::1]"}, {"[::1]:80"}),
    ],
)
def test_hosts_of_two_policies_are_what_both_name(mine: object, other: object, both: set[str]) -> None:
    def grant(hosts: object) -> HttpGrant:
        return HttpGrant(hosts=frozenset(hosts) if isinstance(hosts, set) else ALL)

    assert grant(mine).narrowed(grant(other)).hosts == both


def test_folders_nest_by_whole_names() -> None:
    mine = FileGrant(read=frozenset({"/data"}), write=ALL)
    other = FileGrant(read=frozenset({"/data/in", "/database", "/"}), write=frozenset({"/tmp"}))
    both = mine.narrowed(other)
    assert (both.read, both.write) == ({"/data"}, {"/tmp"})


def test_networks_of_two_policies_are_the_smaller_one() -> None:
    mine = HttpGrant(private=frozenset({"10.0.0.0/8", "::1/128"}))
    other = HttpGrant(private=frozenset({"10.1.0.0/16", "127.0.0.1/32", "::/0"}))
    assert mine.narrowed(other).private == {"10.1.0.0/16", "::1/128"}


@given(st.sampled_from(SecurityLevel), NARROWING)
def test_a_policy_comes_back_from_its_json(level: SecurityLevel, limits: dict[str, object]) -> None:
    policy = Policy.for_level(level).narrowed(**limits)  # type: ignore[arg-type]
    assert Policy.from_json(policy.to_json()) == policy


@pytest.mark.parametrize("names", [["/data"], ("/data",), {"/data"}, frozenset({"/data"})])
def test_a_grant_takes_any_collection_of_names(names: Any) -> None:
    assert FileGrant(read=names).read == frozenset({"/data"})


@pytest.mark.parametrize("names", ["/data", 7, None, [7]])
@pytest.mark.parametrize(
    ("grant", "field"), [(FileGrant, "write"), (HttpGrant, "hosts"), (ProcessGrant, "programs")], ids=str
)
def test_a_grant_refuses_what_is_no_collection_of_names(grant: Any, field: str, names: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{grant.__name__}.{field}"):
        grant(**{field: names})
