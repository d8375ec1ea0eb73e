"""A report as one HTML file: for a browser without network, a phone, a keyboard, a screen reader, paper."""

from collections.abc import Iterable, Sequence
from typing import Final

from crucible_tools import __version__
from crucible_tools.formats.html import escaped, page, preformatted
from crucible_tools.formats.text import count, json_text
from crucible_tools.migration.formats.outcomes import Ending, Outcome, Remark, count_failed, outcomes, remarks
from crucible_tools.migration.formats.places import at, diagnosed, source, where
from crucible_tools.migration.formats.style import STYLE
from crucible_tools.migration.formats.summary import (
    ROLLED_BACK,
    endings,
    facts,
    headline,
    milliseconds,
    numbers,
    steps,
    whole,
)
from crucible_tools.migration.sources import joined
from crucible_tools.model.enums import PlanAction
from crucible_tools.model.locations import Location
from crucible_tools.model.migration import MigrationReport, PlannedTool
from crucible_tools.model.tools import Repair

_TONES: Final = {
    Ending.FAILED: "bad",
    Ending.ROLLED_BACK: "warn",
    Ending.VANISHED: "warn",
    Ending.NEW: "good",
    Ending.CHANGED: "good",
    Ending.REPAIRED: "good",
}

_NUMBERS: Final = {"repaired unsafely": "warn", "rolled back": "warn", "refused": "bad"}
"""How the numbers that should be 0 look when they are not."""


def html(report: MigrationReport) -> str:
    """The whole report."""
    tools, said = outcomes(report), remarks(report)
    failed = count_failed(tools)
    errors = [remark for remark in said if remark.severity == "error"]
    warnings = [remark for remark in said if remark.severity == "warning"]
    sections = [
        _section("failed", "Can't be migrated", failed, (_article(remark) for remark in errors)),
        _section("warnings", "Warnings", len(warnings), (_article(remark) for remark in warnings)),
        _section("tools", "Tools", len(tools), (_tool(tool) for tool in tools)),
        _section("skipped", "Files that define no tool", len(report.skipped_files), _skipped(report)),
    ]
    shown = [section for section in sections if section]
    links = [f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in shown]
    content = [
        "<header>",
        f"<h1>{escaped(headline(report))}</h1>",
        f'<p class="soft">Run {_code(report.migration_id)}</p>',
        *(f'<p class="note">{escaped(sentence)}</p>' for sentence in endings(report)),
        *_numbers(report),
        f'<nav aria-label="Sections"><ul>{"".join(links)}<li><a href="#run">The run</a></li></ul></nav>',
        "</header>",
        "<main>",
        *(row for *_, rows in shown for row in rows),
        *_run(report),
        "</main>",
        f"<footer>crucible-tools {__version__}. This page loads nothing and runs no script.</footer>",
    ]
    return page(f"{headline(report)} - {report.migration_id}", STYLE, content)


def _section(name: str, title: str, number: int, rows: Iterable[str]) -> tuple[str, str, list[str]] | None:
    """Its name, its title and its HTML; None for one that would be empty. All but the rows are words of ours."""
    if not number:
        return None
    shown = f"{title} ({number:,})"
    head = f'<section aria-labelledby="{name}"><h2 id="{name}">{shown}</h2>'
    return name, shown, [head, *rows, "</section>"]


def _numbers(report: MigrationReport) -> list[str]:
    cells: list[str] = []
    for name, number in numbers(report):
        tone = _NUMBERS.get(name, "good") if number else ""
        cells.append(f'<div class="{tone}"><dt>{name}</dt><dd>{number:,}</dd></div>')
    return ['<dl class="numbers">', *cells, "</dl>"]


# --- what is wrong ---


def _article(remark: Remark) -> str:
    """One remark: what, where, why, and what to do."""
    title = f"<h3>{escaped(remark.tool)}</h3>" if remark.tool else "<h3>The run</h3>"
    tone = "bad" if remark.severity == "error" else "warn"
    parts = [f'<article class="{remark.severity}">{title}']
    place = f' <span class="place">{escaped(where(remark))}</span>' if remark.path else ""
    code = f'<span class="mark {tone}">{escaped(remark.code)}</span>' if remark.tool else ""
    if code or place:
        parts.append(f"<p>{code}{place}</p>")
    parts.append(f"<p>{escaped(remark.message)}</p>")
    shown, more = diagnosed(remark)
    for diagnostic in shown:
        location = diagnostic.location
        said_at = f'<span class="place">{escaped(at(remark.path or "", location))}</span> ' if location else ""
        parts.append(f"<p>{said_at}{escaped(diagnostic.message)}</p>{_source(location)}")
    if more:
        parts.append(f'<p class="soft">and {count(more, "more remark")} of the compiler</p>')
    if not shown:
        parts.append(_source(remark.place))
    if remark.facts:
        parts.append(_facts(remark.facts))
    if remark.hint:
        parts.append(f"<p><strong>What helps:</strong> {escaped(remark.hint)}</p>")
    if remark.policy:
        parts.append(f"<h4>The smallest policy that allows it</h4>{_pre('Policy', preformatted(remark.policy))}")
    return "".join([*parts, "</article>"])


def _source(place: Location | None) -> str:
    shown = source(place) if place else []
    return _pre("Source", "\n".join(escaped(row) for row in shown)) if shown else ""


# --- tools ---


def _tool(outcome: Outcome) -> str:
    """One tool in a line, with more below it where there is more."""
    line = (
        f'<span class="name">{escaped(outcome.name)}</span>'
        f'<span class="mark {_TONES.get(outcome.ending, "")}">{outcome.ending.value}</span>'
        f'{_repair_mark(outcome.planned)}<span class="place">{escaped(outcome.path)}</span>{_took(outcome)}'
    )
    more = _details(outcome)
    if not more:
        return f'<div class="tool plain">{line}</div>'
    return f'<details class="tool"><summary>{line}</summary>{"".join(more)}</details>'


def _took(outcome: Outcome) -> str:
    duration = whole(outcome)
    return "" if duration is None else f' <span class="took">{milliseconds(duration)}</span>'


def _repair_mark(planned: PlannedTool | None) -> str:
    if planned is None or not planned.repairs:
        return ""
    repaired = "" if planned.action is PlanAction.REPAIRED else "repaired "  # the mark before says it
    if all(repair.safe for repair in planned.repairs):
        return f'<span class="mark">{repaired}safely</span>'
    return f'<span class="mark warn">{repaired}unsafely</span>'


def _details(outcome: Outcome) -> list[str]:
    planned = outcome.planned
    parts: list[str] = []
    if outcome.ending is Ending.ROLLED_BACK:
        parts.append(f"<p>{escaped(ROLLED_BACK)}</p>")
    if planned is not None:
        parts += _planned(planned)
    if timings := steps(outcome):
        parts.append(f"<h4>Time</h4>{_facts(timings)}")
    if outcome.findings:
        parts.append("<h4>Validation</h4><ul>")
        for finding in outcome.findings:
            tone = "bad" if finding.severity == "error" else "warn"
            mark = f'<span class="mark {tone}">{escaped(finding.code)}</span>'
            parts.append(f"<li>{mark} {escaped(finding.message)}</li>")
        parts.append("</ul>")
    return parts


def _planned(planned: PlannedTool) -> list[str]:
    parts: list[str] = []
    if planned.reason:
        parts.append(f"<p>{escaped(planned.reason)}</p>")
    known = [
        ("needs", ", ".join(planned.capabilities)),
        ("is not allowed", ", ".join(planned.missing_capabilities)),
        ("nobody has", ", ".join(planned.unknown_functions)),
        ("lowest level", planned.lowest_level.name if planned.lowest_level and planned.capabilities else ""),
    ]
    if any(value for _, value in known):
        parts.append(_facts([(name, value) for name, value in known if value]))
    if planned.needs:
        parts.append("<h4>Lines that need something</h4><ul>")
        for need in planned.needs:
            parts.append(f"<li>line {need.line}: {_code(need.function)} needs {escaped(need.capability)}</li>")
        parts.append("</ul>")
    if planned.repairs:
        parts.append(f"<h4>Repairs, in the migrated copy only</h4><ul>{_repairs(planned.repairs)}</ul>")
    for title, diff in (
        ("What the repairs change", planned.diff),
        ("What changes in its schemas", planned.schema_diff),
        ("What changes in its policy", planned.policy_diff),
    ):
        if diff:
            parts.append(f"<h4>{title}</h4>{_pre(title, _diff(diff))}")
    return parts


def _repairs(repairs: Sequence[Repair]) -> str:
    return "".join(
        f"<li>{_code(repair.code)} line {repair.line}: {escaped(repair.title)}"
        f"{'' if repair.safe else ' <strong>(unsafe)</strong>'}</li>"
        for repair in repairs
    )


def _diff(text: str) -> str:
    """A unified diff whose lines say by more than their colour what they are."""
    rows: list[str] = []
    for row in text.removesuffix("\n").split("\n"):
        shown = preformatted(row.removesuffix("\r"))
        if row.startswith(("---", "+++", "@@", "\\")):
            rows.append(f"<b>{shown}</b>")
        elif row.startswith("+"):
            rows.append(f"<ins>{shown}</ins>")
        elif row.startswith("-"):
            rows.append(f"<del>{shown}</del>")
        else:
            rows.append(shown)
    return "\n".join(rows)


# --- the rest ---


def _skipped(report: MigrationReport) -> Iterable[str]:
    for file in report.skipped_files:
        path = escaped(joined(file.directory, file.path))
        yield (
            f'<div class="tool"><span class="place">{path}</span> <span class="mark">{file.kind.value}</span> '
            f"{escaped('; '.join(file.reasons))}</div>"
        )


def _run(report: MigrationReport) -> list[str]:
    settings = _pre("Configuration", preformatted(json_text(report.config.to_json())))
    return [
        '<section aria-labelledby="run"><h2 id="run">The run</h2>',
        _facts(facts(report)),
        f'<details class="tool"><summary>Its whole configuration</summary>{settings}</details>',
        "</section>",
    ]


def _facts(pairs: Sequence[tuple[str, str]]) -> str:
    rows = (f"<dt>{escaped(name)}</dt><dd>{escaped(value)}</dd>" for name, value in pairs)
    return f'<dl class="facts">{"".join(rows)}</dl>'


def _code(text: str) -> str:
    return f"<code>{escaped(text)}</code>"


def _pre(label: str, content: str) -> str:
    """Lines that scroll sideways, also by keyboard; both arguments are words of ours, or escaped."""
    return f'<pre tabindex="0" role="region" aria-label="{label}">{content}</pre>'
