"""`crucible validate`."""

import json

import pytest

from crucible_tools.store.state import State
from tests.cli.conftest import Crucible


@pytest.fixture
def migrated(crucible: Crucible) -> Crucible:
    crucible.tool("echo")
    crucible.tool("half", "args.missing")
    assert crucible("migrate", "--quiet").code == 0
    return crucible


def test_valid_tools_are_counted_and_warnings_told(migrated: Crucible) -> None:
    done = migrated("validate")
    assert done.code == 0
    assert done.out == (
        "warning VAL008 half: every rehearsed call of `half` fails at line 4: missing field `missing`\n"
        "2 of 2 tools are valid, 1 warning.\n"
    )
    assert done.err == ""


def test_verbose_also_says_what_to_do_about_warnings(migrated: Crucible) -> None:
    done = migrated("validate", "half", "--verbose")
    assert "  hint: look whether the tool should have taken these arguments\n" in done.out
    assert "validating half" in done.err


def test_a_tool_that_is_not_valid_ends_it_with_1_and_a_reason(migrated: Crucible) -> None:
    migrated.write("tools/echo.cases.json", '{"cases": [{"arguments": {"a": 1}, "result": 2}]}')
    done = migrated("validate", "echo", "--validation", "comprehensive")
    assert done.code == 1
    assert done.out == (
        'error VAL103 echo: example 1 gives {"a": 1}, not 2 (at $)\n'
        "  hint: correct the tool, or the example\n"
        "0 of 1 tools are valid.\n"
    )
    assert done.err == "crucible: 1 of 1 tools are not valid\n"


def test_the_document_holds_every_finding_with_its_facts(migrated: Crucible) -> None:
    done = migrated("validate", "--format", "json", "--validation", "comprehensive")
    assert done.code == 0
    document = done.document
    assert (document["valid"], document["total_tools"], document["valid_tools"]) == (True, 2, 2)
    codes = [(finding["tool"], finding["code"], finding["severity"]) for finding in document["findings"]]
    assert codes == [
        ("echo", "VAL101", "warning"),
        ("half", "VAL008", "warning"),
        ("half", "VAL101", "warning"),
    ]
    assert len(document["warnings"]) == 3


def test_the_configuration_says_how_much_is_checked(migrated: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRUCIBLE_VALIDATION", "comprehensive")
    assert "VAL101" in migrated("validate").out
    assert "VAL101" not in migrated("validate", "--validation", "basic").out


def test_what_a_tool_says_is_escaped(migrated: Crucible) -> None:
    case = {"arguments": {}, "result": "\x1b[2J"}
    migrated.write("tools/echo.cases.json", json.dumps({"cases": [case]}))
    done = migrated("validate", "echo", "--validation", "comprehensive")
    assert "\x1b" not in done.out
    assert done.code == 1


def test_a_tool_that_is_not_there_is_named_with_near_ones(migrated: Crucible) -> None:
    done = migrated("validate", "ecco")
    assert done.code == 1
    assert "there is no tool 'ecco'" in done.err


def test_without_a_tool_there_is_nothing_to_validate(crucible: Crucible) -> None:
    done = crucible("validate")
    assert (done.code, done.out) == (1, "0 of 0 tools are valid.\n")
    assert "no tool was migrated to ./.crucible" in done.err
    assert not (crucible.root / ".crucible").exists()


def test_nothing_is_written_where_nothing_changed(migrated: Crucible) -> None:
    migrated("validate", "--validation", "comprehensive")
    with State("./.crucible") as state:
        assert [run.kind for run in state.runs()] == ["migrate"]
