"""JUnit XML as build servers read it (the schema of Jenkins' xUnit plugin, `junit-10.xsd`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from crucible_tools.formats.text import line, markable


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a case failed.

    Args:
        kind: a stable code.
        message: one sentence.
        text: all that is known, in lines.
    """

    kind: str
    message: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that was looked at; it passed if it neither failed nor was skipped.

    Args:
        classname: what it belongs to.
        name: what it is called.
        failures: why it failed.
        skipped: why it was skipped.
        output: what else there is to say, in lines.
        seconds: how long it took, where that is known.
    """

    classname: str
    name: str
    failures: tuple[Failure, ...] = ()
    skipped: str | None = None
    output: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Cases that belong together; `seconds` and `start` where they are known."""

    name: str
    cases: tuple[Case, ...]
    seconds: float | None = None
    start: datetime | None = None


def document(name: str, suites: Sequence[Suite]) -> str:
    """The whole document; its numbers are those of its cases."""
    root = f"<testsuites name={_attribute(name)} {_totals([case for suite in suites for case in suite.cases])}>"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', root]
    for suite in suites:
        lines += _suite(suite)
    lines.append("</testsuites>")
    return "\n".join(lines)


def _suite(suite: Suite) -> list[str]:
    facts = f'{_totals(suite.cases)} skipped="{sum(case.skipped is not None for case in suite.cases)}"'
    if suite.seconds is not None:
        facts += f' time="{suite.seconds:.3f}"'
    if suite.start is not None:
        facts += f' timestamp="{suite.start.isoformat(timespec="seconds")}"'
    lines = [f"  <testsuite name={_attribute(suite.name)} {facts}>"]
    for case in suite.cases:
        lines += _case(case)
    return [*lines, "  </testsuite>"]


def _case(case: Case) -> list[str]:
    head = f"    <testcase classname={_attribute(case.classname)} name={_attribute(case.name)}"
    if case.seconds is not None:
        head += f' time="{case.seconds:.3f}"'
    inside = [_failure(failure) for failure in case.failures]
    if case.skipped is not None:
        inside.append(f"<skipped message={_attribute(case.skipped)}/>")
    if case.output is not None:
        inside.append(f"<system-out>{_text(case.output)}</system-out>")
    if not inside:
        return [f"{head}/>"]
    return [f"{head}>", *(f"      {element}" for element in inside), "    </testcase>"]


def _failure(failure: Failure) -> str:
    facts = f"type={_attribute(failure.kind)} message={_attribute(failure.message)}"
    return f"<failure {facts}>{_text(failure.text)}</failure>"


def _totals(cases: Sequence[Case]) -> str:
    """Cases that failed, however many reasons each has."""
    return f'tests="{len(cases)}" failures="{sum(bool(case.failures) for case in cases)}" errors="0"'


def _attribute(text: str) -> str:
    return quoteattr(markable(line(text)))


def _text(text: str) -> str:
    return escape(markable(text))
