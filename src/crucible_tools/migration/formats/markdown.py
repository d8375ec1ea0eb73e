"""A report as Markdown: the summary of a step on GitHub, or a comment on a change."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from crucible_tools.formats.markdown import escaped, table
from crucible_tools.formats.text import count
from crucible_tools.migration.formats.outcomes import Ending, Outcome, Remark, outcomes, remarks
from crucible_tools.migration.formats.places import where
from crucible_tools.migration.formats.summary import endings, facts, headline, numbers
from crucible_tools.migration.sources import joined
from crucible_tools.model.migration import MigrationReport

MOST: Final = 100
"""Rows of one table: a summary may have 1 MiB, and nobody reads more."""


def markdown(report: MigrationReport) -> str:
    """The whole report, but for differences and what went well; what is left out of a table is counted below it."""
    said = remarks(report)
    lines = [f"## {escaped(headline(report))}", ""]
    lines += [f"- {escaped(sentence)}" for sentence in endings(report)]
    lines += ["", *table(*_columns([(name, f"{number:,}") for name, number in numbers(report)]))]
    lines += _remarks("Can't be migrated", [remark for remark in said if remark.severity == "error"])
    lines += _remarks("Warnings", [remark for remark in said if remark.severity == "warning"])
    lines += _repaired([tool for tool in outcomes(report) if tool.planned and tool.planned.repairs])
    lines += _skipped(report)
    lines += ["", "<details><summary>The run</summary>", ""]
    lines += table(("", ""), [(escaped(name), escaped(value)) for name, value in facts(report)])
    return "\n".join([*lines, "", "</details>"])


def _columns(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    return tuple(escaped(name) for name, _ in pairs), [tuple(escaped(value) for _, value in pairs)]


def _remarks(title: str, items: Sequence[Remark]) -> list[str]:
    rows = [
        (escaped(item.tool or ""), escaped(where(item)), escaped(item.code), _sentence(item))
        for item in islice(items, MOST)
    ]
    return _section(f"{title} ({len(items):,})", ("tool", "where", "code", "why"), rows, len(items))


def _sentence(item: Remark) -> str:
    return escaped(item.message) + (f"<br>hint: {escaped(item.hint)}" if item.hint else "")


def _repaired(tools: Sequence[Outcome]) -> list[str]:
    good = [tool for tool in tools if tool.ending is not Ending.FAILED]
    rows: list[tuple[str, ...]] = []
    for tool in islice(good, MOST):
        repairs = tool.planned.repairs if tool.planned else ()
        codes = ", ".join(sorted({repair.code for repair in repairs}))
        careful = "" if all(repair.safe for repair in repairs) else "unsafe: look at what calls give"
        rows.append((escaped(tool.name), escaped(tool.path), escaped(codes), careful))
    return _section("Repaired, in the migrated copy only", ("tool", "where", "rules", ""), rows, len(good))


def _skipped(report: MigrationReport) -> list[str]:
    files = report.skipped_files
    rows = [
        (escaped(joined(file.directory, file.path)), escaped(file.kind.value), escaped("; ".join(file.reasons)))
        for file in islice(files, MOST)
    ]
    return _section("Files that define no tool", ("file", "kind", "why"), rows, len(files))


def _section(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]], total: int) -> list[str]:
    if not rows:
        return []
    more = ["", f"and {count(total - len(rows), 'more row')}"] if total > len(rows) else []
    return ["", f"### {title}", "", *table(head, rows), *more]
