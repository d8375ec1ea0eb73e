"""What holds for every text that a file may have, whatever it is: the one function that fuzzing and tests call."""

from __future__ import annotations

from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.registry import find
from crucible_tools.rune.rules.rule import Finding, Fix
from crucible_tools.rune.rules.script import Script
from tests.rune.syntax.support import check_tree


def check(data: bytes) -> None:
    """Reads bytes as a source and holds all parts of the check against their laws.

    Raises:
        AssertionError: a law does not hold.
    """
    text = data.decode("utf-8", "surrogateescape")
    assert "".join(check_tree(text).tokens.all_texts) == text, "the tokens do not join to the text"
    findings = find(Script(text))
    for finding in findings:
        check_finding(finding, len(text))
    check_repair(text, findings, safe=True)
    check_repair(text, findings, safe=False)


def check_finding(finding: Finding, length: int) -> None:
    """A finding and its edits lie in the text, and the edits are in order."""
    assert 0 <= finding.start <= finding.end <= length, f"{finding.code} is outside of the text"
    at = 0
    for edit in finding.fix.edits if finding.fix else ():
        assert at <= edit.start <= edit.end <= length, f"the edits of {finding.code} are out of order"
        at = edit.end


def check_repair(text: str, findings: list[Finding], *, safe: bool) -> None:
    """Repairing comes to an end, and what was repaired needs no repair."""

    def accept(finding: Finding, fix: Fix) -> bool:
        return fix.safe or not safe

    once = repair(text, accept=accept, first=findings)
    assert once.settled, "the repairs never come to an end"
    if once.applied:
        assert repair(once.text, accept=accept).text == once.text, "repairing is not idempotent"
