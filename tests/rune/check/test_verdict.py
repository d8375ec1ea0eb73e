"""The verdict on a file says whether it is right, and else who can make it so."""

from __future__ import annotations

import pytest

from crucible_tools.model.enums import FileKind
from crucible_tools.rune.check.report import CheckedFile, ToolOutcome
from crucible_tools.rune.check.verdict import verdict
from tests.rune.check.support import checked, found

TEXT = "one\ntwo\nthree\nfour\nfive\n"
FAILED = (ToolOutcome("a", "ok"), ToolOutcome("b", "failed", "hosts refuse its name"))


def at(line: int, repairable: str | None = None, severity: str = "error", code: str = "RN001"):
    start = sum(len(it) + 1 for it in TEXT.split("\n")[: line - 1])
    return found(TEXT, start, start + 1, repairable=repairable, severity=severity, code=code)


@pytest.mark.parametrize(
    ("file", "state"),
    [
        (checked(TEXT, compiles=True), "valid"),
        (checked(TEXT, at(1, severity="warning"), compiles=True), "valid"),
        (checked(TEXT), "allowed"),
        (checked(TEXT, compiles=True, tools=FAILED[:1]), "valid"),
        (checked(TEXT, compiles=True, tools=FAILED), "allowed"),
        (checked(TEXT, at(1, "safe"), at(2, "safe")), "repairable"),
        (checked(TEXT, at(1, "safe"), at(2, "unsafe", "warning")), "repairable"),
        (checked(TEXT, at(1, "safe"), at(2, "unsafe")), "repairable-unsafely"),
        (checked(TEXT, at(1, "safe"), at(2)), "partly-repairable"),
        (checked(TEXT, at(1), at(2)), "not-repairable"),
    ],
)
def test_the_errors_that_are_left_decide(file: CheckedFile, state: str) -> None:
    assert verdict(file).state == state


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (checked(TEXT, at(2)), "line 2 needs you (RN001)"),
        (checked(TEXT, at(2), at(1, code="RN005")), "lines 1, 2 need you (RN001, RN005)"),
        (checked(TEXT, *(at(line) for line in range(1, 6))), "lines 1, 2, 3 and 2 more need you (RN001)"),
        (
            checked(TEXT, at(2), unrepaired="it does not compile: Expected `=>` (a.rn:3:1)"),
            "repaired it would still not compile: Expected `=>`",
        ),
        (checked(None, found("", 0, 0), kind=FileKind.UNREADABLE), "it could not be read"),
        (checked(TEXT, at(1), kind=FileKind.NOT_RUNE), "this is no Rune"),
        (checked(TEXT, compiles=True, tools=FAILED), "b can't be migrated: hosts refuse its name"),
    ],
)
def test_what_no_machine_can_mend_has_a_reason(file: CheckedFile, reason: str) -> None:
    assert verdict(file).reason == reason
