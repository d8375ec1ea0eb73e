"""`crucible call`: arguments in, result out."""

import json
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, cast

from crucible_tools.cli.endings import InterruptionError
from crucible_tools.cli.running import finished
from crucible_tools.cli.streams import complain
from crucible_tools.cli.terminal import Terminal, body, json_text, line
from crucible_tools.errors import UsageError
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.policy import MIB
from crucible_tools.model.tools import ToolDefinition, ToolErrorInfo, ToolExecutionResult
from crucible_tools.operations.call import call
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration

_MOST_STDIN: Final = 64 * MIB
"""More than any policy lets through; the engine refuses what is above the tool's own limit, with the figures."""


def run_call(terminal: Terminal, flags: Flags, tool: str, *, text: str | None, pairs: Sequence[str]) -> int:
    """`crucible call`."""
    if text is not None and pairs:
        raise UsageError("give the arguments with --args or with -a, not with both")
    configuration = read_configuration(flags)
    raw = None if text is None else _read(text)

    def arguments(definition: ToolDefinition) -> JsonObject | bytes:
        return raw if raw is not None else pair_values(pairs, definition)

    started = time.monotonic()
    try:
        result = finished(
            call(
                configuration.state.value,
                tool,
                arguments,
                trusted=configuration.state_is_named,
                record=configuration.record.value,
                hooks=configuration.hooks.value,
                retention=configuration.retention.value,
            )
        )
    except KeyboardInterrupt:
        raise InterruptionError(cancelled=_cancelled(tool, time.monotonic() - started)) from None
    _tell_logs(terminal, result)
    if terminal.json:
        terminal.document(result.to_json())
    elif result.success:
        terminal.output(result.result if isinstance(result.result, str) else json_text(result.result))
    if result.metadata.get("recorded"):
        terminal.note(f"recorded: crucible replay {line(result.metadata['call_id'])}")
    if result.error is not None:
        if not terminal.json:
            _tell_error(terminal, result.error)
        terminal.reason(f"the call of {tool} failed: {result.error.kind}")
    return 0 if result.success else 1


def pair_values(pairs: Sequence[str], definition: ToolDefinition) -> JsonObject:
    """`key=value` pairs as arguments: text where the schema says text, else JSON if it is JSON.

    Raises:
        UsageError: a pair has no `=`, or a key is given twice.
    """
    properties = _object(definition.input_schema.get("properties"))
    values: JsonObject = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"-a {pair}: an argument is written KEY=VALUE")
        if key in values:
            raise UsageError(f"-a {pair}: {key} is given twice")
        values[key] = _value(value, _object(properties.get(key)))
    return values


def _object(value: Json) -> JsonObject:
    """A part of a schema, which may also be `true` or anything else that the tool's author wrote."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def _value(text: str, schema: JsonObject) -> Json:
    if schema.get("type") == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read(text: str) -> bytes:
    """The JSON text of `--args`; the engine says what is wrong with it."""
    if text != "-":
        return text.encode("utf-8", "surrogateescape")
    if sys.stdin.isatty():
        complain("reading the arguments from the terminal; end them with Ctrl-D\n")
    data = sys.stdin.buffer.read(_MOST_STDIN + 1)
    if len(data) > _MOST_STDIN:
        raise UsageError(f"the arguments have more than {_MOST_STDIN:,} bytes")
    return data


def _tell_logs(terminal: Terminal, result: ToolExecutionResult) -> None:
    for entry in result.metadata.get("logs", ()):
        terminal.note(f"{entry['level']}: {body(entry['text'], '  ')}")


def _tell_error(terminal: Terminal, error: ToolErrorInfo) -> None:
    lines = [f"{terminal.paint('error:', 'red', sys.stderr)} {body(error.message, '  ')}"]
    if error.location:
        lines.append(f"  at: {line(error.location)}")
        if error.location.source_line:
            lines.append(f"      {line(error.location.source_line.strip())}")
    if error.kind == "invalid_arguments":
        lines += [f"  {line(violation['path'])}: {line(violation['message'])}" for violation in error.data or ()]
    elif error.kind == "tool" and not isinstance(error.data, str):
        lines.append(json_text(error.data))
    terminal.complain("\n".join(lines))


def _cancelled(tool: str, seconds: float) -> ToolExecutionResult:
    error = ToolErrorInfo("cancelled", "interrupted: the script was stopped")
    return ToolExecutionResult(False, None, error, timedelta(seconds=seconds), tool)
