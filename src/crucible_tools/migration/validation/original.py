"""A tool as its author wrote it, beside what was migrated: the same calls, and how their answers differ."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from crucible_tools.migration.validation.candidate import Candidate
from crucible_tools.migration.validation.codes import Code
from crucible_tools.migration.validation.trials import facts
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.comparing import Comparison, Pair, compare
from crucible_tools.rune.check.rehearsal import Part, Rehearsal, Terms
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.reader import read_text
from crucible_tools.rune.source import Source, line_ends

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

_MOST_DIFFERENCES: Final = 5
"""Differences of a tool that are told one by one."""


@dataclass(frozen=True, slots=True)
class Silent:
    """The original gives no answers: why, in words that go behind "the original"."""

    why: str


class Original(Protocol):
    """Whoever can say what the original service answers."""

    async def answers(self, candidate: Candidate, variants: Sequence[Variant], terms: Terms) -> "Rehearsal | Silent":
        """What the calls with these arguments come to there. Nothing that reaches outside is done."""
        ...


class OriginalText:
    """Reads and rehearses the source that the author wrote, as `RuneService` reads and calls it.

    Args:
        engine: running; has the application's modules that the tools call.
    """

    def __init__(self, engine: "ScriptEngine") -> None:
        self._engine = engine

    async def answers(self, candidate: Candidate, variants: Sequence[Variant], terms: Terms) -> Rehearsal | Silent:
        """What the calls with these arguments come to."""
        if candidate.original is None:
            return Silent("is not known")
        text = candidate.original.removeprefix("\ufeff")  # as reading a file does
        data = text.encode()
        source = Source(text, hashlib.sha256(data).hexdigest(), len(data), False, line_ends(text))
        # Its name decides what a tool without a name of its own is called.
        name = candidate.source.name if candidate.source is not None else f"{candidate.name}.rn"
        file = DiscoveredFile(candidate.source or Path(name), Path(), name)
        report = await read_text(file, source, self._engine, capability_of=self._engine.capability_of)
        tool = next((item for item in report.tools if item.name == candidate.name), None)
        if tool is None:
            failed = [item.reason.message for item in report.failed if item.name == candidate.name]
            why = (
                failed[0] if failed else next((reason.message for reason in report.reasons), "it defines no such tool")
            )
            return Silent(f"can't be called: {why}")
        return await self._engine.rehearse(text, name, [Part(tool, tuple(variants))], terms)


async def compared(
    candidate: Candidate, migrated: Rehearsal, original: Original, terms: Terms, again: "Again"
) -> Sequence[ValidationFinding]:
    """How the answers of a migrated tool differ from those of its original.

    Args:
        candidate: the tool.
        migrated: what its calls came to.
        original: what they are compared with.
        terms: what they ran under.
        again: makes calls of the migrated tool once more.
    """
    variants = [trial.variant for trial in migrated.trials]
    before = await original.answers(candidate, variants, terms)
    if isinstance(before, Silent):
        return (Code.NOT_COMPARED.finding(candidate.name, f"nothing was compared: the original {before.why}"),)
    comparison = compare(before, migrated)
    if comparison.violations:
        # Do they give the same twice at all? A busy machine stops one call in time and not the next.
        once_more = await original.answers(candidate, variants, terms)
        if isinstance(once_more, Rehearsal):
            unstable = _unstable(before, once_more) | _unstable(migrated, await again(variants))
            comparison = Comparison(
                before, migrated, tuple(pair for pair in comparison.pairs if pair.variant.key not in unstable)
            )
    return tuple(_differences(candidate, comparison))


class Again(Protocol):
    """Makes calls once more."""

    async def __call__(self, variants: Sequence[Variant], /) -> Rehearsal:
        """What they come to this time."""
        ...


def _unstable(once: Rehearsal, again: Rehearsal) -> set[str]:
    """Calls that give something else each time."""
    return {pair.variant.key for pair in compare(once, again).pairs if pair.verdict not in ("same", "fails")}


def _differences(candidate: Candidate, comparison: Comparison) -> Iterator[ValidationFinding]:
    meant = any(not repair.safe for repair in candidate.repairs)
    code = Code.CHANGED_BY_REPAIR if meant else Code.DIFFERS
    found = comparison.violations
    for pair in found[:_MOST_DIFFERENCES]:
        yield code.finding(candidate.name, str(pair), **_context(pair))
    if len(found) > _MOST_DIFFERENCES:
        yield code.finding(candidate.name, f"{len(found) - _MOST_DIFFERENCES} more calls differ from the original's")


def _context(pair: Pair) -> dict[str, object]:
    before, after = pair.before, pair.after
    return {
        "arguments": pair.variant.arguments,
        "original": None if before is None else {"result": before.result, "error": before.told or None},
        "migrated": None if after is None else {"result": after.result, "error": after.told or None, **facts(after)},
    }
