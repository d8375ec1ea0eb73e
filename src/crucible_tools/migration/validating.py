"""The tools of a plan validated before they are recorded: several at a time, handed out in the plan's order."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from crucible_tools.migration.plan import PlanEntry
from crucible_tools.migration.refusals import UNFORESEEN_HINT, Refusal
from crucible_tools.migration.retrying import Retrying
from crucible_tools.migration.validation import (
    Candidate,
    Unforeseen,
    Validated,
    Validating,
    Validator,
    validated,
)
from crucible_tools.migration.workers import WORTH_IT, Lost, Processes, WorkerError, each_in_workers
from crucible_tools.model.enums import MigrationErrorType, ValidationMode
from crucible_tools.model.migration import MigrationError, ValidationFinding
from crucible_tools.model.policy import Policy

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine

WORKER: Final = "crucible_tools.migration.worker"

_STEPS: Final = {"VAL001": MigrationErrorType.COMPILATION_FAILED, "VAL002": MigrationErrorType.REGISTRATION_FAILED}
"""The step that a finding belongs to, where that is not the validation itself."""

_PASSING: Final = frozenset({"VAL004"})
"""Findings that a busy machine can cause: a call ran out of time."""

_log: Final = logging.getLogger(__name__)

_Outcome: TypeAlias = "Validated | Lost | Unforeseen"
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """How tools are validated.

    Args:
        engine: runs them, where that can't be done in processes of their own.
        mode: how much is checked; SKIP checks nothing.
        policy_of: what a tool of this name will run under.
        base: the folder that recorded paths are relative to.
        most: validations at the same time.
        apart: whether processes of their own may make them; else this process makes all of them.
        retrying: decides whether a failed one is done again.
        ready: processes that may be used for it, which are taken out of the list.
    """

    engine: "ScriptEngine"
    mode: ValidationMode
    policy_of: Callable[[str], Policy]
    base: Path
    most: int
    apart: bool
    retrying: Retrying
    ready: Processes

    async def run(self, entries: Sequence[PlanEntry]) -> AsyncGenerator["Checked", None]:
        """What each of these tools comes to, in their order."""
        if self.mode is ValidationMode.SKIP:
            for entry in entries:
                yield Checked(Validated(name=entry.name))
            return
        alone = not self.apart or self.engine.has_own_modules or len(entries) < WORTH_IT
        done = 0
        if not alone:
            try:
                async with aclosing(self._in_workers(entries)) as results:
                    async for checked in results:
                        done += 1
                        yield checked
            except WorkerError as error:
                _log.warning("%s; the rest is validated by this process", error)
        async with aclosing(in_order(entries[done:], self._here, self.most)) as results:
            async for checked in results:
                yield checked

    async def _here(self, entry: PlanEntry) -> "Checked":
        validate = partial(validated, Validator(self.engine, self.mode))
        return await self._retried(entry, await validate(self._candidate(entry)), validate)

    async def _in_workers(self, entries: Sequence[PlanEntry]) -> AsyncGenerator["Checked", None]:
        items = [partial(self._candidate, entry) for entry in entries]
        async with aclosing(each_in_workers(WORKER, Validating(self.mode), items, self.most, self.ready)) as results:
            number = 0
            async for result in results:
                yield await self._retried(entries[number], result, self._apart)
                number += 1

    async def _apart(self, candidate: Candidate) -> _Outcome:
        """Once more, in a process of its own: what ended one may end another."""
        async with aclosing(each_in_workers(WORKER, Validating(self.mode), [lambda: candidate], 1)) as results:
            return await anext(results)

    async def _retried(
        self, entry: PlanEntry, result: _Outcome, again: Callable[[Candidate], Awaitable[_Outcome]]
    ) -> "Checked":
        attempt = 1
        while True:
            checked = Checked.of(entry.name, result)
            if checked.refusal is None or not await self.retrying.again(
                _error(entry, checked.refusal), attempt, passing=checked.passing
            ):
                return checked
            attempt += 1
            result = await again(self._candidate(entry))

    def _candidate(self, entry: PlanEntry) -> Candidate:
        source, definition = entry.source, entry.definition
        assert source is not None, "only a migratable entry is validated"
        assert definition is not None
        return Candidate(
            name=entry.name,
            text=source.text,
            definition=definition,
            policy=self.policy_of(entry.name),
            source=self.base / source.file,
            original=source.original,
            repairs=source.repairs,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """What the validation of a tool came to.

    Args:
        validated: all that was found.
        refusal: why it can't be migrated; None when it can.
        passing: whether the reason may be gone the next time.
    """

    validated: Validated
    refusal: Refusal | None = None
    passing: bool = False

    @staticmethod
    def of(name: str, result: _Outcome) -> "Checked":
        """From the result of the validation, or the loss of the process that made it."""
        if isinstance(result, Unforeseen):
            _log.debug("validating %s failed\n%s", name, result.trace)
            return Checked(Validated(name=name), Refusal(MigrationErrorType.UNKNOWN, result.why, UNFORESEEN_HINT))
        if isinstance(result, Lost):
            refusal = Refusal(
                MigrationErrorType.SERVICE_ERROR,
                f"the process that validated it was lost: {result.why}",
                "migrate again; if it happens again, the tool is to blame: leave its validation out to see the others",
            )
            return Checked(Validated(name=name), refusal, passing=True)
        if result.ok:
            return Checked(result)
        return Checked(result, _refusal(result.errors), all(item.code in _PASSING for item in result.errors))


def _refusal(errors: Sequence[ValidationFinding]) -> Refusal:
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    hint = first.context.get("hint")
    kind = _STEPS.get(first.code, MigrationErrorType.VALIDATION_FAILED)
    return Refusal(kind, f"{first.message}{more}", hint if isinstance(hint, str) else None, first.code)


def _error(entry: PlanEntry, refusal: Refusal) -> MigrationError:
    return MigrationError(
        tool_name=entry.name,
        error_type=refusal.error_type,
        message=refusal.reason,
        timestamp=datetime.now(UTC),
        context={"path": entry.planned.path, "code": refusal.code, "hint": refusal.hint},
    )


async def in_order(
    items: Sequence[_Item], work: Callable[[_Item], Awaitable[_Result]], most: int
) -> AsyncGenerator[_Result, None]:
    """What `work` makes of each item, in the order of the items, at most so many of them at the same time."""

    async def one(item: _Item) -> _Result:
        return await work(item)

    running: deque[asyncio.Task[_Result]] = deque()
    left = iter(items)
    try:
        while True:
            while len(running) < most and (item := next(left, None)) is not None:
                running.append(asyncio.create_task(one(item)))
            if not running:
                return
            yield await running[0]
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
