"""The JSON document says everything that the text says, with edits that make the repair."""

from __future__ import annotations

from typing import Any

from crucible_tools.cli.formats.document import document
from tests.cli.formats.support import SOURCE, broken, clean, result, unreadable


def edited(source: str, edits: list[dict[str, Any]]) -> str:
    """A text after edits, as a program that reads the document would make them."""
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for edit in reversed(edits):
        start = starts[edit["line"] - 1] + edit["column"] - 1
        end = starts[edit["end_line"] - 1] + edit["end_column"] - 1
        source = source[:start] + edit["text"] + source[end:]
    return source


def test_a_finding_has_all_that_the_contract_promises() -> None:
    first, second = document(result(broken()))["findings"]
    fix = first.pop("fix")
    assert first == {
        "code": "RN001",
        "name": "mut",
        "severity": "error",
        "path": "tools/a.rn",
        "line": 2,
        "column": 6,
        "end_line": 2,
        "end_column": 9,
        "message": "there is no `mut`",
        "hint": None,
        "choices": [],
        "verified": "every call fails",
        "repairable": "safe",
    }
    assert (fix["safe"], fix["title"]) == (True, "Delete `mut`")
    assert edited(SOURCE, fix["edits"]) == "// added\n" + SOURCE.replace("mut ", "")
    assert (second["fix"], second["choices"]) == (None, ["ünï.is_some()", "ünï > 0"])


def test_every_file_has_its_verdict_and_the_summary_its_numbers() -> None:
    data = document(result(broken(), clean(), unreadable(), unwritten={"tools/a.rn": "is read-only"}))
    assert [(file["path"], file["verdict"]) for file in data["files"]] == [
        ("tools/a.rn", "repairable"),
        ("tools/b.rn", "valid"),
        ("tools/c.rn", "not-repairable"),
    ]
    assert data["files"][0]["tools"] == [{"name": "a", "state": "repaired", "reason": None}]
    assert data["files"][0]["repairs"] == [{"code": "RN001", "line": 2, "title": "Delete `mut`", "safe": True}]
    assert (data["files"][0]["written"], data["files"][0]["unwritten"]) == (False, "is read-only")
    assert (data["summary"]["files"], data["summary"]["errors"], data["summary"]["fixable_safe"]) == (3, 2, 1)
