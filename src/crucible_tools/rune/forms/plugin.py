"""Plugins: `#[plugin(name, watch, deps)] pub fn create()`, whose instance says itself what its tools are."""

from __future__ import annotations

from typing import Any, Final, cast

from crucible_tools.model.enums import StopReason
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.rune import schemas
from crucible_tools.rune.facts import Function
from crucible_tools.rune.forms.reading import Draft, Reading
from crucible_tools.rune.report import Plugin, Reason

_TOOLS: Final = "tools"
_METHODS: Final = (_TOOLS, "dispatch")
_MOST: Final = 1000
_SCHEMAS: Final = ("input_schema", "schema", "parameters")
"""Under which names the tools of a plugin have a JSON Schema; `parameters` may be a list instead."""


def read(reading: Reading) -> None:
    """Finds the plugin of a source: there is at most one."""
    for function in reading.facts.functions:
        marks = function.marked("plugin")
        if not marks:
            continue
        reading.claim(function, "plugin")
        if reading.plugin:
            message = f"it has more than one plugin; `{function.name}` is left out"
            reading.reasons.append(Reason("plugin", "error", message, location=reading.at(function)))
            continue
        methods = _methods(reading)
        reading.plugin = Plugin(
            name=marks[0].text("name") or reading.stem,
            create=function.entry,
            watch=marks[0].texts("watch"),
            deps=marks[0].texts("deps"),
            description=function.description or None,
            watches="on_watch" in methods,
        )
        if not _callable(function):
            message = f"the plugin's `{function.name}` can't be called: it must be public and take nothing"
            reading.reasons.append(Reason("plugin", "error", message, location=reading.at(function)))
        for name in _METHODS:
            if name not in methods:
                message = f"the plugin's instance has no `{name}`: no type in this file has a method of that name"
                # With the other one it means to have tools; with none of them it only watches.
                severity = "error" if any(other in methods for other in _METHODS) else "warning"
                reading.reasons.append(Reason("plugin", severity, message, location=reading.at(function)))


async def read_tools(reading: Reading) -> None:
    """Asks the plugin for its tools, behind everything else: what reads files is stopped, and its VM with it.

    `create()` and `tools()` run under SAFE. A plugin that needs more to say what its tools are has none.
    """
    plugin = reading.plugin
    if plugin is None or not set(_METHODS) <= _methods(reading):
        return
    function = next(item for item in reading.facts.functions if item.entry == plugin.create)
    if not _callable(function):
        return
    evaluation = await reading.evaluate(plugin.create, _TOOLS)
    if not evaluation.ok:
        denied = evaluation.reason is StopReason.DENIED
        what = "the plugin's tools are not known, since reading runs under the level safe" if denied else "tools()"
        message = f"{what}: {evaluation.error}" if denied else f"tools() stopped: {evaluation.error}"
        location = evaluation.location or reading.at(function)
        reading.reasons.append(Reason("RN304", "warning" if denied else "error", message, location=location))
        return
    value: Any = evaluation.value
    if not isinstance(value, list):
        message = "tools() gave no list"
        reading.reasons.append(Reason("RN304", "error", message, location=reading.at(function)))
        return
    items = cast("list[Any]", value)
    for number, item in enumerate(items[:_MOST], 1):
        _tool(reading, plugin, function, item, number)
    if len(items) > _MOST:
        message = f"tools() gave {len(items):,} tools, of which {_MOST:,} are read"
        reading.reasons.append(Reason("plugin", "error", message, location=reading.at(function)))


def _tool(reading: Reading, plugin: Plugin, function: Function, item: Any, number: int) -> None:
    fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    name, description = fields.get("name"), fields.get("description", fields.get("desc"))
    if not isinstance(name, str):
        message = f"tool {number} of tools() has no name"
        reading.reasons.append(Reason("plugin", "error", message, location=reading.at(function)))
        return
    tags: list[Any] = cast("list[Any]", fields["tags"]) if isinstance(fields.get("tags"), list) else []
    draft = Draft(
        name=name,
        form="plugin",
        entry=plugin.create,
        function=function,
        description=description if isinstance(description, str) else "",
        version=_text(fields.get("version")) or "1.0.0",
        category=_text(fields.get("category")) or "general",
        tags=tuple(tag for tag in tags if isinstance(tag, str)),
        calling="plugin",
    )
    _schema(draft, fields)
    reading.drafts.append(draft)


def _schema(draft: Draft, fields: JsonObject) -> None:
    """What the tool takes: a JSON Schema, a list of parameters, or, if it says nothing, whatever it is given."""
    given = next((fields[name] for name in _SCHEMAS if fields.get(name) is not None), None)
    if isinstance(given, dict):
        draft.input_schema, draft.declared = cast("JsonObject", given), True
        return
    draft.input_schema = {"type": "object"}
    if given is None:
        return
    parameters = cast("list[Any]", given) if isinstance(given, list) else []
    named = [cast("JsonObject", part) for part in parameters if isinstance(part, dict)]
    if (
        not isinstance(given, list)
        or len(named) < len(parameters)
        or not all(_text(part.get("name")) for part in named)
    ):
        message = f"the parameters of {draft.name[:140]!r} are neither a JSON Schema nor a list of #{{name, …}}"
        draft.problems.append(Reason("parameters", "error", message))
        return
    properties: JsonObject = {part["name"]: _property(part) for part in named}
    required = [part["name"] for part in named if part.get("required") is not False and "default" not in part]
    draft.input_schema, draft.declared = schemas.of_object(properties, required), True


def _property(part: JsonObject) -> JsonObject:
    schema = schemas.of_type(_text(part.get("type")))
    if description := _text(part.get("description")) or _text(part.get("desc")):
        schema["description"] = description
    if "default" in part:
        schema["default"] = part["default"]
    return schema


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _callable(function: Function) -> bool:
    return function.public and not function.impl and not function.params


def _methods(reading: Reading) -> set[str]:
    """The methods of all types in the source."""
    found = {method.name for method in reading.facts.functions if method.impl and method.instance}
    # Sources that Rune refuses write `&self`; the name is what counts there.
    return found | {method.name for method in reading.facts.functions if method.impl and not reading.facts.parsed}
