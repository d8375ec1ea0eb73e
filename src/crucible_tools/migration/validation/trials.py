"""What a rehearsed call says about its tool."""

from collections.abc import Container, Iterator, Sequence
from typing import Final

from crucible_tools.migration.validation.codes import Code
from crucible_tools.model.enums import StopReason
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.model.policy import MIB, Policy
from crucible_tools.rune.check.problems import problems
from crucible_tools.rune.check.rehearsal import Failure, Trial

_FATAL: Final = {
    Failure.MISSING_FUNCTION: Code.MISSING_FUNCTION,
    Failure.WRONG_COUNT: Code.MISSING_FUNCTION,
    Failure.TIMED_OUT: Code.TIMED_OUT,
    Failure.MEMORY: Code.OUT_OF_MEMORY,
    Failure.CRASHED: Code.CRASHED,
}
"""What fails a tool (contract.md, "Validation": a missing function or method, a timeout, memory, a crash)."""

_OF_SIZE: Final = (Code.TIMED_OUT, Code.OUT_OF_MEMORY, Code.STOPS)
"""What says little about a tool that was given arguments which are unusual, or large."""

MOST_MEMORY: Final = 256 * MIB
"""Memory of a rehearsed call where the policy allows more, so that no validation takes a machine's whole memory."""


def judge(trials: Sequence[Trial], policy: Policy, edges: Container[str] = ()) -> Iterator[ValidationFinding]:
    """The findings about calls of a tool with generated arguments. Those that gave `Err` have run.

    Args:
        trials: the calls.
        policy: what the tool is to run under.
        edges: keys of the arguments at the edges of what the schema takes.
    """
    refused = [trial for trial in trials if trial.failure is Failure.REFUSED]
    if refused and len(refused) == len(trials):
        trial = refused[0]
        yield Code.NOT_CALLED.finding(trial.tool, f"no arguments were found that it takes: {trial.told}")
    lines: set[int | None] = set()
    for problem in problems(trials):
        first = problem.trials[0]
        assert first.failure is not None, "problems are about calls that failed"
        code, message = code_of(first, first.failure), str(problem)
        if code in _OF_SIZE and all(trial.variant.key in edges for trial in problem.trials):
            if problem.line in lines:
                continue  # another edge of the same thing
            lines.add(problem.line)
            code = Code.EDGE
        elif first.reason is StopReason.OUT_OF_MEMORY and policy.memory_bytes > MOST_MEMORY:
            code = Code.INCONCLUSIVE
            most = MOST_MEMORY // MIB
            message = f"{message} (inconclusive: a rehearsal takes {most} MB at most, and its policy allows more)"
        elif code is not Code.CRASHED and not problem.conclusive:
            code = Code.INCONCLUSIVE
        yield code.finding(first.tool, message, **facts(first))


def code_of(trial: Trial, failure: Failure) -> Code:
    """The code of a failure, whatever may be to blame for it."""
    if trial.reason is StopReason.DENIED:
        return Code.DENIED
    return _FATAL.get(failure, Code.STOPS)


def doubt(trial: Trial) -> str:
    """Why nothing follows from the failure of an inconclusive call."""
    if trial.by_stand_in:
        names = ", ".join(trial.stood_in)
        return f"{names} {'was' if len(trial.stood_in) == 1 else 'were'} answered by a stand-in"
    return f"the schema does not say what {', '.join(trial.variant.guessed)} must be"


def facts(trial: Trial) -> JsonObject:
    """What there is to say about a call, for programs."""
    location = trial.error.location if trial.error else None
    effects: Json = [{"call": effect.name, "arguments": list(effect.arguments)} for effect in trial.effects]
    return {
        "arguments": trial.variant.arguments,
        "reason": trial.reason.value if trial.reason else None,
        "location": location.to_json() if location else None,
        "host_calls": effects or None,
    }
