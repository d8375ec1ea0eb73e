"""What a tool's calls gave and used, held against what it says of itself and what its policy allows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, cast

import jsonschema_rs

from crucible_tools.engine.bulk import first_error
from crucible_tools.migration.validation.candidate import Candidate
from crucible_tools.migration.validation.codes import Code
from crucible_tools.migration.validation.trials import doubt, facts
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.model.policy import MIB
from crucible_tools.rune.check.rehearsal import Trial
from crucible_tools.rune.schema_checks import check
from crucible_tools.rune.schema_expansion import weight

_MOST_WORK: Final = 2_000_000
"""Alternatives times values that a validation may try (engine/arguments.py)."""

_FULL: Final = 0.8
"""Share of a limit from which on little is left."""


def against_schema(candidate: Candidate, trials: Iterable[Trial]) -> Iterator[ValidationFinding]:
    """The first result that breaks the output schema, and whether the schema is one."""
    schema = candidate.definition.output_schema
    if schema is None:
        return
    if wrong := check(schema):
        yield Code.BAD_OUTPUT_SCHEMA.finding(candidate.name, f"the output schema {wrong[0].message}")
        return
    validator: Any = jsonschema_rs.Draft202012Validator(schema, offline=True)
    work = weight(schema)
    for trial in trials:
        if trial.error is not None or work * _values(trial.result) > _MOST_WORK:
            continue
        error = first_error(validator, trial.result)
        if error is None:
            continue
        path = "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        message = f"the result of the call {trial.variant.words} breaks the output schema at {path}: {error.message}"
        context = {**facts(trial), "result": trial.result}
        if trial.stood_in:
            yield Code.INCONCLUSIVE.finding(candidate.name, f"{message} (inconclusive: {doubt(trial)})", **context)
        else:
            yield Code.BREAKS_OUTPUT_SCHEMA.finding(candidate.name, message[:500], **context)
        return


def _values(value: Json) -> int:
    """How many values a JSON value consists of."""
    count = 0
    pending: list[Any] = [value]
    while pending:
        current = pending.pop()
        count += 1
        if isinstance(current, dict):
            pending += cast("JsonObject", current).values()
        elif isinstance(current, list):
            pending += cast("list[Any]", current)
    return count


def against_policy(
    candidate: Candidate, trials: Sequence[Trial], capability_of: Callable[[str], str | None]
) -> Iterator[ValidationFinding]:
    """Capabilities that the tool needs and the policy lacks, or that it used and nobody had found in its source.

    Args:
        candidate: the tool.
        trials: its calls.
        capability_of: what a function needs.
    """
    declared, policy = candidate.definition.capabilities, candidate.policy
    if missing := policy.missing(declared):
        names = " and ".join(missing)
        message = f"it calls functions that need {names}, which its policy ({policy.level.value}) does not have"
        yield Code.DENIED.finding(candidate.name, message, capabilities=list(missing))
    used: dict[str, str] = {}
    for trial in trials:
        for effect in trial.effects:
            capability = capability_of(effect.name)
            if capability is not None:
                used.setdefault(capability, effect.name)
    for capability, function in used.items():
        if capability not in declared:
            message = f"it uses {function} (capability {capability}), which reading its source did not find"
            yield Code.UNDECLARED.finding(candidate.name, message, capability=capability, function=function)


def headroom(candidate: Candidate, trials: Sequence[Trial]) -> Iterator[ValidationFinding]:
    """What comes so near to a limit that other arguments may well reach it."""
    policy, name = candidate.policy, candidate.name
    ran = [trial for trial in trials if trial.runs]  # of a call that reached a limit there is a finding already
    most = max(ran, key=lambda trial: trial.memory_bytes, default=None)
    if most is not None and most.memory_bytes > _FULL * policy.memory_bytes:
        share = most.memory_bytes / policy.memory_bytes
        message = (
            f"the call {most.variant.words} took {most.memory_bytes / MIB:.0f} MB, "
            f"{share:.0%} of the {policy.memory_bytes / MIB:.0f} MB that it may take"
        )
        yield Code.LITTLE_MEMORY.finding(name, message, bytes=most.memory_bytes, limit=policy.memory_bytes)
    longest = max(ran, key=lambda trial: trial.seconds, default=None)
    limit = policy.timeout_s
    if longest is not None and limit is not None and longest.seconds > _FULL * limit:
        message = (
            f"the call {longest.variant.words} took {longest.seconds:.2f} s, "
            f"{longest.seconds / limit:.0%} of the {limit:g} s that it may take"
        )
        yield Code.LITTLE_TIME.finding(name, message, seconds=longest.seconds, limit=limit)
