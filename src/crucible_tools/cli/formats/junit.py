"""Findings as JUnit XML: a test suite a file, a test case a finding, and a passing one for a clean file."""

from crucible_tools.cli.formats.labels import advice, label
from crucible_tools.formats.excerpt import LONGEST_LINE, excerpt
from crucible_tools.formats.junit import Case, Failure, Suite, document
from crucible_tools.formats.text import line
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding


def junit(result: CheckResult) -> str:
    """The whole result of a check.

    An error is a failure; a warning counts as skipped, so that it is seen and fails nothing.
    """
    return document("crucible check", [_suite(file) for file in result.files])


def _suite(file: CheckedFile) -> Suite:
    cases = tuple(_case(file, item) for item in file.findings)
    return Suite(name=file.path, cases=cases or (Case(classname=file.path, name="no findings"),))


def _case(file: CheckedFile, item: CheckedFinding) -> Case:
    finding = item.finding
    failed = finding.severity == "error"
    text = _text(file, item)
    return Case(
        classname=file.path,
        name=f"{label(finding.code)} at {item.line}:{item.column}",
        failures=(Failure(kind=finding.code, message=finding.message, text=text),) if failed else (),
        skipped=None if failed else finding.message,
        output=None if failed else text,
    )


def _text(file: CheckedFile, item: CheckedFinding) -> str:
    if len(item.source_line) <= LONGEST_LINE:
        shown = line(item.source_line)
    else:
        shown, _ = excerpt(item.source_line, item.column - 1, item.column - 1, LONGEST_LINE)
    lines = [f"{file.path}:{item.line}:{item.column}: {line(item.finding.message)}", f"  {shown}"]
    lines += [f"  {word}: {line(sentence)}" for word, sentence in advice(item)]
    return "\n".join(lines)
