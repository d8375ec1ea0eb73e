"""Alert rules and dashboard: every metric, label and value in them exists, and every metric is looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from crucible_tools.monitoring.catalog import METRICS, TOOLS, Metric
from crucible_tools.monitoring.thresholds import FAULTS

ROOT = Path(__file__).parent.parent.parent
ALERTS = ROOT / "deploy" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
PAGE = ROOT / "docs" / "monitoring.md"

BY_SERIES = {series: metric for metric in METRICS for series in metric.series}
OF_PROMETHEUS = {"instance", "job", "le"}
"""Labels that every series of a scrape has, and those of histograms."""

OF_OTHERS = {"process_resident_memory_bytes", "up"}
"""Metrics of Prometheus and of its client."""


def rules() -> list[dict[str, Any]]:
    found: dict[str, Any] = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]


def queries() -> Iterator[tuple[str, str]]:
    """Where a query is, and its PromQL with the dashboard's variables filled in."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".*")


QUERIES = list(queries())


def selectors(query: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Each series of a query, with its matchers: label, operator, value."""
    for name, matchers in re.findall(r"\b((?:crucible|process)_\w+|up\b)(?:\{([^}]*)\})?", query):
        yield name, re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers)


def series_of(query: str) -> set[str]:
    return {name for name, _ in selectors(query)}


@pytest.mark.parametrize(("place", "query"), QUERIES)
def test_a_query_is_promql_over_series_that_exist(place: str, query: str) -> None:
    promql_parser.parse(query)
    assert series_of(query)
    assert series_of(query) <= {*BY_SERIES, *OF_OTHERS}, place


@pytest.mark.parametrize(("place", "query"), QUERIES)
def test_labels_of_a_query_exist_and_can_have_the_values_that_it_looks_for(place: str, query: str) -> None:
    for name, matchers in selectors(query):
        if name in OF_OTHERS:
            continue
        metric = BY_SERIES[name]
        for label, _, value in matchers:
            if label not in OF_PROMETHEUS:
                assert set(value.split("|")) <= set(values(metric, label)), f"{place}: {name}{{{label}}}"


@pytest.mark.parametrize(("place", "query"), QUERIES)
def test_a_query_groups_by_labels_that_its_series_have(place: str, query: str) -> None:
    has = {label for name in series_of(query) & BY_SERIES.keys() for label in BY_SERIES[name].labels}
    grouped = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", query) for label in group.split(",")}
    assert grouped <= has | OF_PROMETHEUS, place


def values(metric: Metric, label: str) -> tuple[str, ...]:
    assert label in metric.labels, f"{metric.name} has no label {label}"
    assert metric.labels[label] is not TOOLS, "a rule for one tool is its owner's"
    return metric.labels[label]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_text_of_a_rule_or_panel_uses_labels_that_its_query_keeps(rule: dict[str, Any]) -> None:
    text = json.dumps(rule["annotations"])
    used = set(re.findall(r"\$labels\.(\w+)", text))
    grouped = re.search(r"\bby \(([^)]*)\)", rule["expr"])
    kept = {label.strip() for label in grouped[1].split(",")} if grouped else OF_PROMETHEUS | {"kind", "status"}
    assert used <= kept


def test_a_server_that_is_gone_is_told_of_the_very_job_that_prometheus_looks_at() -> None:
    configured = yaml.safe_load((ROOT / "deploy" / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {each["job_name"] for each in configured["scrape_configs"]}
    told = {rule["expr"] for rule in rules() if "up" in series_of(rule["expr"])}
    assert told == {rule for job in jobs for rule in (f'up{{job="{job}"}} == 0', f'absent(up{{job="{job}"}})')}


def test_what_counts_as_a_fault_is_the_same_for_alerts_and_health() -> None:
    told = [
        set(value.split("|"))
        for rule in rules()
        for _, matchers in selectors(rule["expr"])
        for label, operator, value in matchers
        if (label, operator) == ("reason", "=~")
    ]
    assert told == [FAULTS] * len(told)
    assert told


def test_names_of_rules_are_unique_and_each_has_a_severity_and_says_what_to_do() -> None:
    found = rules()
    assert len({rule["alert"] for rule in found}) == len(found)
    assert {rule["labels"]["severity"] for rule in found} == {"warning", "critical"}
    assert all(rule["annotations"]["summary"] and rule["annotations"]["description"] for rule in found)


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for panel in panels() for target in panel.get("targets", ()) for name in series_of(target["expr"])}
    assert [metric.name for metric in METRICS if not shown & set(metric.series)] == []


def test_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        own = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not own & cells, panel["title"]
        assert at["x"] + at["w"] <= 24
        cells |= own
    assert len({panel["id"] for panel in panels()}) == len(panels())


def test_every_metric_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| `(crucible_\w+)` \| (\w+) \|([^|]*)\|([^|]*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [(name, kind, text.strip()) for name, kind, _, text in rows] == [
        (metric.name, metric.kind, metric.text) for metric in METRICS
    ]
    assert [set(re.findall(r"`(\w+)`", labels)) for _, _, labels, _ in rows] == [
        set(metric.labels) for metric in METRICS
    ]
