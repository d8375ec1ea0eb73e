"""Findings as JUnit XML: a test suite a file, a test case a finding, and a passing one for a clean file."""

from xml.sax.saxutils import escape, quoteattr

from crucible_tools.cli.formats.labels import advice, label
from crucible_tools.cli.terminal import body, line
from crucible_tools.operations.check import CheckResult
from crucible_tools.rune.check.report import CheckedFile, CheckedFinding


def junit(result: CheckResult) -> str:
    """The whole result of a check.

    An error is a failure; a warning counts as skipped, so that it is seen and fails nothing.
    """
    cases = sum(max(1, len(file.findings)) for file in result.files)
    totals = _totals(cases, result.summary.errors, result.summary.warnings)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="crucible check" {totals}>']
    for file in result.files:
        lines += _suite(file)
    lines.append("</testsuites>")
    return "\n".join(lines)


def _suite(file: CheckedFile) -> list[str]:
    totals = _totals(max(1, len(file.findings)), file.errors, len(file.findings) - file.errors)
    lines = [f"  <testsuite name={_attribute(file.path)} {totals}>"]
    if not file.findings:
        lines.append(f'    <testcase classname={_attribute(file.path)} name="no findings"/>')
    for item in file.findings:
        lines += _case(file, item)
    lines.append("  </testsuite>")
    return lines


def _case(file: CheckedFile, item: CheckedFinding) -> list[str]:
    finding = item.finding
    name = _attribute(f"{label(finding.code)} at {item.line}:{item.column}")
    head = f'    <testcase classname={_attribute(file.path)} name={name} line="{item.line}">'
    message = _attribute(finding.message)
    if finding.severity == "error":
        inside = f"<failure type={_attribute(finding.code)} message={message}>{_text(file, item)}</failure>"
    else:
        inside = f"<skipped message={message}/><system-out>{_text(file, item)}</system-out>"
    return [head, f"      {inside}", "    </testcase>"]


def _totals(tests: int, failures: int, skipped: int) -> str:
    return f'tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}"'


def _text(file: CheckedFile, item: CheckedFinding) -> str:
    lines = [f"{file.path}:{item.line}:{item.column}: {line(item.finding.message)}", f"  {line(item.source_line)}"]
    lines += [f"  {word}: {line(sentence)}" for word, sentence in advice(item)]
    return escape(_clean("\n".join(lines)))


def _attribute(text: str) -> str:
    return quoteattr(_clean(line(text)))


def _clean(text: str) -> str:
    """What XML can hold: no control characters, no halves of surrogate pairs, and neither U+FFFE nor U+FFFF."""
    return "".join("\ufffd" if 0xD800 <= ord(it) <= 0xDFFF or it in "\ufffe\uffff" else it for it in body(text))
