"""Whether a tool of the original service can be called, found out without doing anything outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crucible_tools.legacy.loading import is_unchanged
from crucible_tools.model.enums import StopReason
from crucible_tools.model.policy import MIB, Policy
from crucible_tools.model.services import ToolValidation
from crucible_tools.rune.check.problems import Problem, problems
from crucible_tools.rune.check.rehearsal import Rehearsal, Terms, parts
from crucible_tools.rune.search import is_there

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.legacy.catalog import Entry

_TRIAL_S: Final = 1.0
_TRIAL_MEMORY: Final = 512 * MIB
"""What a call with made-up arguments may take where the level allows more."""


async def validate(engine: ScriptEngine, entry: Entry, policy: Policy) -> ToolValidation:
    """Validate a tool that was loaded.

    Args:
        engine: rehearses it.
        entry: the tool as it was loaded.
        policy: what it runs under.
    """
    definition, path = entry.definition, entry.report.file.relative
    errors = [
        f"it needs the capability {name}, which {policy.level.name} does not have"
        for name in policy.missing(definition.capabilities)
    ]
    terms = Terms(policy=policy.narrowed(timeout_s=_TRIAL_S, memory_bytes=_TRIAL_MEMORY), alone=False)
    rehearsal = await engine.rehearse(entry.text, path, parts((definition,), entry.text), terms)
    if not rehearsal.loaded:
        errors.append(f"it does not load: {_why_not_loaded(rehearsal)}")
    found = problems(rehearsal.trials)
    fatal = [problem for problem in found if _is_fatal(problem, policy)]
    errors += map(str, fatal)
    warnings = [*_stale(entry), *(str(problem) for problem in found if problem not in fatal)]
    return ToolValidation(tool=definition.name, errors=tuple(errors), warnings=tuple(warnings))


def _is_fatal(problem: Problem, policy: Policy) -> bool:
    first = problem.trials[0]
    if first.failure is None or not problem.conclusive:
        return False
    if first.reason is StopReason.OUT_OF_MEMORY and policy.memory_bytes > _TRIAL_MEMORY:
        return False  # a real call may take more
    return first.failure.fatal


def _why_not_loaded(rehearsal: Rehearsal) -> str:
    errors = (item.message for item in rehearsal.diagnostics if item.severity == "error")
    return rehearsal.stopped or next(errors, "it does not compile")


def _stale(entry: Entry) -> Iterator[str]:
    path = entry.report.file.path
    if not is_there(path):
        yield f"{path} is gone; reload takes that up"
    elif not is_unchanged(entry.report):
        yield f"{path} has changed since it was loaded; reload takes that up"
