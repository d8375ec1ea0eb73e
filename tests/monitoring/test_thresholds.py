"""Health by figures: what is wrong, how bad that is, and since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.model.enums import ServiceStatus
from crucible_tools.monitoring.catalog import REASONS
from crucible_tools.monitoring.snapshot import EngineSnapshot
from crucible_tools.monitoring.thresholds import FAULTS, HealthWatch, Thresholds, troubles
from tests.monitoring.snapshots import BEGIN, snapshot

NOTHING = snapshot()


def found(now: EngineSnapshot, before: EngineSnapshot = NOTHING) -> dict[str, ServiceStatus]:
    return {each.about: each.status for each in troubles(now, before, Thresholds())}


def test_an_engine_that_answers_is_healthy() -> None:
    assert (
        found(snapshot(1, {"echo": {"finished": 1000, "tool_error": 500, "invalid_arguments": 900, "denied": 90}}))
        == {}
    )


def test_an_engine_that_does_not_run_is_unhealthy() -> None:
    assert found(snapshot(1, running=False)) == {"engine": ServiceStatus.UNHEALTHY}


def test_half_of_the_calls_failing_degrades_and_nearly_all_make_it_useless() -> None:
    half = {"a": {"finished": 5, "timed_out": 10}, "b": {"finished": 15, "out_of_memory": 10}}
    assert found(snapshot(1, half)) == {"faults": ServiceStatus.DEGRADED}
    assert found(snapshot(1, {"a": {"script_error": 19, "finished": 1}}))["faults"] is ServiceStatus.UNHEALTHY


def test_a_tool_of_many_that_fails_is_named_with_its_figures() -> None:
    [trouble] = troubles(
        snapshot(1, {"good": {"finished": 1000}, "bad": {"timed_out": 20, "script_error": 5}}), NOTHING, Thresholds()
    )
    assert trouble.what == "bad: 25 of 25 calls failed: 20 timed_out, 5 script_error"


def test_of_many_failing_tools_the_worst_are_named_and_the_others_counted() -> None:
    now = snapshot(1, {f"t{n}": {"script_error": 20 + n} for n in range(8)})
    about = list(found(now))
    assert about == ["faults", "tool t7", "tool t6", "tool t5", "tool t4", "tool t3", "more tools"]


def test_few_calls_say_nothing_about_parts_but_one_crash_does() -> None:
    assert found(snapshot(1, {"a": {"script_error": 19}})) == {}
    assert found(snapshot(1, {"a": {"crashed": 1}})) == {"crashes": ServiceStatus.DEGRADED}


def test_refused_calls_and_a_long_line_are_told() -> None:
    now = snapshot(1, {"a": {"finished": 90, "busy": 10}}, waiting_calls=80, running_calls=10)
    assert set(found(now)) == {"busy", "waiting"}


def test_a_cache_that_holds_too_little_is_told() -> None:
    assert set(found(snapshot(1, cache_hits=10, cache_misses=40, cache_evictions=40))) == {"misses"}
    assert found(snapshot(2, cache_hits=110, cache_misses=41), snapshot(1, cache_hits=10, cache_misses=40)) == {}


def test_calls_that_compile_anew_after_the_cache_was_cleared_say_nothing_about_its_size() -> None:
    assert found(snapshot(1, cache_hits=0, cache_misses=40, cache_evictions=1)) == {}


def test_a_tool_that_was_removed_is_no_reason_to_judge_the_others_by_all_they_ever_did() -> None:
    before = snapshot(1, {"a": {"script_error": 100}, "gone": {"finished": 1000}})
    assert found(snapshot(2, {"a": {"script_error": 100, "finished": 100}}), before) == {}


def test_what_happened_in_more_than_the_window_counts_by_its_share() -> None:
    """100 faults in two hours are four in five minutes; 10,000 are 416."""
    few, many = snapshot(120, {"a": {"script_error": 100}}), snapshot(120, {"a": {"script_error": 10_000}})
    assert (found(few), set(found(many))) == ({}, {"faults", "tool a"})
    assert found(snapshot(120, {"a": {"crashed": 1}})) == {}


def test_a_first_look_at_an_engine_that_is_old_is_judged_by_a_share_of_all_that_it_did() -> None:
    now = replace(snapshot(24 * 60, {"a": {"timed_out": 1000}}), since=BEGIN)
    assert HealthWatch().judge(now).status is ServiceStatus.HEALTHY
    young = replace(snapshot(4, {"a": {"timed_out": 1000}}), since=BEGIN)
    assert HealthWatch().judge(young).status is ServiceStatus.UNHEALTHY


def test_a_long_gap_is_judged_once_and_the_next_look_begins_after_it() -> None:
    watch = HealthWatch()
    watch.judge(snapshot(0))
    bad = {"a": {"timed_out": 100_000}}
    assert watch.judge(snapshot(120, bad)).status is ServiceStatus.UNHEALTHY
    assert watch.judge(snapshot(120.1, bad)).status is ServiceStatus.HEALTHY


def test_only_what_happened_in_between_counts() -> None:
    before = snapshot(1, {"a": {"script_error": 100}})
    assert found(snapshot(2, {"a": {"script_error": 100, "finished": 100}}), before) == {}


def test_after_a_reset_what_was_counted_since_is_judged() -> None:
    before = snapshot(1, {"a": {"script_error": 100}})
    assert "faults" in found(snapshot(2, {"a": {"script_error": 30}}), before)


def test_a_trouble_keeps_its_time_while_its_figures_change_and_gets_a_new_one_when_it_comes_back() -> None:
    watch = HealthWatch()
    bad = {"finished": 10, "timed_out": 10}
    first = watch.judge(snapshot(0, {"a": bad}))
    assert (first.status, {each.since for each in first.details}) == (ServiceStatus.DEGRADED, {BEGIN})
    worse = watch.judge(snapshot(1, {"a": {"finished": 10, "timed_out": 40}}))
    assert {each.since for each in worse.details} == {BEGIN}
    well = watch.judge(snapshot(10, {"a": {"finished": 500, "timed_out": 40}}))
    assert (well.status, well.details) == (ServiceStatus.HEALTHY, ())
    again = watch.judge(snapshot(16, {"a": {"finished": 500, "timed_out": 90}}))
    assert {each.since for each in again.details} == {BEGIN + timedelta(minutes=16)}


def test_asking_seldom_still_judges_only_the_time_since_it_was_asked() -> None:
    watch = HealthWatch()
    watch.judge(snapshot(0, {"a": {"timed_out": 1000}}))
    assert watch.judge(snapshot(60, {"a": {"timed_out": 1000, "finished": 100}})).status is ServiceStatus.HEALTHY


def test_asking_often_still_looks_back_as_far_as_the_window() -> None:
    watch = HealthWatch()
    for second in range(240):
        health = watch.judge(snapshot(second / 60, {"a": {"timed_out": min(second, 30)}}))
    assert "faults" in found(snapshot(4, {"a": {"timed_out": 30}}))
    assert health.status is ServiceStatus.UNHEALTHY


@pytest.mark.parametrize(
    ("field", "value", "figures"),
    [
        ("least_calls", 5, {"a": {"script_error": 5}}),
        ("faults", 0.1, {"a": {"script_error": 10, "finished": 90}}),
        ("all_faults", 0.5, {"a": {"script_error": 60, "finished": 40}}),
        ("busy", 0.01, {"a": {"finished": 98, "busy": 2}}),
        ("crashes", 3, {"a": {"crashed": 2}}),
    ],
)
def test_each_threshold_decides(field: str, value: float, figures: dict[str, dict[str, int]]) -> None:
    now = snapshot(1, figures)
    other = Thresholds(**{field: value})
    told = [(each.about, each.status) for each in troubles(now, NOTHING, other)]
    assert told != list(found(now).items())


@given(
    st.dictionaries(st.sampled_from(REASONS), st.integers(0, 1000)),
    st.dictionaries(st.sampled_from(REASONS), st.integers(0, 1000)),
)
def test_more_faults_never_make_it_healthier(calls: dict[str, int], more: dict[str, int]) -> None:
    """Law: adding faults to what was counted leaves every trouble about faults there."""
    faulty = {reason: calls.get(reason, 0) + (more.get(reason, 0) if reason in FAULTS else 0) for reason in REASONS}
    before = set(found(snapshot(1, {"a": calls}))) - {"busy"}
    assert before <= set(found(snapshot(1, {"a": faulty})))
