"""`ctx`: what a hook script keeps between its runs, and what it emits. The host holds both, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.engine import protocol
from crucible_tools.engine.host.effects import bounded
from crucible_tools.engine.registry import HostModule, Registry, ToolFailure
from crucible_tools.errors import UsageError
from crucible_tools.events import CustomEvent
from crucible_tools.model.hooks import TOOL_PREFIX

if TYPE_CHECKING:
    from crucible_tools.engine.registry import HostFunction
    from crucible_tools.model.json import Json
    from crucible_tools.model.policy import Capabilities

MOST_STATE_BYTES: Final = 64 << 10
"""What `ctx.set` keeps of one script at most, as JSON text, keys included."""

MOST_KEYS: Final = 256
_MOST_KEY: Final = 200

MOST_EMITTED: Final = 16
"""Events that one run of a hook may emit."""


class Context:
    """The `ctx` of one hook script."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._bytes = 0
        self._emitted: list[CustomEvent] = []

    def begin(self) -> None:
        """A new run: nothing was emitted yet."""
        self._emitted = []

    def take(self) -> list[CustomEvent]:
        """What the run has emitted."""
        emitted, self._emitted = self._emitted, []
        return emitted

    def get(self, key: str) -> Json:
        """`ctx.get(key)`: a list of what is kept, or an empty one, since null may be kept, too."""
        found = self._kept.get(key)
        return [] if found is None else [protocol.parse_json(found)]

    def set(self, key: str, value: Json) -> None:
        """`ctx.set(key, value)`.

        Raises:
            ToolFailure: it would be more than a script may keep; nothing was changed.
        """
        if len(key) > _MOST_KEY:
            raise ToolFailure(f"a key has at most {_MOST_KEY} characters")
        text = protocol.to_json(value)
        size = len(key.encode(errors="replace")) + len(text)
        old = self._kept.get(key)
        before = 0 if old is None else len(key.encode(errors="replace")) + len(old)
        if self._bytes - before + size > MOST_STATE_BYTES:
            raise ToolFailure(f"a hook script keeps at most {MOST_STATE_BYTES:,} bytes of JSON")
        if old is None and len(self._kept) >= MOST_KEYS:
            raise ToolFailure(f"a hook script keeps at most {MOST_KEYS} keys")
        self._kept[key] = text
        self._bytes += size - before

    def emit(self, event: dict[str, Any]) -> None:
        """`ctx.emit(event)`: an object with `event_type`, `identifier` and `payload`.

        Raises:
            ToolFailure: it is no event, or one that only the engine makes, or one too many.
        """
        name, identifier = event.get("event_type"), event.get("identifier", "")
        payload: Any = event.get("payload")
        if not isinstance(name, str) or not isinstance(identifier, str):
            raise ToolFailure("an event needs an event_type, and its identifier is a text")
        self._emit(name, identifier, payload)

    def emit_custom(self, name: str, payload: Json) -> None:
        """`ctx.emit_custom(name, payload)`. Raises as `emit` does."""
        self._emit(name, "", payload)

    def _emit(self, name: str, identifier: str, payload: Json) -> None:
        if len(self._emitted) >= MOST_EMITTED:
            raise ToolFailure(f"a hook emits at most {MOST_EMITTED} events in one run")
        if name.startswith(TOOL_PREFIX):
            raise ToolFailure(f"{bounded(name)} is an event that only the engine makes")
        told = cast("dict[str, Json]", payload) if isinstance(payload, dict) else {"value": payload}
        try:
            event = CustomEvent.of(name, bounded(identifier), {} if payload is None else told)
        except UsageError as error:
            raise ToolFailure(error.message) from None
        self._emitted.append(event)


class ContextRegistry(Registry):
    """The engine's host functions, and `ctx` of one script.

    Args:
        real: what is registered in the engine.
        context: of the script.
    """

    def __init__(self, real: Registry, context: Context) -> None:
        super().__init__(effects=real.effects, metrics=real.metrics, events=real.events)
        self.tracing = real.tracing
        self._real = real
        module = HostModule("ctx", capability="basic")
        module.add("get", context.get, params={"key": "string"})
        module.add("set", context.set, params={"key": "string", "value": "any"})
        module.add("emit", context.emit, params={"event": "object"})
        module.add("emit_custom", context.emit_custom, params={"name": "string", "payload": "any"})
        self._context = {function.name: function for function in module.functions}

    def get(self, name: str) -> HostFunction | None:
        """The function of this canonical name."""
        return self._context.get(name) or self._real.get(name)

    def of_application(self, name: str) -> HostFunction | None:
        """The application's own function of this canonical name."""
        return self._real.of_application(name)

    def has(self, name: str) -> bool:
        """Whether a script that names this function compiles: `ctx` has methods, which are no functions."""
        return self._real.has(name)

    def capability_of(self, name: str) -> str | None:
        """What a policy must allow for this function; None for a name that nobody knows."""
        function = self._context.get(name)
        return function.capability if function is not None else self._real.capability_of(name)

    def declarations(self, source: str) -> list[dict[str, Any]]:
        """The modules that a source may use beside those of the guest."""
        return self._real.declarations(source)

    def routed(self, capabilities: Capabilities) -> tuple[str, ...]:
        """The guest's pure functions that the host answers."""
        return self._real.routed(capabilities)
