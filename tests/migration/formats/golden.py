"""The whole report in every format, as `golden/` keeps it; `python -m tests.migration.formats.golden` writes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from crucible_tools import __version__
from crucible_tools.migration.formats import render
from crucible_tools.migration.formats.style import STYLE
from crucible_tools.model.enums import ReportFormat
from tests.migration.formats.support import report

FOLDER = Path(__file__).parent / "golden"

FILES = {
    ReportFormat.TEXT: "report.txt",
    ReportFormat.JSON: "report.json",
    ReportFormat.HTML: "report.html",
    ReportFormat.JUNIT: "report.xml",
    ReportFormat.SARIF: "report.sarif",
    ReportFormat.GITHUB: "report.github",
    ReportFormat.MARKDOWN: "report.md",
}


def made(wanted: ReportFormat) -> str:
    """The report, without what changes with each version of the package or of the style sheet."""
    rendered = render(report(), wanted).replace(STYLE, "STYLE")
    if wanted is ReportFormat.SARIF:
        rendered = _without_rules(rendered)
    rendered = re.sub(r"'sha256-[^']+'", "'sha256-DIGEST'", rendered)
    return rendered.replace(f"crucible-tools {__version__}", "crucible-tools VERSION").replace(
        f'"version": "{__version__}"', '"version": "VERSION"'
    )


def _without_rules(rendered: str) -> str:
    """SARIF whose rules have no texts: those are the rules' own, which have tests of their own."""
    log = json.loads(rendered)
    driver = log["runs"][0]["tool"]["driver"]
    driver["rules"] = [{"id": rule["id"]} for rule in driver["rules"]]
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for known, name in FILES.items():
        (FOLDER / name).write_text(made(known), encoding="utf-8", newline="")
