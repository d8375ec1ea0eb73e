"""`crucible check` and `crucible rule`: formats, exit codes, and what is refused."""

import json
import os
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Crucible, Done

MUT = "let mut n = args.a; n"


@pytest.fixture(autouse=True)
def one_rule(crucible: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of the command look at one rule, whichever others there are."""
    del crucible  # its own variables come first
    monkeypatch.setenv("CRUCIBLE_CHECK_SELECT", "RN001")


def test_valid_sources_end_with_0(crucible: Crucible) -> None:
    crucible.tool("echo")
    done = crucible("check")
    assert (done.code, done.err) == (0, "")
    assert done.out == "1 file, no findings.\n"


def test_errors_end_with_1_and_are_shown_with_their_lines(crucible: Crucible) -> None:
    crucible.tool("greet", MUT)
    done = crucible("check")
    assert done.code == 1
    assert "tools/greet.rn:4:31: error RN001 mut: everything is mutable in Rune" in done.out
    assert "| pub async fn call(args) { let mut n = args.a; n }\n" in done.out
    assert "help: Delete `mut` (--fix)" in done.out
    assert "=> tools/greet.rn: repairable with --fix" in done.out
    assert "1 can be repaired safely with --fix (--diff shows how)." in done.out
    assert done.err == "crucible: 1 finding of severity error\n"


def test_no_source_at_all_is_no_error_but_told(crucible: Crucible) -> None:
    done = crucible("check")
    assert done.code == 0
    assert "no source was found in tools, rune_tools" in done.err


def test_a_repair_is_written_and_told_and_ends_with_0(crucible: Crucible) -> None:
    file = crucible.tool("greet", MUT)
    done = crucible("check", "--fix")
    assert (done.code, done.err) == (0, "")
    assert "tools/greet.rn: repaired\n  RN001 Delete `mut`, line 4\n" in done.out
    assert "1 finding repaired in 1 file.\n1 file, no findings." in done.out
    assert "let n = args.a" in file.read_text()
    assert crucible("check", "--fix").out == "1 file, no findings.\n"


def test_a_diff_is_printed_as_it_is_and_ends_with_1(crucible: Crucible) -> None:
    file = crucible.tool("greet", MUT)
    before = file.read_bytes()
    done = crucible("check", "--diff")
    assert done.code == 1
    assert done.out.startswith("--- tools/greet.rn\n+++ tools/greet.rn\n@@ -1,4 +1,4 @@\n")
    assert (
        "-pub async fn call(args) { let mut n = args.a; n }\n+pub async fn call(args) { let n = args.a; n }\n"
        in done.out
    )
    assert done.err == "crucible: 1 file would be repaired\n"
    assert file.read_bytes() == before
    crucible("check", "--fix")
    assert (crucible("check", "--diff").code, crucible("check", "--diff").out) == (0, "")


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "junit", "github"])
def test_a_tool_whose_findings_are_allowed_and_that_can_not_be_migrated_is_told(
    crucible: Crucible, format_: str
) -> None:
    crucible.tool("greet", f"{MUT} // crucible: allow RN001\n")
    done = crucible("check", "--format", format_)
    assert done.code == 0
    assert done.err == (
        "warning: 1 tool can't be migrated, though no error is told of it: greet (tools/greet.rn)\n"
        "  comments, the baseline or the choice of rules leave it out; `crucible plan` says why\n"
    )


def test_of_many_tools_that_can_not_be_migrated_the_first_are_named(crucible: Crucible) -> None:
    for number in range(6):
        crucible.tool(f"greet{number}", f"{MUT} // crucible: allow RN001\n")
    done = crucible("check")
    assert "6 tools can't be migrated" in done.err
    assert "greet3 (tools/greet3.rn), ...\n" in done.err
    assert "Files: 6 not valid, as allowed." in done.out


def test_as_json_the_verdict_on_what_is_allowed_has_its_reason(crucible: Crucible) -> None:
    crucible.tool("greet", f"{MUT} // crucible: allow RN001\n")
    document = crucible("check", "--format", "json").document
    (file,) = document["files"]
    assert (file["verdict"], document["summary"]["blocked"]) == ("allowed", 1)
    assert file["reason"].startswith("greet can't be migrated: it does not compile: The `mut` modifier")


def test_as_json_it_is_one_document_and_nothing_else(crucible: Crucible) -> None:
    crucible.tool("greet", MUT)
    done = crucible("check", "--format", "json")
    assert done.code == 1
    assert set(done.document) == {"files", "findings", "summary", "vanished"}
    (finding,) = done.document["findings"]
    assert (finding["code"], finding["path"], finding["line"], finding["fix"]["safe"]) == (
        "RN001",
        "tools/greet.rn",
        4,
        True,
    )


def test_every_other_format_goes_to_stdout_too(crucible: Crucible) -> None:
    crucible.tool("greet", MUT)
    assert json.loads(crucible("check", "--format", "sarif").out)["version"] == "2.1.0"
    assert ElementTree.fromstring(crucible("check", "--format", "junit").out).get("failures") == "1"
    assert crucible("check", "--format", "github").out.startswith("::error file=tools/greet.rn,line=4,col=31,")


def test_the_format_may_come_from_the_environment(crucible: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    crucible.tool("greet", MUT)
    monkeypatch.setenv("CRUCIBLE_FORMAT", "github")
    assert crucible("check").out.startswith("::error ")


def test_the_result_can_go_to_a_file(crucible: Crucible) -> None:
    crucible.tool("greet", MUT)
    done = crucible("check", "--format", "sarif", "--output-file", "out.sarif")
    assert (done.code, done.out) == (1, "")
    assert "1 file checked; the result is in out.sarif" in done.err
    assert json.loads((crucible.root / "out.sarif").read_text())["version"] == "2.1.0"
    assert crucible("check", "--output-file", "nowhere/out").code == 2


def test_rules_are_chosen_by_flag_environment_and_file_in_this_order(
    crucible: Crucible, monkeypatch: pytest.MonkeyPatch
) -> None:
    crucible.tool("greet", MUT)
    crucible.write("crucible.toml", '[check]\nselect = ["RN001"]\nignore = ["RN001"]\n')
    assert crucible("check", "--ignore", "RN005").code == 1
    assert crucible("check", "--select", "RN005,RN006", "--select", "RN0", "--ignore", "RN007").code == 1
    monkeypatch.setenv("CRUCIBLE_CHECK_IGNORE", "RN005")
    assert crucible("check").code == 1
    monkeypatch.delenv("CRUCIBLE_CHECK_IGNORE")
    assert "RN001" not in crucible("check").out


def test_a_baseline_makes_only_new_findings_fail(crucible: Crucible) -> None:
    crucible.tool("greet", MUT)
    done = crucible("check", "--baseline", "known.json", "--write-baseline")
    assert done.code == 0
    assert "1 finding recorded in known.json" in done.err
    done = crucible("check", "--baseline", "known.json")
    assert done.code == 0
    assert "1 finding known to the baseline." in done.out
    crucible.tool("greet", "args")
    assert "1 finding of the baseline gone (tools/greet.rn RN001)" in crucible("check", "--baseline", "known.json").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--select", "RN01O"], "did you mean"),
        (["--ignore", "nonsense"], "`crucible rule` lists them"),
        (["nowhere"], "does not exist"),
        (["--fix", "--diff"], "give one of them"),
        (["--diff", "--format", "json"], "no other format"),
        (["--diff", "--write-baseline"], "changes nothing"),
        (["--write-baseline"], "--baseline FILE"),
        (["--baseline", "missing.json"], "--write-baseline makes it"),
        (["--format", "yaml"], "--help"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(crucible: Crucible, arguments: list[str], said: str) -> None:
    done = crucible("check", *arguments)
    assert (done.code, done.out if "json" not in arguments else "") == (2, "")
    assert said in done.err + done.out


def test_what_the_configuration_file_says_wrongly_is_refused(crucible: Crucible) -> None:
    for toml, said in (
        ("check = 1\n", "write it as [check]"),
        ("[check]\nselct = []\n", "did you mean 'select'?"),
        ("[check]\nselect = 1\n", "is not a list of codes"),
        ("[check]\nbaseline = 1\n", "is not a path"),
        ('[check]\nbaseline = "../known.json"\n', "outside of the working directory"),
    ):
        crucible.write("crucible.toml", toml)
        done = crucible("check", "--select", "RN001") if "select = 1" not in toml else _without_variable(crucible)
        assert done.code == 2, toml
        assert said in done.err


def _without_variable(crucible: Crucible) -> Done:
    del os.environ["CRUCIBLE_CHECK_SELECT"]  # monkeypatch puts it back
    return crucible("check")


def test_no_format_prints_control_characters_of_sources_and_names(crucible: Crucible) -> None:
    crucible.write("tools/\x1b[2Ja\nb.rn", f"// \x1b]0;t\x07\u202e\npub fn call(args) {{ {MUT} /* \x1b[2J */ }}\n")
    for output_format in ("text", "json", "sarif", "junit", "github"):
        done = crucible("check", "--format", output_format)
        assert done.code == 1
        assert not {"\x1b", "\x07", "\u202e"} & set(done.out + done.err), output_format


def test_a_rule_is_explained_with_an_example_and_how_to_allow_it(crucible: Crucible) -> None:
    done = crucible("rule", "RN001")
    assert done.code == 0
    assert done.out.startswith("RN001 mut\n  left as it is: does not compile\n  repair: `--fix` makes it\n")
    assert "    -    let mut n = args.a;\n    +    let n = args.a;\n" in done.out
    assert "// crucible: allow RN001" in done.out
    assert crucible("rule", "rn001").out == crucible("rule", "mut").out == done.out


def test_all_rules_are_listed(crucible: Crucible) -> None:
    assert "\nRN003  " in crucible("rule").out
    listed = crucible("rule", "--format", "json").document
    assert listed[0] == crucible("rule", "RN001", "--format", "json").document
    assert set(listed[0]) == {"code", "name", "kind", "fix", "summary", "why", "before", "after"}


@pytest.mark.parametrize(("code", "near"), [("RN0O1", "RN001"), ("mutt", "mut"), ("RN9999", "crucible rule")])
def test_an_unknown_rule_ends_with_2_and_near_ones(crucible: Crucible, code: str, near: str) -> None:
    done = crucible("rule", code)
    assert done.code == 2
    assert f"there is no rule '{code}'" in done.err
    assert near in done.err.partition("hint")[2]
