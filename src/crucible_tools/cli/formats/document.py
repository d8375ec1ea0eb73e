"""Findings as one JSON document: `{files, findings, summary}`."""

from crucible_tools.cli.formats.labels import rule_of
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.repairing import all_edits
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding, LineIndex
from crucible_tools.rune.check.verdict import verdict


def document(result: CheckResult) -> JsonObject:
    """The whole result of a check."""
    findings: list[Json] = []
    for file in result.files:
        places = LineIndex(file.text or "")
        findings += [finding_json(file, item, places) for item in file.findings]
    vanished: list[Json] = [{"path": path, "code": code} for path, code, _ in result.vanished]
    return {
        "files": [_file(file, result) for file in result.files],
        "findings": findings,
        "summary": {**result.summary.to_json(), "blocked": len(result.blocked), "vanished": len(vanished)},
        "vanished": vanished,
    }


def finding_json(file: CheckedFile, item: CheckedFinding, places: LineIndex) -> JsonObject:
    """One finding; lines and columns count from 1, columns in characters, ends are the place behind the last one."""
    finding, rule = item.finding, rule_of(item.finding.code)
    return {
        "code": finding.code,
        "name": rule.name if rule else None,
        "severity": finding.severity,
        "path": file.path,
        "line": item.line,
        "column": item.column,
        "end_line": item.end_line,
        "end_column": item.end_column,
        "message": finding.message,
        "hint": finding.hint,
        "choices": list(finding.choices),
        "verified": item.verified,
        "repairable": item.repairable,
        "fix": fix_json(item, places),
    }


def fix_json(item: CheckedFinding, places: LineIndex) -> JsonObject | None:
    """The repair with its edits, which also bring what they rely on; None where there is none."""
    fix = item.finding.fix
    if fix is None:
        return None
    edits: list[Json] = []
    for edit in all_edits([item.finding]):
        line, column = places.place(edit.start)
        end_line, end_column = places.place(edit.end)
        edits.append(
            {"line": line, "column": column, "end_line": end_line, "end_column": end_column, "text": edit.text}
        )
    return {"safe": fix.safe, "title": fix.title, "edits": edits}


def _file(file: CheckedFile, result: CheckResult) -> JsonObject:
    found = verdict(file)
    return {
        "path": file.path,
        "kind": file.kind.value,
        "compiles": file.compiles,
        "verdict": found.state,
        "reason": found.reason,
        "tools": [{"name": tool.name, "state": tool.state, "reason": tool.reason} for tool in file.tools],
        "repairs": [repair.to_json() for repair in file.repairs],
        "written": file.path in result.repaired,
        "unwritten": result.unwritten.get(file.path),
    }
