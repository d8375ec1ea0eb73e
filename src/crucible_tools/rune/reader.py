"""Reading one source file: what it is, which tools it defines, and what they need.

The source is compiled and described in the sandbox, and its metadata functions are called there; nothing of it ever
runs outside. Reading never raises for what is in a file: everything is in the report.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from crucible_tools.errors import BadGuestAnswer
from crucible_tools.model.enums import FileKind, StopReason
from crucible_tools.model.locations import Diagnostic, Location
from crucible_tools.model.policy import MIB
from crucible_tools.rune import classify
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.facts import MISSING, Facts, read_facts
from crucible_tools.rune.forms.reading import Reading
from crucible_tools.rune.forms.settle import Tools, look_for_forms, settle
from crucible_tools.rune.hosts import CapabilityOf, HostUse, host_use
from crucible_tools.rune.inspection import Evaluation, Inspection, Inspector
from crucible_tools.rune.recovery import recovered
from crucible_tools.rune.report import FailedTool, Form, Reason, SourceReport
from crucible_tools.rune.source import Source, Unreadable, read_source, shebang_header

__all__ = ["MAX_SOURCE_BYTES", "Evaluation", "Inspection", "Inspector", "read_file", "read_text"]

MAX_SOURCE_BYTES: Final = MIB
"""Longest source that is compiled (contract.md, `ScriptEngineConfig.max_source_size`)."""

_MAX_READ_BYTES: Final = 64 * MIB

_MOST_FACTS: Final = 20_000
"""What the guest says about a source at most (`FACTS` of describe.rs)."""

_NO_MEMORY: Final = "Failed to allocate"
"""How Rune's parser begins to say that the memory is used up."""

_HINTS: Final = {
    "Attributes on functions are not supported": (
        "move the function to the top level of the file: Rune takes attributes on functions only there"
    ),
}
"""What helps against errors of the compiler whose own words don't say it."""


async def read_file(
    file: DiscoveredFile,
    inspector: Inspector,
    *,
    max_source_bytes: int = MAX_SOURCE_BYTES,
    capability_of: CapabilityOf | None = None,
) -> SourceReport:
    """Reads a file that was discovered.

    Args:
        file: the file.
        inspector: the sandbox.
        max_source_bytes: longest source that is compiled.
        capability_of: what the application registered: the capability of a function, None if it is nobody's.
    """
    if file.problem:
        reason = Reason(file.problem.value, "error", f"{file.relative} {file.message}")
        return SourceReport(file=file, kind=FileKind.UNREADABLE, reasons=(reason,))
    source = read_source(file.path, max(_MAX_READ_BYTES, max_source_bytes))
    if isinstance(source, Unreadable):
        return _unreadable(file, source)
    length = len(source.text.encode())
    if length > max_source_bytes:
        message = f"{file.relative} has {length:,} bytes, more than the {max_source_bytes:,} that a source may have"
        return _refused(file, source, Reason("too-large", "error", message))
    return await read_text(file, source, inspector, capability_of=capability_of)


async def read_text(
    file: DiscoveredFile, source: Source, inspector: Inspector, *, capability_of: CapabilityOf | None = None
) -> SourceReport:
    """Reads a source whose text is at hand: that of a file, or a repaired one under the name of its file."""
    inspection = await inspector.inspect(source.text, file.relative)
    try:
        try:
            facts = read_facts(inspection.facts)
        except BadGuestAnswer as error:
            return _refused(file, source, Reason(error.code, "error", error.message))
        if not facts.parsed and not inspection.stopped:
            facts = await _with_hidden(facts, source.text, file.relative, inspector)
        if not facts.header:
            facts = structs.replace(facts, header=shebang_header(source.text))
        return await _Source(file, source, inspection, facts).read(capability_of)
    finally:
        inspection.close()


async def _with_hidden(facts: Facts, text: str, path: str, inspector: Inspector) -> Facts:
    """The facts with what is declared behind a bracket, a quote or a sign that Rune cannot read on from."""
    if facts.error is None:
        return facts
    closed = recovered(text)
    if closed is None:
        return facts
    inspection = await inspector.inspect(closed, path)
    try:
        more = read_facts(inspection.facts)
    except BadGuestAnswer:
        return facts
    finally:
        inspection.close()
    if len(more.functions) <= len(facts.functions):
        return facts
    return structs.replace(more, parsed=False, error=facts.error)


def _unreadable(file: DiscoveredFile, source: Unreadable) -> SourceReport:
    code = "RN901" if source.encoding else "not-now" if source.passing else "unreadable"
    reason = Reason(code, "error", f"{file.relative} {source.message}")
    # One byte is one character here: enough to see what the file meant to be, whatever its encoding is.
    return SourceReport(
        file=file,
        kind=FileKind.UNREADABLE,
        sha256=source.sha256,
        failed=_evident(source.data.decode("latin-1"), file, reason),
        reasons=(reason,),
    )


def _refused(file: DiscoveredFile, source: Source, reason: Reason) -> SourceReport:
    return SourceReport(
        file=file,
        kind=FileKind.INVALID,
        source=source,
        sha256=source.sha256,
        failed=_evident(source.text, file, reason),
        reasons=(reason,),
    )


def _evident(text: str, file: DiscoveredFile, reason: Reason) -> tuple[FailedTool, ...]:
    name = classify.evident_tool(text, file.stem)
    return (FailedTool(name, None, "", (reason,)),) if name else ()


class _Source:
    """One source on its way to a report."""

    def __init__(self, file: DiscoveredFile, source: Source, inspection: Inspection, facts: Facts) -> None:
        self._file = file
        self._source = source
        self._inspection = inspection
        self._facts = facts
        # More than is reported: whatever it is, it must not be taken for less than it is.
        self._compiles = inspection.compiles and facts.parsed and not facts.truncated
        self._stopped = _stopped(inspection, facts)
        # Whether its facts may lack what would show that it is a tool.
        self._partial = facts.truncated or (bool(self._stopped) and not facts.parsed)

    async def read(self, capability_of: CapabilityOf | None) -> SourceReport:
        """Looks for the forms, and for what explains that there are none."""
        path = self._file.relative
        evaluate = self._inspection.evaluate if self._compiles else self._literal
        reading = Reading(self._facts, path, self._file.stem, self._source.text, evaluate)
        await look_for_forms(reading)
        use = host_use(self._facts.host_calls, path, compiles=self._compiles, capability_of=capability_of)
        refusal = () if self._compiles else self._refusal(use)
        settled = settle(reading, use.capabilities, refusal)
        kind, other = self._kind(reading)
        # A source that does not compile could not say what its functions give: that is no reason of its own.
        own = [reason for reason in reading.reasons if self._compiles or reason.code != "RN304"]
        reasons = [*((other,) if other else refusal), *own, *settled.warnings]
        reasons.sort(key=lambda reason: reason.severity != "error")
        return self._report(reading, use, settled, kind, tuple(reasons))

    def _report(
        self, reading: Reading, use: HostUse, settled: Tools, kind: FileKind, reasons: tuple[Reason, ...]
    ) -> SourceReport:
        failed = settled.failed
        if kind is FileKind.INVALID and not failed and reasons:
            # It may be a tool, which must not be missing.
            failed = _evident(self._source.text, self._file, reasons[0])
            if self._stopped or self._partial:
                failed = failed or (FailedTool(self._file.stem, None, "", reasons[:1]),)
        foreign = kind is FileKind.NOT_RUNE
        return SourceReport(
            file=self._file,
            kind=kind,
            source=self._source,
            sha256=self._source.sha256,
            compiles=self._compiles,
            forms=self._forms(reading, kind),
            tools=settled.tools,
            failed=failed,
            hooks=tuple(reading.hooks),
            plugin=reading.plugin,
            reasons=reasons,
            diagnostics=self._inspection.diagnostics,
            host_functions=() if foreign else use.functions,
            unknown_functions=() if foreign else use.unknown,
            capabilities=() if foreign else use.capabilities,
            lowest_level=None if foreign or kind is FileKind.INVALID else use.lowest_level,
            needs=() if foreign else use.needs,
        )

    def _kind(self, reading: Reading) -> tuple[FileKind, Reason | None]:
        """What the file is, and why it is nothing of ours if it isn't."""
        if reading.plugin:
            return FileKind.PLUGIN, None
        if reading.hooks or "manifest" in reading.forms:
            return FileKind.HOOK, None
        if self._compiles:
            return (FileKind.TOOL if reading.drafts else FileKind.LIBRARY), None
        if other := self._other(reading):
            return FileKind.NOT_RUNE, other
        if reading.drafts:
            return FileKind.TOOL, None
        if not self._partial and (self._facts.functions or self._facts.modules):
            return FileKind.LIBRARY, None
        if classify.blank(self._source.text):
            return FileKind.LIBRARY, None
        return FileKind.INVALID, None

    def _other(self, reading: Reading) -> Reason | None:
        """Why a source that does not compile is no Rune; a tool of ours is one, whatever else is in it."""
        if any(draft.form not in ("script", "header") for draft in reading.drafts):
            return None
        text = self._source.text
        if self._facts.parsed or classify.blank(text):
            return None
        shows_nothing = not self._facts.functions and not self._facts.modules
        foreign = classify.foreign(text, self._file.relative) if shows_nothing else None
        return foreign or classify.rust(text)

    @staticmethod
    def _forms(reading: Reading, kind: FileKind) -> tuple[Form, ...]:
        if kind is FileKind.NOT_RUNE:
            return ()
        if not reading.forms and (reading.facts.functions or reading.facts.modules):
            return ("library",)
        return tuple(reading.forms)

    def _refusal(self, use: HostUse) -> tuple[Reason, ...]:
        """Why the source does not compile, what explains it best first."""
        path, text = self._file.relative, self._source.text
        limits = [Reason("stopped", "error", self._stopped)] if self._stopped else []
        if self._facts.truncated:
            what = f"{_MOST_FACTS:,} functions, parameters, uses and doc lines"
            message = f"it declares more than any tool does: at most {what} are read"
            limits.append(Reason("too-large", "error", message))
        if limits:
            return tuple(limits)
        errors = (item for item in self._inspection.diagnostics if item.severity == "error")
        first = [_compile_error(item) for item in errors][:1]
        reasons: list[Reason] = []
        for module in self._facts.modules:
            if module.external:
                name = "::".join(module.path)
                message = f"`mod {name};` wants a module in another file; a tool is one source"
                hint = f"paste its text in as `mod {name} {{ .. }}`"
                location = Location(path, module.line, module.column, len(module.path[-1]))
                reasons.append(Reason("RN022", "error", message, hint=hint, location=location))
        reasons += use.reasons
        if self._facts.parsed and reasons:
            # They are why it does not compile; Rune's own words for it are among the diagnostics.
            return tuple(reasons)
        if special := classify.conflict(text, path) or classify.cut_off(self._facts, path, text):
            first = [special]
        return (*first, *reasons) or (Reason("compile", "error", "it does not compile"),)

    async def _literal(self, function: str, method: str | None = None) -> Evaluation:
        """What a metadata function gives, of a source that does not compile: only a literal can be known."""
        known = self._facts.by_path.get((function,))
        if method is not None or known is None or known.returns is MISSING:
            message = "the source does not compile"
            return Evaluation(False, None, message, StopReason.SCRIPT_ERROR, None)
        return Evaluation(True, known.returns, None, StopReason.FINISHED, None)


def _compile_error(diagnostic: Diagnostic) -> Reason:
    message = f"it does not compile: {diagnostic.message}"
    hint = _HINTS.get(diagnostic.message)
    return Reason("compile", "error", message, hint=hint, location=diagnostic.location)


def _stopped(inspection: Inspection, facts: Facts) -> str | None:
    """What stopped compiling or reading a source before its end, if anything did."""
    if inspection.stopped:
        return f"compiling it was stopped: {inspection.stopped}"
    if facts.parsed or facts.error is None:
        return None
    message = facts.error.message
    if message.startswith(_NO_MEMORY):
        return f"reading it was stopped: {StopReason.OUT_OF_MEMORY.value}: {message}"
    # Rune's own parser took it for the compiler: what it is described by was stopped, and its message says by what.
    return f"reading it was stopped: {message}" if inspection.compiles else None
