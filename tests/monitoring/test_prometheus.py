"""Metrics for Prometheus: whatever an engine counted, their names and labels are of the closed sets of the catalog."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from crucible_tools.model.enums import ServiceStatus
from crucible_tools.monitoring.catalog import METRICS, MOST_TOOLS, OTHER, REASONS, TOOLS, Metric
from crucible_tools.monitoring.durations import Durations
from crucible_tools.monitoring.engine_metrics import SCRIPTS, EngineMetrics
from crucible_tools.monitoring.prometheus import Exposition, Recorded
from crucible_tools.monitoring.snapshot import EngineSnapshot, Usage, snapshot_of
from crucible_tools.monitoring.tool_labels import ToolLabels

AT = datetime(2026, 11, 29, tzinfo=UTC)
FIXED = {SCRIPTS, OTHER}
"""What stands where a tool would, and is always there."""

BY_SERIES = {series: metric for metric in METRICS for series in metric.series}

names = st.text("abcdefgh_.-", min_size=1, max_size=20)
metrics = st.builds(
    lambda calls, loads, host: _metrics(calls, loads, host),
    st.lists(st.tuples(names, st.sampled_from(REASONS), st.floats(0, 100), st.integers(0, 2**32))),
    st.lists(st.tuples(st.sampled_from(REASONS), st.floats(0, 100))),
    st.lists(st.tuples(st.text(max_size=10), st.integers(0, 10), st.booleans())),
)


def _metrics(calls: Any, loads: Any, host: Any) -> EngineMetrics:
    made = EngineMetrics()
    for name, reason, seconds, memory in calls:
        made.of(name).record(reason, seconds, memory, 0)
    for reason, seconds in loads:
        made.record_load(reason, seconds)
    for capability, count, denied in host:
        made.record_host_calls({capability: count})
        made.record_wait(capability, 0.1)
        if denied:
            made.record_denial(capability)
            made.record_hook("tool:before", "refused")
    return made


def exposition(made: EngineMetrics, **more: Any) -> Exposition:
    snapshot = snapshot_of(made, Usage(tools=3, most_running=100, most_waiting=10), AT, running=True)
    runs = {("migrate", "completed"): 2, ("migrate", "running"): 1, ("a kind to come", "a new status"): 1}
    recorded = Recorded(runs=runs, active=4, inactive=1)
    return Exposition(lambda: snapshot, recorded=lambda: recorded, health=lambda: ServiceStatus.DEGRADED, **more)


def samples(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every series of the text with its value, as a scraper reads it."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def ours(text: bytes) -> list[tuple[str, Mapping[str, str]]]:
    return [(name, dict(labels)) for name, labels in samples(text) if name.startswith("crucible_")]


def is_of(metric: Metric, labels: Mapping[str, str], tools: set[str]) -> bool:
    """Whether a series' labels are those of its metric, with values of their closed sets."""
    own = {name: value for name, value in labels.items() if name != "le"}
    return own.keys() == metric.labels.keys() and all(
        value in (tools if metric.labels[name] is TOOLS else metric.labels[name]) for name, value in own.items()
    )


@given(metrics, st.integers(0, 3))
def test_every_series_is_in_the_catalog_with_labels_of_its_closed_sets(made: EngineMetrics, most: int) -> None:
    tools = {name for name, _ in made.records()}
    found = ours(exposition(made, labels=ToolLabels(most)).text())
    assert {name for name, _ in found} <= set(BY_SERIES)
    assert [(name, labels) for name, labels in found if not is_of(BY_SERIES[name], labels, {*tools, *FIXED})] == []
    assert len({labels["tool"] for _, labels in found if "tool" in labels} - FIXED) <= most


@given(metrics)
def test_calls_of_tools_that_are_not_named_are_counted_together(made: EngineMetrics) -> None:
    """Law: however many tools are named, the sums are the same."""

    def total(most: int, series: str) -> float:
        found = samples(exposition(made, labels=ToolLabels(most)).text())
        return sum(value for (name, _), value in found.items() if name == series)

    for series in ("crucible_calls_total", "crucible_call_duration_seconds_count"):
        assert total(1, series) == total(MOST_TOOLS, series)


def test_every_metric_of_the_catalog_is_shown() -> None:
    made = _metrics([("a", "finished", 0.1, 1)], [("finished", 0.1)], [("http", 1, True)])
    shown = {name.removesuffix("_created") for name, _ in ours(exposition(made).text())}
    assert set(BY_SERIES) <= shown


def test_ten_thousand_tools_make_no_more_series_than_a_hundred() -> None:
    made = _metrics([(f"tool_{n}", "finished", 0.001, 1) for n in range(10_000)], [], [])
    found = ours(exposition(made).text())
    assert len({labels["tool"] for _, labels in found if "tool" in labels} - FIXED) == MOST_TOOLS
    assert len(found) < 4_000


def test_a_tool_that_comes_later_takes_no_name_away_and_no_count_falls() -> None:
    made, labels = EngineMetrics(), ToolLabels(2)
    for name in ("m", "n", "o"):
        made.of(name).record("finished", 0.1, 1, 0)

    def seen() -> dict[Any, float]:
        text = exposition(made, labels=labels).text()
        return {key: value for key, value in samples(text).items() if key[0] == "crucible_calls_total"}

    before = seen()
    made.of("a").record("finished", 0.1, 1, 0)
    after = seen()
    assert before.keys() == after.keys()
    assert all(after[key] >= value for key, value in before.items())


def test_no_tool_can_have_a_name_that_stands_for_something_else() -> None:
    assert all("(" in name for name in FIXED)  # not among the characters of names


def test_every_series_of_a_closed_set_is_there_at_0_before_its_first_event() -> None:
    """Prometheus sees no increase of a series that begins with its first event."""
    found = samples(exposition(EngineMetrics()).text())
    for metric in METRICS:
        if metric.kind == "counter":
            of_tools = {label: (tuple(FIXED) if known is TOOLS else known) for label, known in metric.labels.items()}
            shown = {labels for name, labels in found if name == metric.name}
            combinations = itertools.product(*of_tools.values())
            assert shown == {tuple(sorted(zip(of_tools, each, strict=True))) for each in combinations}, metric.name


def test_a_call_that_was_sent_away_counts_and_has_no_part_in_durations() -> None:
    made = EngineMetrics()
    made.of("a").record("finished", 2.0, 1, 0)
    for reason in ("busy", "refused"):
        made.of("a").record(reason, 0.0, 0, 0)
    found = samples(exposition(made).text())
    assert found["crucible_calls_total", (("reason", "busy"), ("tool", "a"))] == 1
    assert found["crucible_call_duration_seconds_count", (("tool", "a"),)] == 1


def test_a_run_that_has_not_ended_is_a_gauges_and_no_counters() -> None:
    found = samples(exposition(EngineMetrics()).text())
    assert found["crucible_running_runs", (("kind", "migrate"),)] == 1
    assert found["crucible_runs_total", (("kind", "migrate"), ("status", "completed"))] == 2
    assert found["crucible_runs_total", (("kind", "other"), ("status", "other"))] == 1


def test_a_tool_that_was_removed_frees_its_name_for_one_that_comes_after_it() -> None:
    made, labels = EngineMetrics(), ToolLabels(2)
    for number in range(300):
        made.of(f"tool_{number}").record("finished", 0.1, 1, 0)
        exposition(made, labels=labels).text()
        made.remove(f"tool_{number}")
    made.of("important").record("crashed", 0.1, 1, 0)
    found = samples(exposition(made, labels=labels).text())
    assert found["crucible_calls_total", (("reason", "crashed"), ("tool", "important"))] == 1
    assert {dict(each).get("tool") for name, each in found if name == "crucible_calls_total"} == {*FIXED, "important"}
    assert [name for name, _ in made.records()] == ["important"]
    assert sum(record.calls for record in made.all()) == 301


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from(["call", "remove", "scrape", "reset"]), st.integers(1, 3))
    )
)
def test_no_count_of_the_others_falls_whatever_is_removed(steps: list[tuple[str, str, int]]) -> None:
    made, labels = EngineMetrics(), ToolLabels(1)
    key = ("crucible_calls_total", (("reason", "finished"), ("tool", OTHER)))
    before = 0.0
    for name, step, times in steps:
        if step == "call":
            for _ in range(times):
                made.of(name).record("finished", 0.1, 1, 0)
        elif step == "remove":
            made.remove(name)
        elif step == "reset":
            made.reset()
        else:
            now = samples(exposition(made, labels=labels).text())[key]
            assert now >= before
            before = now


def test_buckets_are_cumulative_and_end_with_all_calls() -> None:
    made = EngineMetrics()
    for seconds in (0.00005, 0.0007, 2.0, 99.0):
        made.of("a").record("finished", seconds, 1, 0)
    found = samples(exposition(made).text())
    buckets = {
        dict(labels)["le"]: value
        for (name, labels), value in found.items()
        if name == "crucible_call_duration_seconds_bucket" and ("tool", "a") in labels
    }
    assert (buckets["0.0001"], buckets["0.001"], buckets["5.0"], buckets["30.0"], buckets["+Inf"]) == (1, 2, 3, 3, 4)
    assert found["crucible_call_duration_seconds_sum", (("tool", "a"),)] == 101.00075


def test_a_snapshot_does_not_change_with_what_is_counted_later() -> None:
    made = _metrics([("a", "finished", 0.1, 1)], [("finished", 0.1)], [("http", 1, True)])
    taken = snapshot_of(made, Usage(), AT, running=True)
    told = repr(taken)
    for again in ("a", "b"):
        made.of(again).record("timed_out", 1.0, 2, 1)
    made.record_load("finished", 0.2)
    made.record_host_calls({"http": 1})
    made.record_wait("http", 1.0)
    made.record_denial("http")
    made.record_hook("tool:before", "refused")
    assert repr(taken) == told


def test_a_reset_starts_everything_at_zero() -> None:
    made = _metrics([("a", "finished", 0.1, 1)], [("finished", 0.1)], [("http", 1, True)])
    made.reset()
    taken = snapshot_of(made, Usage(), AT, running=True)
    assert taken.calls() == {}
    assert (taken.loads, taken.load_times, taken.host_calls, taken.denials) == ({}, Durations(), {}, {})


def test_an_engine_alone_shows_neither_state_nor_health() -> None:
    alone = ours(Exposition(lambda: EngineSnapshot(at=AT)).text())
    assert {name for name, _ in alone} & {
        "crucible_runs_total",
        "crucible_migrated_tools",
        "crucible_health_status",
    } == set()
    assert "crucible_running_calls" in {name for name, _ in alone}
