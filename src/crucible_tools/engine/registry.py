"""Host functions: what an application adds to the scripts' world, declared in Python.

    db = HostModule("db", capability="db")

    @db.function(params={"sql": "string", "params": "array"})
    async def query(sql, params): ...

A script at a level that has the capability then calls `db::query(sql, params)`. A function of a name that the
guest knows already (`fs::read_to_string`, `oq::query`) replaces what it would do.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, TypeVar

from crucible_tools.engine.host.effects import EffectLog
from crucible_tools.errors import CrucibleError, RegistrationError
from crucible_tools.events import EventBus
from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN
from crucible_tools.model.json import Json
from crucible_tools.model.policy import ALL, Capabilities
from crucible_tools.monitoring.engine_metrics import EngineMetrics
from crucible_tools.monitoring.tracing import Tracing

ParamType: TypeAlias = Literal["string", "integer", "number", "boolean", "array", "object", "any"]
"""JSON type of a parameter; `any` is not checked, and a missing optional value arrives as None."""

_CHECKS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "any": (object,),
}

_MODULE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MOST_AWAITED_PARAMS: Final = 5
"""Rune's async functions are typed by arity in the guest (host.rs, MOST_AWAITED_PARAMS)."""

_GUEST_ONLY: Final = {"http::request": "http"}
"""Host calls that guest types make (`http::Client`), by the capability that they need."""

_Call = TypeVar("_Call", bound=Callable[..., Any])


class ToolFailure(CrucibleError):  # noqa: N818 - a public name, as those in errors.py
    """Raised by a host function: the script gets `Err(data)`, or stops where the function gives plain values."""

    code = "tool-failure"

    def __init__(self, data: Json) -> None:
        super().__init__(data if isinstance(data, str) else "a host function failed")
        self.data = data


class WrongArguments(CrucibleError):  # noqa: N818 - as above
    """A script called a host function with arguments of the wrong number or type: the script stops."""

    code = "wrong-host-arguments"


@dataclass(frozen=True, slots=True)
class HostFunction:
    """One function that scripts can call.

    Args:
        name: full name as scripts write it, `db::query`.
        call: the Python function; its own result is the script's. A coroutine function suspends only the script.
        params: parameter names and JSON types, in order.
        capability: what a policy must allow, `db`.
        awaited: whether scripts must write `.await`.
        gives: `value`, or `result`: the script gets Ok and Err.
        pure: whether it only computes; an effect is refused in rehearsals.
        blocking: whether it is a plain function that may block: it then runs on a thread of its own.
        inline: whether it is thread-safe and returns at once, so that it may run on a worker's thread, in the context
            (`contextvars`) of the call. One that is `contextual` runs on the event loop's thread all the same.
        contextual: whether it is given a `HostContext` before the script's arguments: the policy, the call, and where
            to report effects.
    """

    name: str
    call: Callable[..., Any]
    params: tuple[tuple[str, ParamType], ...]
    capability: str
    awaited: bool = False
    gives: Literal["value", "result"] = "value"
    pure: bool = False
    blocking: bool = False
    inline: bool = False
    asynchronous: bool = False
    contextual: bool = False

    def check(self, arguments: list[Any]) -> list[Any]:
        """The arguments of a call, checked: they come from a script.

        Raises:
            WrongArguments: their number or a type is wrong.
        """
        if len(arguments) != len(self.params):
            raise WrongArguments(f"{self.name} takes {len(self.params)} arguments and was given {len(arguments)}")
        for position, ((name, kind), value) in enumerate(zip(self.params, arguments, strict=True), 1):
            wrong = not isinstance(value, _CHECKS[kind])
            if wrong or (isinstance(value, bool) and kind in ("integer", "number")):
                raise WrongArguments(f"{self.name}: argument {position} ({name}) must be of type {kind}")
        return arguments


class HostModule:
    """A module of host functions.

    Args:
        name: its path as scripts write it, `db` or `cru::mcp`.
        capability: what a policy must allow; the last part of the name if not given.
    """

    def __init__(self, name: str, *, capability: str | None = None) -> None:
        if not _MODULE.fullmatch(name):
            raise RegistrationError(f"{name!r} is no module name", hint="write it as scripts do: db, or cru::mcp")
        if name.split("::")[0] == "std":
            raise RegistrationError("std is Rune's own", hint="choose another module name")
        self.name = name
        self.capability = capability or name.rsplit("::", 1)[-1]
        self._functions: dict[str, HostFunction] = {}

    @property
    def functions(self) -> tuple[HostFunction, ...]:
        """All its functions, in the order of their registration."""
        return tuple(self._functions.values())

    def add(
        self,
        name: str,
        call: Callable[..., Any],
        *,
        params: Mapping[str, ParamType],
        awaited: bool = False,
        gives: Literal["value", "result"] = "value",
        pure: bool = False,
        blocking: bool = False,
        inline: bool = False,
        context: bool = False,
        capability: str | None = None,
    ) -> HostFunction:
        """Adds a function. See `HostFunction` for the arguments; `context` is its `contextual`.

        Raises:
            RegistrationError: the name is no name or taken, or a type is unknown.
        """
        full = f"{self.name}::{name}"
        if not _NAME.fullmatch(name):
            raise RegistrationError(f"{name!r} is no function name")
        if full in self._functions:
            raise RegistrationError(f"{full} is registered already")
        wrong = [kind for kind in params.values() if kind not in _CHECKS]
        if wrong:
            raise RegistrationError(f"{full}: {wrong[0]!r} is no type", hint=f"one of {', '.join(_CHECKS)}")
        if awaited and len(params) > _MOST_AWAITED_PARAMS:
            raise RegistrationError(f"{full}: an awaited function has at most {_MOST_AWAITED_PARAMS} parameters")
        function = HostFunction(
            name=full,
            call=call,
            params=tuple(params.items()),
            capability=capability or self.capability,
            awaited=awaited,
            gives=gives,
            pure=pure,
            blocking=blocking,
            inline=inline,
            asynchronous=inspect.iscoroutinefunction(call)
            or inspect.iscoroutinefunction(getattr(call, "__call__", None)),  # noqa: B004
            contextual=context,
        )
        if blocking and function.asynchronous:
            raise RegistrationError(f"{full}: a coroutine function does not block")
        self._functions[full] = function
        return function

    def function(
        self,
        *,
        params: Mapping[str, ParamType],
        name: str | None = None,
        awaited: bool = False,
        gives: Literal["value", "result"] = "value",
        pure: bool = False,
        blocking: bool = False,
        context: bool = False,
    ) -> Callable[[_Call], _Call]:
        """Decorator form of `add`; the name is the Python function's unless given."""

        def register(call: _Call) -> _Call:
            self.add(
                name or getattr(call, "__name__", ""),
                call,
                params=params,
                awaited=awaited,
                gives=gives,
                pure=pure,
                blocking=blocking,
                context=context,
            )
            return call

        return register


class Registry:
    """All host functions of an engine, by canonical name. An application's own replace the built-in ones.

    Args:
        builtin: what the engine brings along.
        effects: where effects are reported; nowhere if not given.
        metrics: where host calls are counted.
        events: where loads are published.
    """

    def __init__(
        self,
        builtin: Iterable[HostModule] = (),
        *,
        effects: EffectLog | None = None,
        metrics: EngineMetrics | None = None,
        events: EventBus | None = None,
    ) -> None:
        self.events = events or EventBus()
        self.effects = effects or EffectLog()
        self.metrics = metrics or EngineMetrics()
        self.tracing: Tracing | None = None
        """Makes spans, where somebody collects them."""
        self._builtin: dict[str, HostFunction] = {}
        self._functions: dict[str, HostFunction] = {}
        self._declared: dict[str, dict[str, HostFunction]] = {}
        for module in builtin:
            for function in module.functions:
                self._builtin[function.name] = function
                if not in_guest(function.name):
                    self._declared.setdefault(module.name, {})[function.name] = function
        self._routed: dict[Capabilities, tuple[str, ...]] = {}

    def add(self, module: HostModule) -> None:
        """Registers a module; one that adds to a registered one is fine.

        Raises:
            RegistrationError: a function of it is registered already, or contradicts what scripts know it as.
        """
        for function in module.functions:
            if function.name in self._functions:
                raise RegistrationError(f"{function.name} is registered already")
            known = KNOWN.get(function.name)
            if in_guest(function.name) and known is not None and len(known.params) != len(function.params):
                raise RegistrationError(
                    f"{function.name} takes {len(known.params)} arguments in every script: {', '.join(known.params)}"
                )
        self._routed.clear()
        for function in module.functions:
            self._functions[function.name] = function
            if not in_guest(function.name):
                self._declared.setdefault(module.name, {})[function.name] = function

    def get(self, name: str) -> HostFunction | None:
        """The function of this canonical name."""
        return self._functions.get(name) or self._builtin.get(name)

    def of_application(self, name: str) -> HostFunction | None:
        """The application's own function of this canonical name."""
        return self._functions.get(name)

    def has(self, name: str) -> bool:
        """Whether a script that names this function compiles: it is registered, or the guest knows it."""
        return name in self._functions or name in self._builtin or in_guest(name)

    def capability_of(self, name: str) -> str | None:
        """What a policy must allow for this function; None for a name that nobody knows."""
        function = self.get(name)
        if function is not None:
            return function.capability
        known = KNOWN.get(name)
        return known.capability if known is not None else _GUEST_ONLY.get(name)

    def declarations(self, source: str) -> list[dict[str, Any]]:
        """The modules that a source may use beside those of the guest, as the guest's loader wants them.

        Declaring a module costs the VM a context of its own, so those whose name the source does not contain are
        left out: a script cannot name a module without writing its name. One of the engine's own must be called, too:
        its name is a common word.
        """
        return [
            {
                "path": path,
                "functions": [
                    {
                        "name": function.name.rsplit("::", 1)[-1],
                        "params": len(function.params),
                        "awaited": function.awaited,
                        "gives_result": function.gives == "result",
                    }
                    for function in functions.values()
                ],
            }
            for path, functions in self._declared.items()
            if path.rsplit("::", 1)[-1] in source
            and any(
                function.name in self._functions or function.name.rsplit("::", 1)[-1] in source
                for function in functions.values()
            )
        ]

    def routed(self, capabilities: Capabilities) -> tuple[str, ...]:
        """The guest's pure functions that the host answers: replaced ones, and those that a policy does not allow."""
        found = self._routed.get(capabilities)
        if found is None:
            found = self._routed[capabilities] = tuple(
                name
                for name in _PURE_IN_GUEST
                if name in self._functions or not (capabilities is ALL or KNOWN[name].capability in capabilities)
            )
        return found


def in_guest(name: str) -> bool:
    """Whether the guest has this function built in."""
    return name in KNOWN and name.split("::", 1)[0] not in APPLICATION_ROOTS


_PURE_IN_GUEST: Final = tuple(name for name, known in KNOWN.items() if known.pure and in_guest(name))
