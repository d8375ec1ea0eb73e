"""What people read: the place, the line, what is wrong, what to do; short where a rule fires often."""

from __future__ import annotations

from dataclasses import replace

from crucible_tools.cli.formats.text import View, text
from crucible_tools.cli.terminal import Colour
from crucible_tools.rune.check.report import CheckedFile, ToolOutcome
from tests.cli.formats.support import broken, clean, result, unreadable
from tests.rune.check.support import checked, each


def plain(shown: str, _colour: Colour) -> str:
    return shown


VIEW = View(plain)


def test_a_finding_is_shown_with_its_line_and_what_to_do() -> None:
    assert text(result(broken()), VIEW).splitlines() == [
        "tools/a.rn:2:6: error RN001 mut: there is no `mut`",
        "  2 |     let mut ünï = args.a;",
        "    |         ^^^",
        "    = help: Delete `mut` (--fix)",
        "    = when run: every call fails",
        "    = why: crucible rule RN001",
        "",
        "tools/a.rn:3:5: warning RN103 value-as-condition: `ünï` is no condition",
        "  3 |     ünï",
        "    |     ^^^",
        "    = help: say what you mean",
        "    = one of: `ünï.is_some()`, `ünï > 0`",
        "    = why: crucible rule RN103",
        "",
        "=> tools/a.rn: repairable with --fix (tool a)",
        "",
        "1 file, 1 with findings: 1 error, 1 warning.",
        "Files: 1 repairable with --fix.",
        "Findings: 1 can be repaired safely with --fix (--diff shows how).",
    ]


def test_what_calls_of_its_tools_come_to_is_told_below_the_verdict() -> None:
    tools = tuple(ToolOutcome(f"t{number}", "repaired", "now it runs") for number in range(6))
    lines = text(result(broken(tools=(*tools, ToolOutcome("bad", "failed", "it can't")))), VIEW).splitlines()
    at = lines.index("=> tools/a.rn: repairable with --fix")
    assert lines[at + 1 : at + 6] == [*(f"   t{number}: now it runs" for number in range(4)), "   and 2 more tools"]


def test_a_rule_is_explained_where_it_comes_first() -> None:
    assert text(result(broken(), broken("tools/d.rn")), VIEW).count("why: crucible rule RN001") == 1


def test_files_without_findings_are_only_counted() -> None:
    assert text(result(clean()), VIEW) == "1 file, no findings."
    assert "tools/b.rn" not in text(result(broken(), clean()), VIEW)


def test_a_file_that_cannot_be_read_has_no_line_to_show() -> None:
    lines = text(result(unreadable()), VIEW).splitlines()
    assert lines[0].startswith("tools/c.rn:1:1: error RN901")
    assert "=> tools/c.rn: not repairable: it could not be read" in lines
    assert not any("|" in line for line in lines)


def often(count: int) -> CheckedFile:
    source = "bad\n" * count
    return checked(source, *each(source, "bad"))


def test_a_rule_that_fires_often_is_shown_twice_and_then_as_lines() -> None:
    shown = text(result(often(12)), VIEW)
    assert shown.count("error RN001") == 2
    assert "= and again on lines 3, 4, 5, 6, 7, 8, 9, 10 and 2 more" in shown
    assert text(result(often(3)), VIEW).count("error RN001") == 3
    assert text(result(often(12)), replace(VIEW, every=True)).count("error RN001") == 12


def test_what_was_repaired_is_listed_with_what_is_left() -> None:
    file = broken()
    file = replace(file, findings=file.findings[1:], repaired=None)
    shown = text(result(file, repaired=frozenset({file.path})), VIEW)
    assert shown.startswith("tools/a.rn: repaired\n  RN001 Delete `mut`, line 2\n")
    assert "RN103" in shown


def test_a_file_that_was_not_written_says_why() -> None:
    shown = text(result(broken(), unwritten={"tools/a.rn": "changed since it was read"}), VIEW)
    assert "not written: tools/a.rn changed since it was read" in shown


def test_colours_surround_texts_and_change_nothing_else() -> None:
    painted = text(result(broken(), unreadable()), View(lambda shown, colour: f"<{colour}>{shown}</>"))
    assert "<red>^^^</>" in painted
    assert "<yellow>warning RN103 value-as-condition:</>" in painted


def test_hostile_names_and_messages_stay_on_their_lines() -> None:
    file = checked("x\n", *each("x\n", "x"), path="tools/\x1b[2Ja\nb.rn")
    shown = text(result(file), VIEW)
    assert "\x1b" not in shown
    assert "tools/\\x1b[2Ja\\nb.rn:1:1:" in shown
