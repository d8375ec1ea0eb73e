"""What rehearsals show about a source: which calls fail alike, and which finding says why."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from crucible_tools.rune.check.rehearsal import Failure, Trial
from crucible_tools.rune.rules.rule import Finding

_MOST_WORDS: Final = 2

_NAME: Final = re.compile(r"`([A-Za-z_]\w*)`(?= is no method|$)")
"""The method or the field that an error is about."""

_FEW: Final = 3
"""Calls with different types that show that the types are not to blame."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Calls of a tool that fail alike.

    Args:
        tool: name of the tool.
        line: where they stop, if that is known.
        told: what goes wrong.
        trials: the calls.
        calls: how many calls of the tool were rehearsed.
        missing: an optional parameter whose absence decides whether it happens.
        conclusive: whether neither a stand-in nor made-up arguments can be to blame.
    """

    tool: str
    line: int | None
    told: str
    trials: tuple[Trial, ...]
    calls: int
    missing: str | None
    conclusive: bool

    def __str__(self) -> str:
        """One sentence without a full stop."""
        every = len(self.trials) == self.calls
        who = f"every rehearsed call of `{self.tool}`" if every else f"calls of `{self.tool}` {self._words()}"
        fails = "fails" if every else "fail"
        clause = f"{who} {fails}{at_line(self.line)}: {self.told}"
        return clause if self.conclusive else f"{clause} (inconclusive: {self._doubt()})"

    def _words(self) -> str:
        if self.missing:
            return f"without `{self.missing}`"
        return _joined(dict.fromkeys(trial.variant.words for trial in self.trials))

    def _doubt(self) -> str:
        trial = next(trial for trial in self.trials if trial.inconclusive)
        if trial.by_stand_in:
            names = _listed(trial.stood_in)
            return f"{names} {'was' if len(trial.stood_in) == 1 else 'were'} answered by a stand-in"
        return f"the schema does not say what {_listed(trial.variant.guessed)} must be"


def problems(trials: Iterable[Trial]) -> tuple[Problem, ...]:
    """The failures among calls, those of one tool at one place together, in the order in which they came up.

    A call that failed with arguments of a type that the schema leaves open tells nothing about the tool if another
    one ran: it is left out.
    """
    by_tool: dict[str, list[Trial]] = {}
    for trial in trials:
        by_tool.setdefault(trial.tool, []).append(trial)
    found: list[Problem] = []
    for tool, calls in by_tool.items():
        telling_calls = telling(calls)
        for (line, told), failing in _groups(telling_calls).items():
            others = [trial for trial in telling_calls if trial not in failing]
            missing = _missing(failing, others)
            conclusive = not all(trial.inconclusive for trial in failing) or _whatever(failing, calls)
            found.append(Problem(tool, line, told, tuple(failing), len(telling_calls), missing, conclusive))
    return tuple(found)


def telling(calls: Sequence[Trial]) -> list[Trial]:
    """The calls of one tool without those that did not reach it, or failed since their arguments were, most likely, of
    a wrong type.
    """
    calls = [trial for trial in calls if trial.failure is not Failure.REFUSED]
    ran = any(trial.runs for trial in calls)
    if not ran and any(_whatever(failing, calls) for failing in _groups(calls).values()):
        return calls
    return [trial for trial in calls if not (trial.by_guess and (ran or trial.variant.kind))]


def _groups(calls: Iterable[Trial]) -> dict[tuple[int | None, str], list[Trial]]:
    groups: dict[tuple[int | None, str], list[Trial]] = {}
    for trial in calls:
        if not trial.runs:
            groups.setdefault((trial.line, trial.told), []).append(trial)
    return groups


def _whatever(failing: Sequence[Trial], calls: Sequence[Trial]) -> bool:
    """Whether every call failed alike, whatever open parameters were given."""
    several = len(failing) >= _FEW and len({trial.variant.kind for trial in failing}) > 1
    return several and len(failing) == len(calls) and not any(trial.by_stand_in for trial in failing)


def _missing(failing: Sequence[Trial], others: Sequence[Trial]) -> str | None:
    """The one parameter that all failing calls leave out and all others give."""
    names = set(failing[0].variant.without).intersection(*(trial.variant.without for trial in failing))
    names.difference_update(*(trial.variant.without for trial in others))
    return names.pop() if len(names) == 1 and others else None


def explain(trial: Trial, findings: Sequence[Finding], text: str) -> Finding | None:
    """The finding that says why a call failed: it stands where the call stopped, or where it came through.

    Args:
        trial: the call.
        findings: in the text that was called.
        text: the source.
    """
    if trial.runs or not findings:
        return None
    breaks = [at for at, character in enumerate(text) if character == "\n"]
    starts = [0, *(at + 1 for at in breaks)]
    for line, column, length in _places(trial):
        if line > len(starts):
            continue
        begin = starts[line - 1] + column - 1
        end = begin + max(length, 1)
        here = [item for item in findings if bisect_right(starts, item.start) <= line <= bisect_right(starts, item.end)]
        if here:
            # An extent that Rune blames is the whole expression, so a finding inside it is meant: of those, the one
            # about the name that Rune misses.
            name = _NAME.search(trial.told)
            return min(
                here,
                key=lambda item: (
                    name is None or name[1] not in text[item.start : item.end],
                    not (begin <= item.start and item.end <= end),
                    not (item.start < end and begin < item.end),
                    item.severity != "error",
                    abs(item.end - end),
                ),
            )
    return None


def _places(trial: Trial) -> Iterable[tuple[int, int, int]]:
    """Line, column and length of the place where a call stopped, then of the calls that led there."""
    error = trial.error
    if error is None:
        return
    if error.location is not None:
        yield error.location.line, error.location.column, error.location.length or 1
    data: Any = error.data
    backtrace: Any = cast("dict[str, Any]", data).get("backtrace") if isinstance(data, dict) else None
    if isinstance(backtrace, list):
        for frame in cast("list[Any]", backtrace):
            if isinstance(frame, dict):
                fields = cast("dict[str, Any]", frame)
                place = (fields.get("line"), fields.get("column"), fields.get("length", 1))
                if all(isinstance(part, int) and part > 0 for part in place):
                    yield cast("tuple[int, int, int]", place)


def at_line(line: int | None) -> str:
    """The place as it goes into a sentence."""
    return f" at line {line}" if line is not None else ""


def _joined(words: Iterable[str]) -> str:
    shown = list(words)
    more = len(shown) - _MOST_WORDS
    if more > 0:
        return f"{', '.join(shown[:_MOST_WORDS])} and {more} more"
    return " or ".join(shown)


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in names[:_MOST_WORDS]]
    return f"{', '.join(shown)} and others" if len(names) > _MOST_WORDS else " and ".join(shown)
