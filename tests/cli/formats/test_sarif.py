"""SARIF that its own schema takes, with regions and replacements that make the repair."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from crucible_tools.cli.formats.sarif import sarif
from crucible_tools.rune.check.report import CheckedFile
from tests.cli.formats.support import SOURCE, broken, clean, result, unreadable
from tests.cli.formats.test_document import edited
from tests.rune.check.support import checked, each

SCHEMA: Any = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
# Their pattern is no regular expression everywhere (an unescaped bracket); we write no `language`.
for name in ("run", "toolComponent"):
    del SCHEMA["definitions"][name]["properties"]["language"]["pattern"]


def run(*files: CheckedFile) -> Any:
    """The one run of a log that the schema takes."""
    log = json.loads(json.dumps(sarif(result(*files))))
    jsonschema_rs.validate(SCHEMA, log, validate_formats=True)
    return log["runs"][0]


def test_a_log_is_valid_whatever_is_found() -> None:
    run()
    run(broken(), clean(), unreadable())
    run(checked("bad\n", *each("bad\n", "bad", "compile"), *each("bad\n", "bad", "suppression")))


def test_a_log_that_lacks_something_is_not_valid() -> None:
    log: Any = sarif(result(broken()))
    del log["runs"][0]["results"][0]["message"]
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(SCHEMA, log)


def test_a_result_names_its_rule_its_place_and_its_level() -> None:
    made = run(broken())
    first, second = made["results"]
    assert made["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "RN001"
    assert (first["level"], second["level"]) == ("error", "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "tools/a.rn", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 2, "startColumn": 6, "endLine": 2, "endColumn": 9}
    assert place["contextRegion"]["snippet"]["text"] == SOURCE.split("\n")[1]
    assert made["columnKind"] == "unicodeCodePoints"


def test_the_replacements_make_the_repair() -> None:
    (change,) = run(broken())["results"][0]["fixes"][0]["artifactChanges"]
    edits = [
        {
            "line": region["startLine"],
            "column": region["startColumn"],
            "end_line": region["endLine"],
            "end_column": region["endColumn"],
            "text": replacement["insertedContent"]["text"],
        }
        for replacement in change["replacements"]
        for region in [replacement["deletedRegion"]]
    ]
    assert edited(SOURCE, edits) == "// added\n" + SOURCE.replace("mut ", "")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("tools/a b#c%.rn", "tools/a%20b%23c%25.rn"),
        ("a:b/ü.rn", "a%3Ab/%C3%BC.rn"),
        ("/srv/a.rn", "file:///srv/a.rn"),
        ("tools/a\nb.rn", "tools/a%0Ab.rn"),
    ],
)
def test_any_path_is_a_uri(path: str, uri: str) -> None:
    made = run(broken(path))
    assert made["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_finding_keeps_its_fingerprint_when_its_line_moves() -> None:
    def fingerprint(source: str) -> str:
        return run(checked(source, *each(source, "bad")))["results"][0]["partialFingerprints"]["crucible/v1"]

    assert fingerprint("let a = bad;\n") == fingerprint("\n\n  let a = bad;\n")
