"""Whether an author's examples hold: what a call gave, and what it asked its host for."""

import json
from collections.abc import Sequence
from typing import Any, Final, cast

from crucible_tools.migration.validation.cases import Case, Failing, HostCall
from crucible_tools.migration.validation.codes import Code
from crucible_tools.migration.validation.trials import code_of, doubt, facts
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.problems import at_line
from crucible_tools.rune.check.rehearsal import Effect, Trial

_MOST_SHOWN: Final = 80


def variant_of(case: Case) -> Variant:
    """What an example is rehearsed with."""
    return Variant(case.arguments, f"of {case.title}", replies=tuple(call.reply for call in case.host or ()))


def judge_case(case: Case, trial: Trial) -> ValidationFinding | None:
    """The finding about an example; None when it holds."""
    context: JsonObject = {
        **facts(trial),
        "example": case.location.to_json(),
        "result": trial.result,
        "expected": case.result if case.error is None else _expected(case.error),
    }
    if case.host is not None and (difference := _asked_otherwise(case.host, trial)):
        return Code.EXAMPLE_HOST_CALLS.finding(trial.tool, f"{case.title}: {difference}", **context)
    wrong = _given_otherwise(case, trial)
    if wrong is None:
        return None
    message = f"{case.title} {wrong}"
    if trial.failure is not None and code_of(trial, trial.failure) in (Code.DENIED, Code.CRASHED):
        return code_of(trial, trial.failure).finding(trial.tool, message, **context)
    if trial.stood_in:
        return Code.INCONCLUSIVE.finding(trial.tool, f"{message} (inconclusive: {doubt(trial)})", **context)
    return Code.EXAMPLE_FAILS.finding(trial.tool, message, **context)


def _asked_otherwise(host: Sequence[HostCall], trial: Trial) -> str | None:
    """The first difference between the host calls that an example states and those that were made."""
    for number, (wanted, made) in enumerate(zip(host, trial.effects, strict=False), 1):
        if wanted.name != made.name:
            return f"host call {number} is {made.name}, not {wanted.name}"
        if wanted.arguments is not None and not same(list(wanted.arguments), list(made.arguments)):
            return f"host call {number} is {_call(made)}, not {wanted.name}{_shown(list(wanted.arguments), '()')}"
    if trial.effect_count == len(host):
        return None
    if trial.effect_count > len(host):
        more = trial.effects[len(host)].name if len(host) < len(trial.effects) else "another function"
        return (
            f"it also calls {more}: host call {len(host) + 1} of {trial.effect_count}, the example states {len(host)}"
        )
    return f"it does not call {host[trial.effect_count].name}, which is host call {trial.effect_count + 1}"


def _given_otherwise(case: Case, trial: Trial) -> str | None:
    """How what a call gave differs from what an example states."""
    if case.error is None:
        if trial.error is not None:
            return f"stops{at_line(trial.line)}: {trial.told}; it should give {_shown(case.result)}"
        if same(case.result, trial.result):
            return None
        where = difference(case.result, trial.result)
        return f"gives {_shown(trial.result)}, not {_shown(case.result)}{f' ({where})' if where else ''}"
    error, wanted = trial.error, case.error
    if error is None:
        return f"gives {_shown(trial.result)}; it should fail"
    if wanted.kind is not None and wanted.kind != error.kind:
        return f"fails as {error.kind}, not as {wanted.kind}: {trial.told}"
    if wanted.message is not None and wanted.message not in (error.message, trial.told):
        return f"fails with {_shown(error.message)}, not with {_shown(wanted.message)}"
    if wanted.has_data and not same(wanted.data, error.data):
        return f"fails with the data {_shown(error.data)}, not with {_shown(wanted.data)}"
    return None


def same(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON: numbers by value, and `true` is not 1."""
    return difference(one, other) is None


def difference(one: Json, other: Json, path: str = "$") -> str | None:
    """The first place at which two values differ; None when they don't."""
    if isinstance(one, dict) and isinstance(other, dict):
        return _of_objects(cast("JsonObject", one), cast("JsonObject", other), path)
    if isinstance(one, list) and isinstance(other, list):
        first, second = cast("list[Any]", one), cast("list[Any]", other)
        for number, (left, right) in enumerate(zip(first, second, strict=False)):
            if found := difference(left, right, f"{path}[{number}]"):
                return found
        return None if len(first) == len(second) else f"{path} has {len(second)} items, not {len(first)}"
    alike = one == other and isinstance(one, bool) == isinstance(other, bool)
    return None if alike else f"at {path}"


def _of_objects(one: JsonObject, other: JsonObject, path: str) -> str | None:
    for key, value in one.items():
        if key not in other:
            return f"{path}.{key} is missing"
        if found := difference(value, other[key], f"{path}.{key}"):
            return found
    return next((f"{path}.{key} is there, too" for key in other if key not in one), None)


def _call(effect: Effect) -> str:
    return f"{effect.name}{_shown(list(effect.arguments), '()')}"


def _shown(value: Json, brackets: str = "") -> str:
    text = json.dumps(value, ensure_ascii=False)
    if brackets:
        text = f"{brackets[0]}{text[1:-1]}{brackets[1]}"
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _expected(error: Failing) -> JsonObject:
    facts = {"kind": error.kind, "message": error.message}
    found: JsonObject = {key: value for key, value in facts.items() if value is not None}
    return {"error": found | ({"data": error.data} if error.has_data else {})}
