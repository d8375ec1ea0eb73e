"""Rehearsals on the real engine: every function that reaches outside is answered by a stand-in, and recorded.

A script that is rehearsed finds all functions that legacy hosts had, whatever is registered, and all that the
application registered. None of those that do something is run: only what the application calls pure is.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.engine.arguments import Arguments
from crucible_tools.engine.basic import LEVELS, PRINT, basic_module
from crucible_tools.engine.host.randomness import random_module
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.progress import progress_module
from crucible_tools.engine.registry import HostFunction, Registry, ToolFailure
from crucible_tools.engine.results import read
from crucible_tools.errors import InvalidArguments, RegistrationError
from crucible_tools.model.enums import SecurityLevel, StopReason
from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN, HostFunctionInfo
from crucible_tools.model.policy import ALL, Capabilities, Policy
from crucible_tools.model.tools import ToolErrorInfo
from crucible_tools.rune.check.application import application_functions
from crucible_tools.rune.check.rehearsal import Effect, Part, Rehearsal, Terms, Trial

if TYPE_CHECKING:
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.engine.vm import VM
    from crucible_tools.rune.check.arguments import Reply, Variant

_LOG: Final = logging.getLogger(__name__)

POLICY: Final = replace(Policy.for_level(SecurityLevel.SAFE), timeout_s=1.0, capabilities=ALL)
"""SAFE's limits, a second a call (contract.md, BASIC); of capabilities all, since nothing is done with them."""

CLOCK: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""The time in rehearsals: always the same, so that two of them can be compared."""

TERMS: Final = Terms(policy=POLICY)
"""What is rehearsed under unless something else is asked for."""

_MOST_SLOW: Final = 2
"""Calls of one tool that may use up their second; its others are left out."""
_MOST_EFFECTS: Final = 100
_MOST_LOGS: Final = 50
_MOST_TEXT: Final = 500

_LOGGED: Final = frozenset({PRINT, *(f"crucible::log_{level}" for level in LEVELS)})

_RESPONSE: Final[dict[str, Any]] = {"status": 200, "headers": {}, "body": "{}"}

# What a stand-in answers. A function that is not here gives nothing: `()`.
_ANSWERS: Final[dict[str, Any]] = {
    "crucible::http_get": "",
    "crucible::http_post": "",
    "crucible::http_json_get": {},
    "http::get": _RESPONSE,
    "http::post": _RESPONSE,
    "http::request": _RESPONSE,
    "crucible::file_read": "",
    "crucible::file_exists": False,
    "crucible::file_is_dir": False,
    "crucible::file_is_file": False,
    "crucible::file_list_dir": [],
    "fs::read_to_string": "",
    "fs::exists": False,
    "fs::is_file": False,
    "fs::is_dir": False,
    "fs::list_dir": [],
    "paths::kiln": "/kiln",
    "paths::session": "/session",
    "paths::workspace": "/workspace",
    "shell::exec": {"stdout": "", "stderr": "", "exit_code": 0},
    "db::query": [],
    "db::query_simple": [],
}

_CLIENT: Final = ("http::request", ("method", "url", "headers", "body"), "http")
"""What the guest's `http::Client` asks for."""


def _no_chance(count: int) -> bytes:
    """Two rehearsals of a source are compared: what is chance else is the same in both."""
    return b"\x5a" * count


class Stage(Registry):
    """The host functions of one rehearsed source.

    Args:
        real: what is registered.
        source: the text: functions of an application that nobody registered are made up from its calls.
        terms: whether they are, and how much of what functions are given is kept.
    """

    def __init__(self, real: Registry, source: str, terms: Terms = TERMS) -> None:
        super().__init__([basic_module(lambda: CLOCK), progress_module(), random_module(_no_chance)])
        self._real = real
        self._application = _APPLICATION | application_functions(source) if terms.alone else {}
        self._most_text = terms.most_text
        self._stand_ins: dict[str, HostFunction | None] = {}
        self._replies: Iterator[Reply] = iter(())
        self.done: list[Effect] = []
        self.count = 0

    def begin(self, replies: Iterable[Reply] = ()) -> None:
        """A new call: nothing was done yet.

        Args:
            replies: what functions answer before stand-ins do.
        """
        self.done = []
        self.count = 0
        self._replies = iter(replies)

    def get(self, name: str) -> HostFunction | None:
        """The stand-in of a function, or the function itself if it only computes."""
        if name not in self._stand_ins:
            self._stand_ins[name] = self._find(name)
        return self._stand_ins[name]

    def _find(self, name: str) -> HostFunction | None:
        if name in _LOGGED:
            return None  # part of the call's own log
        registered = self._real.of_application(name)
        if registered is not None and registered.pure:
            return registered
        # Time and categories, as they are without the application's own.
        harmless = super().get(name)
        if harmless is not None:
            return harmless
        if registered is not None:
            answer = self._answer(name)
            return replace(registered, call=answer, asynchronous=False, blocking=False, inline=True, contextual=False)
        known = KNOWN.get(name) or self._application.get(name)
        if known is not None:
            return self._stand_in(name, known.params, known.capability, known.awaited, known.gives)
        if name == _CLIENT[0]:
            return self._stand_in(*_CLIENT)
        return None

    def _stand_in(
        self, name: str, params: Sequence[str], capability: str, awaited: bool = True, gives: Any = "result"
    ) -> HostFunction:
        return HostFunction(
            name=name,
            call=self._answer(name),
            params=tuple((param, "any") for param in params),
            capability=capability,
            awaited=awaited,
            gives=gives,
            inline=True,
        )

    def _answer(self, name: str) -> Callable[..., Any]:
        answer = _ANSWERS.get(name)
        # Known functions of which nothing is expected really give nothing; of others nobody knows what they give.
        answered = answer is not None or name not in KNOWN

        def stand_in(*arguments: Any) -> Any:
            self.count += 1
            reply = next(self._replies, None)
            if len(self.done) < _MOST_EFFECTS:
                kept = tuple(_cut(item, self._most_text) for item in arguments)
                self.done.append(Effect(name, kept, answered and reply is None))
            if reply is None:
                return answer
            if reply.failed:
                raise ToolFailure(reply.value)
            return reply.value

        return stand_in

    def has(self, name: str) -> bool:
        """Whether a script that names this function compiles."""
        return super().has(name) or self._real.has(name) or name in self._application

    def declarations(self, source: str) -> list[dict[str, Any]]:
        """What is registered, what the application's modules are known to have, and what the source calls."""
        found = {module["path"]: module for module in self._real.declarations(source)}
        for name, info in self._application.items():
            path, _, last = name.rpartition("::")
            if path.rsplit("::", 1)[-1] not in source:
                continue
            module = found.setdefault(path, {"path": path, "functions": []})
            functions = cast("list[dict[str, Any]]", module["functions"])
            if all(function["name"] != last for function in functions):
                functions.append(
                    {
                        "name": last,
                        "params": len(info.params),
                        "awaited": info.awaited,
                        "gives_result": info.gives == "result",
                    }
                )
        return list(found.values())

    def routed(self, capabilities: Capabilities) -> tuple[str, ...]:
        """The guest's own functions do their work, unless the application has a pure one in their place, or the policy
        denies them.
        """
        denied = set(self._real.routed(capabilities)).difference(self._real.routed(ALL))
        names = self._real.routed(ALL)
        pure = (name for name in names if (function := self._real.get(name)) is not None and function.pure)
        return (*pure, *sorted(denied))


_APPLICATION: Final[dict[str, HostFunctionInfo]] = {
    name: info for name, info in KNOWN.items() if info.module == info.capability
}
"""Known functions that only an application can register."""


def stage_of(registry: Registry, source: str) -> Stage | None:
    """A registry with stand-ins for the application's functions that a source may call; None if it calls none."""
    return Stage(registry, source) if any(f"{root}::" in source for root in APPLICATION_ROOTS) else None


async def rehearse(
    sandbox: Sandbox, registry: Registry, text: str, path: str, parts: Sequence[Part], terms: Terms = TERMS
) -> Rehearsal:
    """Calls tools of a source with arguments that were made up, in VMs of its own.

    Args:
        sandbox: where the VMs come from.
        registry: what is registered.
        text: the source.
        path: its name in places.
        parts: which tools to call, and with what.
        terms: what the calls run under.
    """
    run = _Run(sandbox, Stage(registry, text, terms), text, path, terms)
    try:
        loaded = await run.load()
        if not loaded.ok:
            stopped = None if loaded.diagnostics else f"{loaded.reason.value}: {loaded.message}"
            return Rehearsal(loaded=False, stopped=stopped, diagnostics=loaded.diagnostics)
        for part in parts:
            await run.rehearse(part)
        return Rehearsal(loaded=True, diagnostics=loaded.diagnostics, trials=tuple(run.trials), left_out=run.left_out)
    finally:
        run.close()


class _Run:
    """One source on its stage."""

    def __init__(self, sandbox: Sandbox, stage: Stage, text: str, path: str, terms: Terms) -> None:
        self._sandbox = sandbox
        self._stage = stage
        self._text = text
        self._path = path
        self._terms = terms
        self._vm: VM | None = None
        self._until = time.perf_counter() + terms.most_seconds
        self.trials: list[Trial] = []
        self.left_out = 0

    async def load(self) -> Outcome:
        """Compiles the source in a fresh VM."""
        self.close()
        self._vm = self._sandbox.vm(self._stage, self._terms.policy, self._path)
        self._vm.expect(self._text)
        return await self._vm.load(self._text, kept=False)

    def close(self) -> None:
        """Frees the VM."""
        if self._vm is not None:
            self._vm.close()
            self._vm = None

    async def rehearse(self, part: Part) -> None:
        """Makes the calls of one tool."""
        try:
            arguments = Arguments(part.tool, self._terms.policy)
        except RegistrationError as error:
            refused = ToolErrorInfo("invalid_arguments", error.message)
            self.trials += [Trial(tool=part.tool.name, variant=item, error=refused) for item in part.variants]
            return
        slow = 0
        for number, variant in enumerate(part.variants):
            if slow >= _MOST_SLOW or time.perf_counter() >= self._until:
                self.left_out += len(part.variants) - number
                return
            trial = await self._call(part.tool.name, arguments, variant)
            if trial is None:
                self.left_out += len(part.variants) - number
                return
            slow += trial.reason is StopReason.TIMED_OUT
            self.trials.append(trial)

    async def _call(self, tool: str, arguments: Arguments, variant: Variant) -> Trial | None:
        """One call; None when the source cannot be loaded again."""
        try:
            payload = arguments.encode(variant.arguments)
        except InvalidArguments as error:
            return Trial(tool=tool, variant=variant, error=ToolErrorInfo("invalid_arguments", error.message))
        except Stop as stop:
            return Trial(
                tool=tool,
                variant=variant,
                reason=stop.reason,
                error=ToolErrorInfo("limit_exceeded", stop.message, stop.details),
            )
        vm = self._vm
        if vm is None or vm.spent:
            if not (await self.load()).ok or self._vm is None:
                return None
            vm = self._vm
        self._stage.begin(variant.replies)
        began = self._terms.clock()
        try:
            outcome = await vm.call(arguments.head, payload)
        except Exception as error:  # noqa: BLE001 - whatever a pure function of the application raises
            _LOG.warning("a pure function raised in a rehearsal of %s", self._path, exc_info=True)
            failed = ToolErrorInfo("crashed", f"a host function raised {type(error).__name__}")
            return Trial(tool=tool, variant=variant, error=failed, effects=tuple(self._stage.done))
        seconds = self._terms.clock() - began
        large = len(outcome.value) > self._terms.most_result
        value, failure = read(outcome)
        if large and failure is not None:
            failure = replace(failure, message=failure.message[:_MOST_TEXT], data=_cut(failure.data))
        return Trial(
            tool=tool,
            variant=variant,
            reason=outcome.reason,
            result=_cut(value) if large else value,
            error=failure,
            effects=tuple(self._stage.done),
            effect_count=self._stage.count,
            logs=tuple((line.level, line.text[:_MOST_TEXT]) for line in outcome.logs[:_MOST_LOGS]),
            memory_bytes=outcome.memory_bytes,
            seconds=seconds,
        )


def _cut(value: Any, most: int = _MOST_TEXT) -> Any:
    """A value, or the beginning of a large one with a digest, so that large ones can still be compared."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return value if len(value) <= most else f"{value[:most]}… ({_size(value, len(value), 'characters')})"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value if len(text) <= most else f"{text[:most]}… ({_size(text, len(text), 'characters of JSON')})"


def _size(text: str, length: int, what: str) -> str:
    return f"{length:,} {what}, SHA-256 {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
