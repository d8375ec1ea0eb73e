"""Findings as SARIF 2.1.0, which code hosts and editors read."""

from typing import Final

from crucible_tools.cli.formats.labels import rule_of
from crucible_tools.formats.excerpt import LONGEST_LINE
from crucible_tools.formats.sarif import artifact, log, region
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.baseline import key_of
from crucible_tools.rune.check.repairing import all_edits
from crucible_tools.rune.check.report import COMPILE, CheckedFile, CheckedFinding, LineIndex
from crucible_tools.rune.check.suppression import UNUSED
from crucible_tools.rune.rules.registry import rules
from crucible_tools.rune.rules.rule import Rule

_OTHERS: Final = {
    COMPILE: "Rune's own compiler refuses the source, and no rule says more about it.",
    UNUSED: "A comment allows something that is not there.",
}


def sarif(result: CheckResult) -> JsonObject:
    """The whole result of a check, as one run."""
    known = [_rule(rule) for rule in rules()]
    codes = [rule.code for rule in rules()]
    for code in sorted({item.finding.code for file in result.files for item in file.findings} - set(codes)):
        codes.append(code)
        known.append(_other(code))
    index = {code: number for number, code in enumerate(codes)}
    results: list[JsonObject] = []
    for file in result.files:
        places = LineIndex(file.text or "")
        results += [_result(file, item, places, index) for item in file.findings]
    return log(rules=known, results=results)


def _rule(rule: Rule) -> JsonObject:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary} {rule.why}"},
        "help": {"text": f"{rule.why}\n\n`crucible rule {rule.code}` says more.", "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": "warning" if rule.kind in ("likely", "schema") else "error"},
        "properties": {"tags": [rule.kind.value], "fix": rule.fix},
    }


def _markdown(rule: Rule) -> str:
    return f"{rule.why}\n\n```rust\n{rule.before}```\n\nbecomes\n\n```rust\n{rule.after}```\n"


def _other(code: str) -> JsonObject:
    text = _OTHERS.get(code, f"What reading the file came to: {code}.")
    return {"id": code, "shortDescription": {"text": text}}


def _result(file: CheckedFile, item: CheckedFinding, places: LineIndex, index: dict[str, int]) -> JsonObject:
    finding = item.finding
    known: JsonObject = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": finding.severity,
        "message": {"text": _message(item)},
        "locations": [{"physicalLocation": _location(file, item)}],
        "partialFingerprints": {"crucible/v1": key_of(file.path, item)[2]},
    }
    if finding.fix and file.text is not None:
        known["fixes"] = [_fix(file, item, places)]
        rule = rule_of(finding.code)
        known["properties"] = {"safe": finding.fix.safe, "kind": rule.kind.value if rule else None}
    return known


def _message(item: CheckedFinding) -> str:
    finding = item.finding
    parts = [finding.message, finding.hint, item.verified]
    if finding.choices:
        parts.insert(2, f"one of {', '.join(f'`{choice}`' for choice in finding.choices)}")
    return "; ".join(part for part in parts if part)


def _location(file: CheckedFile, item: CheckedFinding) -> JsonObject:
    if file.text is None:
        return {"artifactLocation": artifact(file.path)}
    location: JsonObject = {
        "artifactLocation": artifact(file.path),
        "region": region((item.line, item.column), (item.end_line, item.end_column)),
    }
    if item.end_line == item.line and len(item.source_line) <= LONGEST_LINE:
        location["contextRegion"] = {"startLine": item.line, "snippet": {"text": item.source_line}}
    return location


def _fix(file: CheckedFile, item: CheckedFinding, places: LineIndex) -> JsonObject:
    replacements: list[Json] = [
        {
            "deletedRegion": region(places.place(edit.start), places.place(edit.end)),
            "insertedContent": {"text": edit.text},
        }
        for edit in all_edits([item.finding])
    ]
    title = item.finding.fix.title if item.finding.fix else ""
    change: JsonObject = {"artifactLocation": artifact(file.path), "replacements": replacements}
    return {"description": {"text": title}, "artifactChanges": [change]}
