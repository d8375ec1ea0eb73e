"""How findings and numbers of them are worded in every format."""

from collections.abc import Iterable

from crucible_tools.rune.check.report import CheckedFile, CheckedFinding
from crucible_tools.rune.rules.registry import by_code
from crucible_tools.rune.rules.rule import Rule


def rule_of(code: str) -> Rule | None:
    """The rule of a code; None for what is no rule's: an error of the compiler, a file that can't be read."""
    return by_code().get(code)


def label(code: str) -> str:
    """`RN001 mut`, or just the code."""
    rule = rule_of(code)
    return f"{code} {rule.name}" if rule else code


def by_severity(files: Iterable[CheckedFile]) -> list[tuple[CheckedFile, CheckedFinding]]:
    """All findings with their files, errors first, else in the order of files and texts."""
    found = [(file, item) for file in files for item in file.findings]
    return sorted(found, key=lambda pair: pair[1].finding.severity != "error")


def advice(item: CheckedFinding) -> list[tuple[str, str]]:
    """What helps, as pairs of a word and a sentence: the repair, the hint, the choices, and what was seen."""
    finding = item.finding
    said: list[tuple[str, str]] = []
    how = "--fix" if item.repairable == "safe" else "--fix --unsafe-fixes"
    if finding.fix and item.repairable:
        said.append(("help", f"{finding.fix.title} ({how})"))
    elif finding.fix:
        said.append(("help", finding.fix.title))  # by hand: the verdict on the file says why
    elif item.repairable:
        said.append(
            (
                "help",
                f"goes with the other repairs ({how})",
            )
        )
    if finding.hint:
        said.append(("note" if said else "help", finding.hint))
    if finding.choices:
        said.append(("one of", ", ".join(f"`{choice}`" for choice in finding.choices)))
    if item.verified:
        said.append(("when run", item.verified))
    return said


def listed(numbers: Iterable[int], most: int = 8) -> str:
    """`lines 3, 9 and 12`, cut after some."""
    known = list(dict.fromkeys(numbers))
    if len(known) == 1:
        return f"line {known[0]}"
    if len(known) > most:
        return f"lines {', '.join(map(str, known[:most]))} and {len(known) - most} more"
    return f"lines {', '.join(map(str, known[:-1]))} and {known[-1]}"
