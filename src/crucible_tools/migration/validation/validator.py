"""The validation of one tool, in the sandbox: nothing that reaches outside is done."""

import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import RegistrationError
from crucible_tools.migration.validation.candidate import Candidate, Unforeseen, Validated
from crucible_tools.migration.validation.codes import Code
from crucible_tools.migration.validation.trials import MOST_MEMORY, judge
from crucible_tools.model.enums import ValidationMode
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.model.policy import Policy
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.rehearsal import Part, Rehearsal, Terms, Trial, parts

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.migration.validation.original import Original

TRIAL_S: Final = 1.0
"""Wall time of a call with generated arguments (contract.md, "Validation": at most 1 s)."""

EXAMPLE_S: Final = 10.0
"""Wall time of an author's example or test, where the policy's is not stricter: that of SAFE."""

_MOST_EXAMPLES_S: Final = 60.0
"""Wall time of all examples, or all tests, of a tool."""

_MOST_TEXT: Final = 64 << 10
"""Characters of an argument of a host call that an example is compared with."""


class Validator:
    """Validates tools one by one.

    Args:
        engine: running; has the application's modules that the tools call.
        mode: SKIP finds nothing, BASIC makes one trial call, COMPREHENSIVE all that there is to try.
        original: answers for the original service; by default the original sources do.
        clock: tells how long calls took, in seconds.
    """

    def __init__(
        self,
        engine: "ScriptEngine",
        mode: ValidationMode,
        *,
        original: "Original | None" = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._engine = engine
        self._mode = mode
        self._original = original
        self._clock = clock

    async def validate(self, candidate: Candidate) -> Validated:
        """Whether a tool may go into service. Never raises for what a script, or a file beside it, does."""
        look = _Look(candidate)
        began = time.perf_counter()
        if self._mode is not ValidationMode.SKIP and self._takes_schema(look):
            if self._mode is ValidationMode.BASIC:
                await self._basic(look)
            else:
                await self._comprehensive(look)
        return look.validated(time.perf_counter() - began)

    def _takes_schema(self, look: "_Look") -> bool:
        candidate = look.candidate
        try:
            self._engine.check_tool(candidate.definition, policy=candidate.policy)
        except RegistrationError as error:
            look.add(Code.BAD_SCHEMA.finding(candidate.name, error.message))
            return False
        return True

    async def _basic(self, look: "_Look") -> None:
        candidate = look.candidate
        [part] = parts((candidate.definition,), candidate.text, most=1)
        if await self._rehearse(look, part.variants) is not None:
            look.extend(judge(look.trials, candidate.policy))

    async def _comprehensive(self, look: "_Look") -> None:
        # Not at the top: what only this mode needs is not loaded for the other one.
        from crucible_tools.migration.validation.edges import edges
        from crucible_tools.migration.validation.results import against_policy, against_schema, headroom

        candidate = look.candidate
        [part] = parts((candidate.definition,), candidate.text)
        first = await self._rehearse(look, part.variants)
        if first is None:
            return
        ran = [trial for trial in first.trials if trial.runs]
        at_edges: tuple[Variant, ...] = ()
        if ran:
            # Where everything else is what the tool takes, it is the edge that a failure is about.
            base = max(reversed(ran), key=lambda trial: (trial.variant.kind is None, len(trial.variant.key))).variant
            at_edges = edges(candidate.name, candidate.definition.input_schema, base, part.variants)
        second = await self._rehearse(look, at_edges) if at_edges else None
        look.extend(judge(look.trials, candidate.policy, {variant.key for variant in at_edges}))
        left_out = first.left_out + (second.left_out if second else 0)
        look.left_out(left_out, "calls with generated arguments")
        generated = tuple(look.trials)
        await self._examples(look)
        await self._tests(look)
        look.extend(against_schema(candidate, look.trials))
        look.extend(against_policy(candidate, look.trials, self._engine.capability_of))
        look.extend(headroom(candidate, look.trials))
        await self._compare(look, replace(first, trials=generated))

    async def _rehearse(self, look: "_Look", variants: Sequence[Variant]) -> Rehearsal | None:
        """Makes the calls with generated arguments; None when the tool does not load."""
        candidate = look.candidate
        rehearsal = await self._run(candidate, [Part(candidate.definition, tuple(variants))], self._terms(candidate))
        if not rehearsal.loaded:
            look.add(_unloaded(candidate.name, rehearsal))
            return None
        if not variants:
            look.add(Code.NOT_CALLED.finding(candidate.name, "no arguments were found that its input schema takes"))
        look.trials += rehearsal.trials
        return rehearsal

    async def _run(self, candidate: Candidate, to_call: Sequence[Part], terms: Terms) -> Rehearsal:
        return await self._engine.rehearse(candidate.text, candidate.name, to_call, terms)

    def _terms(self, candidate: Candidate, timeout_s: float = TRIAL_S) -> Terms:
        return Terms(policy=trial_policy(candidate.policy, timeout_s), alone=False, clock=self._clock)

    async def _examples(self, look: "_Look") -> None:
        from crucible_tools.migration.validation.cases import BadCases, cases_file, read_cases
        from crucible_tools.migration.validation.examples import judge_case, variant_of

        candidate = look.candidate
        if candidate.source is None:
            return
        file = cases_file(candidate.source, candidate.name)
        cases = read_cases(file)
        if cases is None:
            look.add(Code.NO_EXAMPLES.finding(candidate.name, f"it has no examples: there is no {file.name}"))
            return
        if isinstance(cases, BadCases):
            message = f"{cases.location}: {cases.message}"
            look.add(Code.BAD_CASES.finding(candidate.name, message, example=cases.location.to_json()))
            return
        part = Part(candidate.definition, tuple(variant_of(case) for case in cases))
        rehearsal = await self._run(candidate, [part], self._of_examples(candidate))
        for case, trial in zip(cases, rehearsal.trials, strict=False):
            look.add(judge_case(case, trial))
        look.trials += rehearsal.trials
        look.left_out(rehearsal.left_out, "examples")

    async def _tests(self, look: "_Look") -> None:
        from crucible_tools.migration.validation.unit_tests import find_tests, judge_test

        tests = find_tests(look.candidate.text)
        if not tests:
            return
        rehearsal = await self._run(look.candidate, [test.part() for test in tests], self._of_examples(look.candidate))
        by_path = {test.path: test for test in tests}
        for trial in rehearsal.trials:
            look.add(judge_test(look.candidate.name, by_path[trial.tool], trial))
        look.left_out(rehearsal.left_out, "tests")

    def _of_examples(self, candidate: Candidate) -> Terms:
        policy = trial_policy(candidate.policy, EXAMPLE_S)
        return Terms(
            policy=policy,
            alone=False,
            most_seconds=_MOST_EXAMPLES_S,
            most_result=policy.max_result_bytes,
            most_text=_MOST_TEXT,
            clock=self._clock,
        )

    async def _compare(self, look: "_Look", migrated: Rehearsal) -> None:
        candidate = look.candidate
        if candidate.original is None or candidate.original.removeprefix("\ufeff") == candidate.text:
            return  # the same text gives the same
        from crucible_tools.migration.validation.original import OriginalText, compared

        terms = self._terms(candidate)

        async def again(variants: Sequence[Variant]) -> Rehearsal:
            return await self._run(candidate, [Part(candidate.definition, tuple(variants))], terms)

        original = self._original or OriginalText(self._engine)
        look.extend(await compared(candidate, migrated, original, terms, again))


async def validated(validator: Validator, candidate: Candidate) -> Validated | Unforeseen:
    """What a tool comes to; what nobody foresaw is the failure of this tool alone."""
    try:
        return await validator.validate(candidate)
    except Exception as error:  # noqa: BLE001 - one tool must not end a run over thousands
        why = f"validating it failed in a way that was not foreseen: {type(error).__name__}: {error}"
        return Unforeseen(why, traceback.format_exc())


def trial_policy(policy: Policy, timeout_s: float) -> Policy:
    """What rehearsed calls run under where a tool runs under this policy.

    Args:
        policy: of the tool.
        timeout_s: of a call, where the policy's own is not stricter.
    """
    return policy.narrowed(timeout_s=timeout_s, memory_bytes=MOST_MEMORY)


def _unloaded(name: str, rehearsal: Rehearsal) -> ValidationFinding:
    errors = [item for item in rehearsal.diagnostics if item.severity == "error"]
    why = rehearsal.stopped or (errors[0].message if errors else "it does not compile")
    location = errors[0].location if errors else None
    where = f" at line {location.line}" if location else ""
    return Code.DOES_NOT_LOAD.finding(
        name, f"it does not load{where}: {why}", diagnostics=[item.to_json() for item in errors[:10]]
    )


@dataclass(slots=True)
class _Look:
    """What was found about a candidate until now."""

    candidate: Candidate
    findings: list[ValidationFinding] = field(default_factory=list[ValidationFinding])
    trials: list[Trial] = field(default_factory=list[Trial])

    def add(self, finding: ValidationFinding | None) -> None:
        """Notes a finding."""
        if finding is not None:
            self.findings.append(finding)

    def extend(self, findings: Iterable[ValidationFinding]) -> None:
        """Notes findings."""
        self.findings.extend(findings)

    def left_out(self, number: int, what: str) -> None:
        """Notes that calls were not made, since those before took too long."""
        if number:
            message = f"{number} {what} were left out: those before took too long"
            self.add(Code.NOT_ALL_CALLED.finding(self.candidate.name, message, left_out=number))

    def validated(self, seconds: float) -> Validated:
        """All that was found."""
        return Validated(
            name=self.candidate.name,
            findings=tuple(self.findings),
            calls=len(self.trials),
            peak_memory=max((trial.memory_bytes for trial in self.trials), default=0),
            seconds=seconds,
            trial_seconds=self.trials[0].seconds if self.trials else None,
        )
