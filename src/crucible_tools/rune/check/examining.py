"""One source examined: what it is, what the rules find in it, and the repair that the real compiler agrees with.

Reading says what a source defines; the rules say why it does not work. A repair counts only if the repaired source
compiles: what Rune still refuses is left exactly as it is, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from crucible_tools.model.enums import FileKind, RepairMode
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.check.comparing import Comparison, Version, rehearse_repair
from crucible_tools.rune.check.rehearsal import Rehearser
from crucible_tools.rune.check.repairing import Applied, Repaired, repair
from crucible_tools.rune.check.report import LineIndex
from crucible_tools.rune.check.suppression import Untouched, suppressions
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.hosts import CapabilityOf
from crucible_tools.rune.inspection import Inspector
from crucible_tools.rune.reader import MAX_SOURCE_BYTES, read_file, read_text
from crucible_tools.rune.report import SourceReport
from crucible_tools.rune.rules.registry import by_code, find, rules
from crucible_tools.rune.rules.rule import Finding, Fix, Rule
from crucible_tools.rune.rules.script import Script, nobody
from crucible_tools.rune.source import Source

MOST_DROPPED: Final = 6
"""Repairs of one source that are tried, refused by the compiler, and dropped; then it is left as it is."""

_LONGEST_BLAME: Final = 40
"""Characters of an error's extent that count: some errors are about a whole function."""

_UNKNOWN_NAME: Final = ("Missing item", "No local variable", "Missing macro")
"""How Rune begins to say that there is nothing of a name."""

_HOPELESS: Final = ("RN903", "RN904")
"""Reasons for which no repair is tried: the text that is there is not the text that was meant."""

_OF_FOREIGN: Final = ("RN021", "RN902")
"""The rules that have something to say about a file that is no Rune at all."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A repair that holds: the repaired source compiles.

    Args:
        repaired: the text, and what was done to it.
        report: what reading the repaired source came to.
        mode: SAFE, or UNSAFE when an unsafe repair is among them.
    """

    repaired: Repaired
    report: SourceReport
    mode: RepairMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All that is known about one source.

    Args:
        report: what reading it as it is came to.
        script: the source as the rules see it; None when there is no text, or it is no Rune.
        findings: what the rules found, in the order of the text.
        mended: the repair, if there is one that holds.
        dropped: repairs that made things worse, with what Rune says about the result.
        unmended: why there is none, although there is something to repair; with the text that failed, for its places.
        failed: the repaired source that does not compile.
        comparison: what the repair did to rehearsed calls; None when none was made.
    """

    report: SourceReport
    script: Script | None = None
    findings: tuple[Finding, ...] = ()
    mended: Mended | None = None
    dropped: tuple[tuple[Applied, str], ...] = ()
    unmended: str | None = None
    failed: tuple[Repaired, SourceReport] | None = None
    comparison: Comparison | None = None

    @property
    def final(self) -> SourceReport:
        """What a migration takes: the repaired source, or the one that is there."""
        return self.mended.report if self.mended else self.report


@dataclass(slots=True)
class Examiner:
    """Examines sources.

    Args:
        inspector: the sandbox.
        repairs: which repairs may be made.
        among: the rules to ask; all by default.
        capability_of: what the application registered.
        max_source_bytes: longest source that is compiled.
        rehearser: calls tools without touching anything outside, before and after their repair; None: it is not tried.
    """

    inspector: Inspector
    repairs: RepairMode = RepairMode.SAFE
    among: Sequence[Rule] = field(default_factory=rules)
    capability_of: CapabilityOf | None = None
    max_source_bytes: int = MAX_SOURCE_BYTES
    rehearser: Rehearser | None = None

    async def examine(self, file: DiscoveredFile) -> Examination:
        """Reads a file, asks the rules, and repairs what may be repaired. Never raises for what is in the file."""
        report = await read_file(
            file, self.inspector, max_source_bytes=self.max_source_bytes, capability_of=self.capability_of
        )
        source = report.source
        if source is None or report.kind is FileKind.UNREADABLE:
            return Examination(report=report)
        script = Script(
            source.text, file.relative, compiles=report.compiles, capability_of=self.capability_of or nobody
        )
        if report.kind is FileKind.NOT_RUNE:
            foreign = [rule for rule in self.among if rule.code in _OF_FOREIGN]
            return Examination(report=report, script=script, findings=tuple(find(script, foreign)))
        if any(reason.code in ("too-large", "stopped") for reason in report.reasons):
            return Examination(report=report)
        findings = tuple(find(script, self.among))
        script.release()
        return await self._mend(report, source, script, findings, self.repairs)

    async def with_unsafe(self, examination: Examination) -> Examination:
        """The same source with unsafe repairs too; without anything that they would change, the same examination."""
        script, source = examination.script, examination.report.source
        if script is None or source is None or examination.report.kind is FileKind.NOT_RUNE:
            return examination
        if not _more_to_repair(examination):
            return examination
        return await self._mend(examination.report, source, script, examination.findings, RepairMode.UNSAFE)

    async def _rehearsed(self, report: SourceReport, mended: Mended) -> Comparison | None:
        """The calls of a source before and after its repair."""
        if self.rehearser is None or report.source is None or not mended.report.tools:
            return None
        before = Version(report.source.text, _declared(report))
        after = Version(mended.repaired.text, mended.report.tools)
        return await rehearse_repair(self.rehearser, report.file.relative, before, after)

    async def _mend(
        self,
        report: SourceReport,
        source: Source,
        script: Script,
        findings: tuple[Finding, ...],
        mode: RepairMode,
    ) -> Examination:
        plain = Examination(report=report, script=script, findings=findings)

        def accept(_finding: Finding, fix: Fix) -> bool:
            return fix.safe or mode is RepairMode.UNSAFE

        if mode is RepairMode.NONE or not any(accept(item, item.fix) for item in findings if item.fix):
            return plain
        if hopeless := next((reason for reason in report.reasons if reason.code in _HOPELESS), None):
            return replace(plain, unmended=hopeless.message)
        dropped: list[tuple[Applied, str]] = []
        tokens = script.tree.tokens
        allowed = suppressions(source.text, tokens)
        while True:
            made = repair(
                source.text,
                among=self.among,
                accept=accept,
                path=script.path,
                compiles=report.compiles,
                capability_of=script.capability_of,
                first=findings,
                without=Untouched(tokens, allowed, {(item.finding.code, item.at) for item, _ in dropped}),
            )
            if made.text == source.text:
                return replace(plain, dropped=tuple(dropped))
            after = await read_text(
                report.file, replace(source, text=made.text), self.inspector, capability_of=self.capability_of
            )
            if after.compiles:
                unsafe = any(not item.fix.safe for item in made.applied)
                after = _with_declared(after, report)
                mended = Mended(made, after, RepairMode.UNSAFE if unsafe else RepairMode.SAFE)
                comparison = await self._rehearsed(report, mended)
                worse = list(comparison.violations) if comparison and not unsafe else []
                guilty = _changes_behaviour(made, dropped) if worse else None
                if guilty is None:
                    return replace(plain, mended=mended, dropped=tuple(dropped), comparison=comparison)
                dropped += [(item, str(worse[0])) for item in made.applied if item.finding.code == guilty]
                continue
            culprit = _culprit(made, report, after) if len(dropped) < MOST_DROPPED else None
            if culprit is None:
                return replace(plain, dropped=tuple(dropped), unmended=_first_error(after), failed=(made, after))
            dropped.append((culprit, _first_error(after)))


def _changes_behaviour(made: Repaired, dropped: list[tuple[Applied, str]]) -> str | None:
    """The rule whose repairs go first when a call that ran gives something else; None if none is left to drop.

    Those of rules about values know least: the last of the codes has the most special rule.
    """
    gone = {(item.finding.code, item.at) for item, _ in dropped}
    known = by_code()
    codes = {
        item.finding.code
        for item in made.applied
        if known[item.finding.code].kind != "syntax" and (item.finding.code, item.at) not in gone
    }
    return max(codes) if codes else None


def _more_to_repair(examination: Examination) -> bool:
    """Whether there are repairs that were not made since they are unsafe."""
    if examination.mended:
        return examination.mended.repaired.refused
    failed = examination.failed
    return (failed is not None and failed[0].refused) or any(
        item.fix is not None and not item.fix.safe for item in examination.findings
    )


def _declared(report: SourceReport) -> tuple[ToolDefinition, ...]:
    """The tools of a source, those too that it only means to define."""
    meant = (tool.definition for tool in report.failed if tool.definition is not None)
    return (*report.tools, *meant)


def _culprit(made: Repaired, before: SourceReport, after: SourceReport) -> Applied | None:
    """The repair that makes the compiler stop: it stops in what a repair put there, or right beside it.

    Where it stops in text that nobody touched, no repair is to blame, whatever stands on the same line; nor where it
    stopped before, nor for a name that stood there before and that nobody knows.
    """
    known = {(item.location.line, item.location.column) for item in before.diagnostics if item.location}
    for diagnostic in after.diagnostics:
        if diagnostic.severity != "error" or diagnostic.location is None:
            continue
        place = diagnostic.location
        start = LineIndex(made.text).offset(place.line, place.column)
        if not made.origin.touched(start, start + min(place.length or 1, _LONGEST_BLAME)):
            return None
        at = made.origin.origin(start)
        named = diagnostic.message.startswith(_UNKNOWN_NAME) and not made.origin.inserted(start)
        if named or (before.source is not None and LineIndex(before.source.text).place(at) in known):
            return None
        return min(made.applied, key=lambda item: abs(item.at - at), default=None)
    return None


def origin_of(made: Repaired, line: int, column: int) -> int:
    """The offset in the original text of a place in the repaired one."""
    return made.origin.origin(LineIndex(made.text).offset(line, column))


def _first_error(report: SourceReport) -> str:
    if report.reasons:
        return str(report.reasons[0])
    error = next((item for item in report.diagnostics if item.severity == "error"), None)
    return error.message if error else "it does not compile"


def _with_declared(after: SourceReport, before: SourceReport) -> SourceReport:
    """The report of a repaired source, with the types that the repair took out of the signatures.

    `title: string, folder?: string` is no Rune, so the repair deletes it; but it is the only place that says what the
    arguments are.
    """
    typed = {
        tool.definition.name: tool.definition
        for tool in before.failed
        if tool.definition and tool.form == "attribute-typed"
    }
    tools = tuple(
        replace(tool, input_schema=known.input_schema, form=known.form)
        if (known := typed.get(tool.name)) and known.positional == tool.positional
        else tool
        for tool in after.tools
    )
    return replace(after, tools=tools)
