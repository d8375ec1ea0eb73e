"""What became of a call, as MCP says it: structured results, and errors that a model can act on."""

from __future__ import annotations

from typing import Any, Final, cast

import mcp_types as types
from mcp.shared.exceptions import MCPError

from crucible_tools.errors import CrucibleError, ToolNotFound
from crucible_tools.formats.text import body, json_text, line
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.near import near
from crucible_tools.model.tools import ErrorKind, ToolErrorInfo, ToolExecutionResult
from crucible_tools.operations.serving import ServedTool
from crucible_tools.servers.mcp.describing import META, WRAPPED, is_wrapped
from crucible_tools.servers.mcp.output_checks import OutputChecks

_ADVICE: Final[dict[ErrorKind, str]] = {
    "timed_out": "Ask it for less at once.",
    "out_of_memory": "Ask it for less at once.",
    "stack_exhausted": "Its data is nested too deep for it: give it less, or simpler data.",
    "limit_exceeded": "Give it less data, or ask it for less at once.",
    "denied": "The tool is not allowed to do this; other arguments may not need it. The owner can change its policy.",
    "cancelled": "Call it again if the result is still needed.",
    "crashed": "Calling it again with the same arguments will hardly help.",
    "bad_value": "The tool gave something that is no JSON; other arguments may do.",
}

_MOST_SHOWN: Final = 20
"""Parameters or violations that an error names."""


def answered(
    tool: ServedTool,
    result: ToolExecutionResult,
    arguments: JsonObject,
    *,
    modern: bool,
    checks: OutputChecks | None,
) -> types.CallToolResult:
    """The answer to a call that was made.

    Args:
        tool: what was called.
        result: what became of it.
        arguments: what it was called with.
        modern: whether the client's revision is 2026-07-28 or later.
        checks: compares results with output schemas; None when those are not served.
    """
    meta = {f"{META}/call": _facts(result)}
    if result.error is not None:
        text = "\n".join(_told(tool, result.error, arguments))
        return _failed(text, {**meta, f"{META}/error": result.error.to_json()})
    text = body(result.result) if isinstance(result.result, str) else json_text(result.result, compact=True)
    if checks is not None and (problem := checks.problem(tool, result.result)) is not None:
        message = f"{tool.name} gave a result that is not what its output schema says: {line(problem)}\n{text}"
        return _failed(message, meta)
    structured = _structured(tool, result.result, modern=modern, described=checks is not None)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], is_error=False, _meta=meta, **structured
    )


def refused(error: CrucibleError) -> types.CallToolResult:
    """The answer to a call that was not made.

    Raises:
        MCPError: there is no such tool: the protocol has an error of its own for that.
    """
    if isinstance(error, ToolNotFound):
        meant = f" Did you mean {' or '.join(error.near)}?" if error.near else ""
        data = {"near": list(error.near)}
        raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {line(error.name)[:200]}.{meant}", data=data)
    text = body(error.message) + (f"\nHint: {body(error.hint)}" if error.hint else "")
    return _failed(text, {f"{META}/error": {"kind": error.code, "message": error.message}})


def _failed(text: str, meta: JsonObject) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True, _meta=meta)


def _facts(result: ToolExecutionResult) -> JsonObject:
    names = ("call_id", "stop_reason", "peak_memory_bytes", "host_calls")
    facts = {name: result.metadata[name] for name in names if name in result.metadata}
    return {**facts, "seconds": result.execution_time.total_seconds()}


def _structured(tool: ServedTool, value: Json, *, modern: bool, described: bool) -> dict[str, Any]:
    """The structured result in the form that a revision takes; nothing where it takes none."""
    if modern:
        return {"structured_content": value}
    if described and is_wrapped(tool, modern=modern):
        return {"structured_content": {WRAPPED: value}}
    return {"structured_content": value} if isinstance(value, dict) else {}


def _told(tool: ServedTool, error: ToolErrorInfo, arguments: JsonObject) -> list[str]:
    """An error in words that say what to do."""
    if error.kind == "invalid_arguments":
        return _about_arguments(tool, error, arguments)
    lines = [body(error.message)]
    if error.kind == "tool" and not isinstance(error.data, str) and error.data is not None:
        lines.append(json_text(error.data, compact=True))
    if error.location is not None:
        lines.append(f"At {line(error.location)}.")
    if error.kind in _ADVICE:
        lines.append(_ADVICE[error.kind])
    return lines


def _about_arguments(tool: ServedTool, error: ToolErrorInfo, arguments: JsonObject) -> list[str]:
    """What is wrong with the arguments, each by its place, and what the tool takes."""
    violations = cast("list[JsonObject]", error.data or [])
    lines = [f"The arguments of {tool.name} are not what it takes:" if violations else body(error.message)]
    lines += [f"- {line(each['path'])}: {line(each['message'])}" for each in violations[:_MOST_SHOWN]]
    properties = cast("JsonObject", tool.input_schema.get("properties") or {})
    missing = [name for name in _required(tool) if name not in arguments]
    for name in [given for given in arguments if given not in properties][:_MOST_SHOWN]:
        meant = near(name[:200], missing, 1) or near(name[:200], list(properties), 1)
        if meant:
            lines.append(f"- {line(name)!r} is no parameter of it; did you mean {line(meant[0])!r}?")
    if properties:
        shown = [_parameter(name, schema, tool) for name, schema in list(properties.items())[:_MOST_SHOWN]]
        more = ", …" if len(properties) > _MOST_SHOWN else ""
        lines.append(f"It takes {', '.join(shown)}{more}.")
    else:
        lines.append("It takes no arguments.")
    return lines


def _parameter(name: str, schema: Any, tool: ServedTool) -> str:
    kind = cast("JsonObject", schema).get("type") if isinstance(schema, dict) else None
    kinds = [str(each) for each in cast("list[Any]", kind)] if isinstance(kind, list) else [str(kind)] if kind else []
    facts = [line("|".join(kinds))] if kinds else []
    facts += ["required"] if name in _required(tool) else []
    return f"{line(name)} ({', '.join(facts)})" if facts else line(name)


def _required(tool: ServedTool) -> list[str]:
    required: Any = tool.input_schema.get("required")
    items = cast("list[Any]", required) if isinstance(required, list) else []
    return [item for item in items if isinstance(item, str)]
