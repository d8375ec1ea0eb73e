"""Checking one file: everything that is to be said about it, with its places, and what a repair would make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from crucible_tools.model.enums import FileKind, RepairMode
from crucible_tools.model.locations import Location
from crucible_tools.model.tools import Repair
from crucible_tools.rune.check.examining import Examination, Examiner, origin_of
from crucible_tools.rune.check.happening import Happening, what_happens
from crucible_tools.rune.check.report import COMPILE, CheckedFile, CheckedFinding, LineIndex, ToolOutcome
from crucible_tools.rune.rules.registry import by_code, rules
from crucible_tools.rune.rules.rule import Finding
from crucible_tools.rune.syntax.nodes import Type

if TYPE_CHECKING:
    from crucible_tools.rune.check.rehearsal import Rehearser
    from crucible_tools.rune.discovery import DiscoveredFile
    from crucible_tools.rune.hosts import CapabilityOf
    from crucible_tools.rune.inspection import Inspector
    from crucible_tools.rune.report import Reason
    from crucible_tools.rune.rules.rule import Rule

Repairable = Literal["safe", "unsafe"] | None


class Checker:
    """Checks files.

    Args:
        inspector: the sandbox.
        among: the rules to ask; all by default.
        repairs: which repairs are made in `CheckedFile.repaired`.
        capability_of: what the application registered.
        rehearser: calls tools without touching anything outside, to see what really happens; None: it is not tried.
    """

    def __init__(
        self,
        inspector: Inspector,
        *,
        among: Sequence[Rule] | None = None,
        repairs: RepairMode = RepairMode.SAFE,
        capability_of: CapabilityOf | None = None,
        rehearser: Rehearser | None = None,
    ) -> None:
        self._among = rules() if among is None else among
        self._repairs = repairs
        self._rehearser = rehearser
        self._examiner = Examiner(inspector, RepairMode.SAFE, self._among, capability_of, rehearser=rehearser)

    async def check(self, file: DiscoveredFile) -> CheckedFile:
        """Checks a file. Never raises for what is in it."""
        safe = await self._examiner.examine(file)
        unsafe = await self._examiner.with_unsafe(safe)
        made = {RepairMode.NONE: None, RepairMode.SAFE: safe, RepairMode.UNSAFE: unsafe}[self._repairs]
        codes = {rule.code for rule in self._among}
        return _File(safe, unsafe, made, codes, await what_happens(safe, self._rehearser)).checked()


class _File:
    """One file on its way to what is said about it."""

    def __init__(
        self,
        safe: Examination,
        unsafe: Examination,
        made: Examination | None,
        codes: set[str],
        happens: Happening,
    ) -> None:
        self._happens = happens
        self._safe = safe
        self._unsafe = unsafe
        self._made = made
        self._codes = codes
        self._report = safe.report
        self._text = safe.script.text if safe.script else safe.report.source.text if safe.report.source else ""
        self._index = LineIndex(self._text)

    def checked(self) -> CheckedFile:
        report, source = self._report, self._report.source
        mended = self._made.mended if self._made else None
        return CheckedFile(
            path=report.file.relative,
            absolute=report.file.path,
            kind=report.kind,
            text=source.text if source else None,
            bom=source.bom if source else False,
            newline=source.line_ends if source else "\n",
            compiles=report.compiles,
            findings=tuple(self._placed(self._findings())),
            tools=tuple(self._tools()),
            repaired=mended.repaired.text if mended else None,
            repaired_compiles=mended is not None,
            repairs=tuple(self._repairs()),
            unrepaired=self._unrepaired(),
        )

    # --- findings ---

    def _findings(self) -> list[Finding]:
        """What the rules, the reader and the compiler say, each thing once, in the order of the text."""
        found = [*self._safe.findings, *(item for item in self._happens.unexplained if item.code in self._codes)]
        seen = {(item.code, self._index.place(item.start)[0]) for item in found}
        for item in self._later():
            key = (item.code, self._index.place(item.start)[0])
            if key not in seen:
                seen.add(key)
                found.append(item)
        told = {item.start for item in found if item.code != _LAST_WORD}
        found = [item for item in found if item.code != _LAST_WORD or item.start not in told]
        by_rule = {item.code for item in found}
        for reason in self._reasons():
            if reason.code in by_rule or _PLACED.get(reason.code) in by_rule:
                continue  # the rule knows the place better
            item = self._of_reason(reason)
            if item.code == "RN201" and self._in_type(item.start):
                continue  # types are no functions: that there are none is said of the whole type
            key = (item.code, self._index.place(item.start)[0])
            if key not in seen:
                seen.add(key)
                found.append(item)
        explained = {line for code, line in seen if self._explains(code)}
        found += self._of_compiler(explained, {item.code for item in found})
        return sorted(found, key=lambda item: (item.start, item.code))

    def _later(self) -> Iterator[Finding]:
        """What only repairs brought to light."""
        for examination in (self._safe, self._unsafe):
            if examination.mended:
                yield from examination.mended.repaired.later

    def _reasons(self) -> Iterator[Reason]:
        """What the reader says that is no rule's own finding."""
        report = self._report
        reasons = [*report.reasons, *(reason for tool in report.failed for reason in tool.reasons)]
        known = by_code()
        for reason in reasons:
            if reason.code == "RN304" and reason.severity == "warning":
                continue  # nothing is wrong with it: it needs a level that reading does not have
            if reason.code != COMPILE and (reason.code not in known or reason.code in self._codes):
                yield reason

    def _in_type(self, offset: int) -> bool:
        script = self._safe.script
        return script is not None and any(
            script.start(node) <= offset < script.end(node) for node in script.tree.of(Type)
        )

    def _of_reason(self, reason: Reason) -> Finding:
        start, end = self._extent(reason.location)
        return Finding(reason.code, start, end, reason.message, reason.severity, reason.hint)

    def _extent(self, location: Location | None) -> tuple[int, int]:
        if location is None:
            return 0, 0
        start = min(self._index.offset(location.line, location.column), len(self._text))
        return start, min(start + (location.length or 0), len(self._text))

    def _explains(self, code: str) -> bool:
        """Whether a finding of this code may be why a source does not compile."""
        rule = by_code().get(code)
        return rule is None or rule.kind in ("syntax", "file") or code == "RN201"

    def _of_compiler(self, explained: set[int], told: set[str]) -> Iterator[Finding]:
        """Errors of the compiler on lines that nothing else explains: of the source, and of what repairs made of it."""
        if "RN903" in told:
            return  # the rest is read wrongly
        if self._report.compiles or any(
            item.severity == "error" and item.code in _WHOLE for item in self._report.reasons
        ):
            return
        if self._safe.mended or self._unsafe.mended:
            return  # what was repaired was why
        said = set(explained)
        for item in self._report.diagnostics:
            line = self._index.place(self._extent(item.location)[0])[0]
            if item.severity == "error" and line not in said:
                said.add(line)
                yield _said(item.message, *self._extent(item.location))
        compiled = said - explained
        for examination in (self._safe, self._unsafe):
            if examination.failed:
                made, after = examination.failed
                # What was repaired is not why it still does not compile, on whatever line it stood.
                left = {self._index.place(item.start)[0] for item in made.left if self._explains(item.code)}
                for item in after.diagnostics:
                    if item.severity != "error" or item.location is None:
                        continue
                    at = min(origin_of(made, item.location.line, item.location.column), len(self._text))
                    line = self._index.place(at)[0]
                    if line not in left | compiled:
                        compiled.add(line)
                        yield _said(item.message, at, at)

    def _placed(self, findings: Iterable[Finding]) -> Iterator[CheckedFinding]:
        left = {
            name: {(item.code, item.start) for item in examination.mended.repaired.left}
            for name, examination in (("safe", self._safe), ("unsafe", self._unsafe))
            if examination.mended
        }
        made = "unsafe" if self._made is self._unsafe and self._made is not self._safe else "safe"
        for item in findings:
            line, column = self._index.place(item.start)
            end_line, end_column = self._index.place(item.end)
            repairable = self._repairable(item, left)
            yield CheckedFinding(
                self._with_dropped(item),
                line,
                column,
                end_line,
                end_column,
                self._index.line(line),
                verified=self._happens.at.get((item.code, item.start)),
                repaired=self._made is not None
                and self._made.mended is not None
                and repairable is not None
                and (repairable == "safe" or made == "unsafe"),
                repairable=repairable,
            )

    def _repairable(self, finding: Finding, left: dict[str, set[tuple[str, int]]]) -> Repairable:
        """Which repairs mend it: it is gone from the repaired text."""
        if finding.code not in by_code() and finding.code != COMPILE:
            return None
        names: tuple[Literal["safe", "unsafe"], ...] = ("safe", "unsafe")
        for name in names:
            if finding.code in self._still(name):
                continue
            if name in left and (finding.code, finding.start) not in left[name]:
                return name
        return None

    def _still(self, name: Literal["safe", "unsafe"]) -> set[str]:
        """The codes of what reading the repaired source still complains of, and no rule finds."""
        mended = (self._safe if name == "safe" else self._unsafe).mended
        if mended is None:
            return set()
        report = mended.report
        reasons = [*report.reasons, *(reason for tool in report.failed for reason in tool.reasons)]
        return {reason.code for reason in reasons if reason.severity == "error"}

    def _with_dropped(self, finding: Finding) -> Finding:
        """The finding, with what Rune said about its repair when that had to be dropped."""
        for examination in (self._safe, self._unsafe):
            for applied, why in examination.dropped:
                if (applied.finding.code, applied.at) == (finding.code, finding.start):
                    return replace(finding, hint=f"its repair does not hold, so that it is yours: {why}", fix=None)
        return finding

    # --- tools and repairs ---

    def _tools(self) -> Iterator[ToolOutcome]:
        """What becomes of each tool that the file defines or means to define."""
        report = self._report
        ok = {tool.name for tool in report.tools}
        certain = self._fails()
        safe, unsafe = _names(self._safe), _names(self._unsafe)
        known = [*(tool.name for tool in report.tools), *(tool.name for tool in report.failed)]
        if not known:
            # What another language declares is no declaration until it is repaired.
            known = list(safe or unsafe)
        for name in dict.fromkeys(known):
            if name in ok and not certain:
                yield ToolOutcome(name, "ok")
            elif name in safe:
                yield ToolOutcome(name, "repaired", _summary(self._safe, name))
            elif name in unsafe:
                yield ToolOutcome(name, "repaired-unsafely", _summary(self._unsafe, name))
            elif name in ok:
                yield ToolOutcome(name, "ok")
            else:
                reason = next((str(tool.reason) for tool in report.failed if tool.name == name), None)
                yield ToolOutcome(name, "failed", reason)

    def _fails(self) -> bool:
        """Whether something that compiles certainly fails at run time."""
        known = by_code()
        return any(item.severity == "error" and known[item.code].kind == "certain" for item in self._safe.findings)

    def _repairs(self) -> Iterator[Repair]:
        if self._made and self._made.mended:
            for item in self._made.mended.repaired.applied:
                yield Repair(item.finding.code, self._index.place(item.at)[0], item.fix.title, item.fix.safe)

    def _unrepaired(self) -> str | None:
        if self._report.kind is FileKind.NOT_RUNE:
            return None
        made = self._made or self._safe
        return made.unmended


_LAST_WORD: Final = "RN141"
"""The rule that speaks of a place where no other one does."""

_PLACED: Final = {"name": "RN305", "invalid-schema": "RN306", "no-entry": "RN308"}
"""What the reader complains of, and the rule that finds the same where it is written."""

_WHOLE: Final = frozenset({"RN901", "RN902", "RN903", "RN904", "too-large", "stopped"})
"""Reasons that say all there is to say about a file that does not compile."""


def _said(message: str, start: int, end: int) -> Finding:
    """What the compiler says, with what helps against it."""
    hint = next((hint for beginning, hint in _HELP.items() if message.startswith(beginning)), None)
    return Finding(COMPILE, start, end, f"Rune says: {message}", hint=hint)


_HELP: Final = {
    "Missing item": "neither this file nor a host has anything of this name: write it, or call what is meant",
    "No local variable": "nothing of this name is known here: declare it with `let`, or spell it as it is declared",
    "Missing macro": "Rune has `format!`, `println!`, `panic!`, `assert!` and a few more",
    "Unexpected character": "Rune knows no such sign outside of texts and comments",
    "Expected an opening brace": "a block stands in braces: `{ .. }`",
}


def _names(examination: Examination) -> dict[str, None]:
    mended = examination.mended
    return dict.fromkeys(tool.name for tool in mended.report.tools) if mended else {}


def _summary(examination: Examination, name: str) -> str | None:
    """What the repair did to the rehearsed calls of a tool."""
    return examination.comparison.summary(name) if examination.comparison else None
