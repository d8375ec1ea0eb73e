"""Cases of single rules: what is found, what the repair makes of it, and that it leaves alone what is Rune."""

from __future__ import annotations

from dataclasses import dataclass

from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.registry import by_code, find
from crucible_tools.rune.rules.rule import Finding
from crucible_tools.rune.rules.script import Script
from tests.rune.rules.support import any_fix, safe_only


@dataclass(frozen=True, slots=True)
class Case:
    """A source and what its repair by one rule makes of it.

    Args:
        name: says what is special about it.
        before: the source.
        after: the repaired one; None if nothing is repaired.
        lines: where something is found.
    """

    name: str
    before: str
    after: str | None
    lines: tuple[int, ...] = (1,)


def findings(source: str, code: str) -> list[Finding]:
    """What one rule, alone, finds."""
    return find(Script(source), [by_code()[code]])


def places(source: str, code: str) -> list[int]:
    """The lines at which one rule finds something."""
    script = Script(source)
    return [script.tree.tokens.place(item.start)[0] for item in findings(source, code)]


def mended(source: str, code: str, *, unsafe: bool = False) -> str:
    """What the repairs of one rule, alone, make of a source; they must come to an end, and not begin again."""
    among = [by_code()[code]]
    made = repair(source, among=among, accept=any_fix if unsafe else safe_only)
    assert made.settled
    assert repair(made.text, among=among, accept=any_fix if unsafe else safe_only).text == made.text
    return made.text


def check(case: Case, code: str, *, unsafe: bool = False) -> None:
    """Finds what the case says, and repairs it as the case says."""
    assert places(case.before, code) == list(case.lines)
    assert mended(case.before, code, unsafe=unsafe) == (case.before if case.after is None else case.after)


def body(*lines: str) -> str:
    """A tool whose entry has these lines."""
    return "pub async fn call(args) {\n" + "".join(f"    {line}\n" for line in lines) + "}\n"
