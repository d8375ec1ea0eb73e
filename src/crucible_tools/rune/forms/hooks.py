"""Hooks: `#[hook(..)]`, `init()` with a manifest, one `handle(ctx, event)` a file, and `on_<event>(x)`.

Hooks are no tools; a migration records them and keeps them inactive until its owner enables them.
"""

from __future__ import annotations

import difflib
from typing import Any, Final, cast

from crucible_tools.model.locations import Location
from crucible_tools.model.near import near
from crucible_tools.rune.facts import Attribute, Function
from crucible_tools.rune.forms.reading import Reading, takes_object
from crucible_tools.rune.report import Form, Hook, Reason

_CONTEXT: Final = ("ctx", "_ctx", "context", "_context")
_MOST: Final = 1000
_PARAMETERS: Final = (1, 2)
_HOOKS: Final = "hooks"
_CLEAR: Final = 0.85
_EVENTS: Final = (
    "tool:before",
    "tool:after",
    "tool:error",
    "tool:discovered",
    "note:parsed",
    "note:created",
    "note:modified",
    "note:deleted",
    "file:deleted",
    "mcp:attached",
)
"""What hosts send (legacy-tools.md, "Events and hooks"); applications send others."""


def read(reading: Reading) -> None:
    """Finds the functions that are marked as hooks."""
    for function in reading.facts.functions:
        if marks := function.marked("hook", "handler"):
            reading.claim(function, "hook")
            for mark in marks:
                _attribute(reading, function, mark)


async def read_unmarked(reading: Reading) -> None:
    """Finds the other hooks. Behind the metadata of a tool: an `init()` that does not end would keep it from that."""
    await _manifest(reading)
    _handle(reading)
    _events(reading)


def _attribute(reading: Reading, function: Function, mark: Attribute) -> None:
    if function.impl or not function.public:
        message = f"the hook `{function.name}` can't be called: it is not a public function"
        reading.reasons.append(Reason("RN029", "error", message, location=reading.at(function)))
    event = mark.text("event")
    if event is None:
        message = f"the hook `{function.name}` names no event"
        reading.reasons.append(Reason("hook", "error", message, location=reading.at(function)))
    if len(function.params) not in _PARAMETERS:
        message = f"the hook `{function.name}` can't be called: it takes `ctx` and `event`, or `event` alone"
        reading.reasons.append(Reason("hook", "error", message, location=reading.at(function)))
    values = {argument.key: argument.value for argument in mark.args}
    priority = values.get("priority", 100)
    enabled = values.get("enabled", True)
    if not _is_number(priority) or not isinstance(enabled, bool):
        message = f"the hook `{function.name}` needs a whole number as priority, and true or false for enabled"
        reading.reasons.append(Reason("hook", "error", message, location=reading.at(function)))
        priority, enabled = 100, False
    _add(
        reading,
        function,
        "hook",
        event,
        pattern=mark.text("pattern") or "*",
        priority=cast("int", priority),
        enabled=enabled,
        description=mark.text("desc", "description"),
    )


async def _manifest(reading: Reading) -> None:
    """`pub fn init()` that gives `#{hooks: [#{event, pattern, handler}]}`."""
    init = reading.top("init")
    if init is None or not init.public or init.params or init.instance or init.path in reading.taken:
        return
    if _HOOKS not in reading.text:
        # It is some other `init`; it need not run here, nor end.
        return
    evaluation = await reading.evaluate("init")
    if not evaluation.ok:
        reading.claim(init, "manifest")
        message = f"init() stopped: {evaluation.error}"
        location = evaluation.location or reading.at(init)
        reading.reasons.append(Reason("RN304", "error", message, location=location))
        return
    value = evaluation.value
    hooks: Any = cast("dict[str, Any]", value).get(_HOOKS) if isinstance(value, dict) else None
    if not isinstance(hooks, list):
        return
    reading.claim(init, "manifest")
    for number, item in enumerate(cast("list[Any]", hooks)[:_MOST], 1):
        problem = _manifest_hook(reading, item)
        if problem:
            message = f"hook {number} of init() {problem}"
            location = _handler_place(reading, item) or reading.at(init)
            reading.reasons.append(Reason("hook", "error", message, location=location))


def _handler_place(reading: Reading, item: Any) -> Location | None:
    """Where the handler of a hook is named in the manifest, or else its event."""
    fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    for key in ("handler", "event"):
        written = f'"{fields.get(key)}"'
        if reading.text.count(written) == 1:
            at = reading.text.index(written)
            line = reading.text.count("\n", 0, at) + 1
            return Location(reading.path, line, at - reading.text.rfind("\n", 0, at), len(written))
    return None


def _manifest_hook(reading: Reading, item: Any) -> str | None:
    fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    event, handler = fields.get("event"), fields.get("handler")
    pattern, priority, enabled = fields.get("pattern", "*"), fields.get("priority", 100), fields.get("enabled", True)
    if not (isinstance(event, str) and isinstance(handler, str)):
        return "needs an event and a handler, both texts"
    if not (isinstance(pattern, str) and _is_number(priority) and isinstance(enabled, bool)):
        return "needs a text as pattern, a whole number as priority, and true or false for enabled"
    function = reading.facts.by_path.get(tuple(handler.split("::")))
    if function is None or not function.public or function.impl:
        close = near(handler, [item.entry for item in reading.facts.functions if item.public], 1)
        meant = f"; did you mean `{close[0]}`?" if close else ""
        return f"names `{handler[:100]}`, which is no public function{meant}"
    if len(function.params) not in _PARAMETERS:
        return f"names `{handler[:100]}`, which takes neither `ctx` and `event` nor `event` alone"
    reading.taken.add(function.path)
    _add(reading, function, "manifest", event, pattern=pattern, priority=priority, enabled=enabled)
    return None


def _handle(reading: Reading) -> None:
    """`pub fn handle(ctx, event)`, one a file: it is given every event."""
    function = reading.top("handle")
    if function is None or not function.public or len(function.params) != 2 or function.path in reading.taken:
        return
    in_handlers = "handlers" in reading.path.split("/")[:-1]
    if in_handlers or function.params[0].name in _CONTEXT:
        reading.claim(function, "handle")
        _add(reading, function, "handle", None)


def _events(reading: Reading) -> None:
    """`pub fn on_recipe_discovered(x)`: the event is in the name."""
    folders = reading.path.split("/")[:-1]
    for function in reading.facts.functions:
        event = function.name.removeprefix("on_")
        usable = function.top and function.public and len(function.params) == 1 and not function.instance
        if event in ("", function.name) or not usable or function.path in reading.taken:
            continue
        in_events = "events" in folders[:-1] and folders[-1] == event
        if in_events or not (takes_object(function) and function.is_async):
            reading.claim(function, "event")
            _add(reading, function, "event", event)


def _check_event(reading: Reading, function: Function, event: str) -> None:
    """An event that is none of the known ones may be an application's own, and is not when it is nearly one of them."""
    if event in _EVENTS:
        return
    same = event.replace("_", ":").replace(".", ":").replace("-", ":").lower()
    close = [same] if same in _EVENTS else difflib.get_close_matches(event, _EVENTS, 1, _CLEAR)
    if close:
        message = f"the hook `{function.name}` waits for {event!r}, which no host sends"
        hint = f"did you mean {close[0]!r}?"
        reading.reasons.append(Reason("hook", "warning", message, hint=hint, location=reading.at(function)))


def _add(
    reading: Reading,
    function: Function,
    form: Form,
    event: str | None,
    *,
    pattern: str = "*",
    priority: int = 100,
    enabled: bool = True,
    description: str | None = None,
) -> None:
    if event is not None and form != "event":
        _check_event(reading, function, event)
    hook = Hook(
        function=function.entry,
        event=event,
        pattern=pattern,
        priority=priority,
        enabled=enabled,
        description=description or function.description or None,
        form=form,
        line=function.line,
        context=len(function.params) > 1,
    )
    reading.hooks.append(hook)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
