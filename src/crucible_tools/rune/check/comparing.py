"""What a repair made of the calls of a source: those that were rehearsed before and after it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from crucible_tools.model.json import Json
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.check.arguments import Variant, fields_of, share, variants
from crucible_tools.rune.check.problems import at_line, problems, telling
from crucible_tools.rune.check.rehearsal import Failure, Part, Rehearsal, Rehearser, Trial


class Verdict(StrEnum):
    """What a repair did to one call."""

    SAME = "same"
    """It ran before, and gives and does the same."""
    MENDED = "mended"
    """It did not run before, and does now."""
    CHANGED = "changed"
    """It ran before, and gives or does something else."""
    BROKEN = "broken"
    """It ran before, and does not any more."""
    FAILS = "fails"
    """It runs neither before nor after."""
    UNKNOWN = "unknown"
    """It was not called on one of the sides."""


_OTHERWISE: Final = (Verdict.CHANGED, Verdict.BROKEN, Verdict.MENDED)


@dataclass(frozen=True, slots=True)
class Pair:
    """One call before and after a repair; None on the side on which it was not made.

    Args:
        tool: name of the tool.
        variant: what it was called with.
        before: of the source as it was.
        after: of the repaired one.
        verdict: what the repair did.
    """

    tool: str
    variant: Variant
    before: Trial | None
    after: Trial | None
    verdict: Verdict

    def __str__(self) -> str:
        """One sentence without a full stop."""
        call = f"the call of `{self.tool}` {self.variant.words}"
        if self.before is None or self.after is None:
            return f"{call} was not rehearsed on both sides"
        if self.verdict is Verdict.BROKEN:
            return f"{call} ran before the repair and fails{at_line(self.after.line)} now: {self.after.told}"
        if self.verdict is Verdict.CHANGED:
            same = _result(self.before) == _result(self.after)
            if same:
                return f"{call} gives the same as before the repair and does something else outside"
            return f"{call} gave {_short(self.before)} before the repair and gives {_short(self.after)} now"
        if self.verdict is Verdict.MENDED:
            return f"{call} failed{at_line(self.before.line)} before the repair ({self.before.told}) and runs now"
        return f"{call} {'fails' if self.verdict is Verdict.FAILS else 'gives the same'} as before the repair"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A source's rehearsed calls before and after its repair.

    Args:
        before: what they came to before.
        after: what they came to after.
        pairs: each call.
        fickle: tools that give something else each time: nothing can be said about them.
    """

    before: Rehearsal
    after: Rehearsal
    pairs: tuple[Pair, ...]
    fickle: frozenset[str] = frozenset()

    @property
    def violations(self) -> tuple[Pair, ...]:
        """Calls that a safe repair must not have made worse or other: such a repair is to be dropped."""
        return tuple(
            pair
            for pair in self.pairs
            if pair.verdict in (Verdict.BROKEN, Verdict.CHANGED) and pair.tool not in self.fickle
        )

    def summary(self, tool: str) -> str | None:
        """What the repair did to the calls of a tool, in one sentence without a full stop; None if none was made."""
        if not self.after.loaded:
            return "the repaired source does not compile"
        after = telling(self.after.of(tool))
        if not after:
            return None
        runs = sum(trial.runs for trial in after)
        calls = "call" if len(after) == 1 else "calls"
        now = f"now {runs} of {len(after)} rehearsed {calls} {'runs' if runs == 1 else 'run'}"
        left = "; ".join(str(problem) for problem in problems(after))
        return f"{self._formerly(tool, after)}; {now}{f'; {left}' if left else ''}"

    def _formerly(self, tool: str, after: Sequence[Trial]) -> str:
        if not self.before.loaded:
            return "before the repair it did not compile"
        told = {trial.variant.key for trial in after}
        trials = [trial for trial in self.before.of(tool) if trial.variant.key in told]
        failed = [trial for trial in trials if not trial.runs]
        if not trials:
            return "before the repair it was no tool"
        if not failed:
            return "before the repair every call ran"
        places = {(trial.line, trial.told) for trial in failed}
        why = f"{at_line(failed[0].line)} ({failed[0].told}){' and elsewhere' if len(places) > 1 else ''}"
        if len(failed) == len(trials):
            return f"before the repair every call failed{why}"
        return f"before the repair {len(failed)} of {len(trials)} calls failed{why}"


@dataclass(frozen=True, slots=True)
class Version:
    """A source as it was, or repaired: its text, and the tools that reading it found."""

    text: str
    tools: Sequence[ToolDefinition]


def compare(before: Rehearsal, after: Rehearsal, fickle: Iterable[str] = ()) -> Comparison:
    """Puts the calls with the same arguments side by side.

    Args:
        before: of the source as it was.
        after: of the repaired one.
        fickle: tools that give something else each time.
    """
    old = {(trial.tool, trial.variant.key): trial for trial in before.trials}
    pairs: list[Pair] = []
    for trial in after.trials:
        former = old.pop((trial.tool, trial.variant.key), None)
        pairs.append(Pair(trial.tool, trial.variant, former, trial, _verdict(former, trial, before)))
    for trial in old.values():
        verdict = Verdict.UNKNOWN if after.loaded or not trial.runs else Verdict.BROKEN
        pairs.append(Pair(trial.tool, trial.variant, trial, None, verdict))
    return Comparison(before, after, tuple(pairs), frozenset(fickle))


def _verdict(before: Trial | None, after: Trial, first: Rehearsal) -> Verdict:
    refused = after.failure is Failure.REFUSED
    if before is None:
        if first.loaded or refused:
            return Verdict.UNKNOWN
        return Verdict.MENDED if after.runs else Verdict.FAILS
    if not before.runs:
        if refused or before.failure is Failure.REFUSED:
            return Verdict.UNKNOWN
        return Verdict.MENDED if after.runs else Verdict.FAILS
    if not after.runs:
        return Verdict.BROKEN
    return Verdict.SAME if _alike(before, after) else Verdict.CHANGED


def _alike(one: Trial, other: Trial) -> bool:
    done = one.effect_count == other.effect_count and [
        (effect.name, _marked(list(effect.arguments))) for effect in one.effects
    ] == [(effect.name, _marked(list(effect.arguments))) for effect in other.effects]
    return done and _result(one) == _result(other)


def _result(trial: Trial) -> tuple[bool, Any]:
    return trial.error is None, _marked(trial.error.data if trial.error else trial.result)


def _marked(value: Json) -> Any:
    """A value that is equal to another one's if both are the same JSON: for Python `true` is 1, too."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return [_marked(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in cast("dict[str, Any]", value).items()}
    return value


async def rehearse_repair(
    rehearser: Rehearser, path: str, before: Version, after: Version, most: int | None = None
) -> Comparison:
    """Rehearses a source and its repair with the same arguments, and compares them.

    Args:
        rehearser: who can do that.
        path: of the source, for places.
        before: the source as it was.
        after: the repaired one.
        most: sets of arguments for each tool; their share of `MOST_CALLS` by default.
    """
    fields = fields_of(after.text)
    most = share(len(after.tools)) if most is None else most
    sets: dict[str, dict[str, Variant]] = {}
    # By the schema that the author wrote, and by that of the repaired source if it is another one.
    for tool in (*before.tools, *after.tools):
        made = sets.setdefault(tool.name, {})
        for variant in variants(tool.input_schema, most, fields):
            made.setdefault(variant.key, variant)
    first_parts = [Part(tool, tuple(sets[tool.name].values())) for tool in before.tools]
    second_parts = [Part(tool, tuple(sets[tool.name].values())) for tool in after.tools]
    first = await rehearser.rehearse(before.text, path, first_parts)
    second = await rehearser.rehearse(after.text, path, second_parts)
    comparison = compare(first, second)
    if not comparison.violations:
        return comparison
    # Do they give the same twice at all? A busy machine stops one call in time and not the next.
    suspects = {pair.tool for pair in comparison.violations}
    fickle: set[str] = set()
    for version, made_parts, known in ((before, first_parts, first), (after, second_parts, second)):
        again = await rehearser.rehearse(
            version.text, path, [part for part in made_parts if part.tool.name in suspects]
        )
        fickle.update(pair.tool for pair in compare(known, again).pairs if pair.after and pair.verdict in _OTHERWISE)
    return compare(first, second, fickle)


def _short(trial: Trial) -> str:
    value: Any = trial.error.data if trial.error else trial.result
    text = json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= 60 else f"{text[:60]}…"
    return f"Err({text})" if trial.error else f"`{text}`"
