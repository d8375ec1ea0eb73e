"""Log lines about calls: each with its call's id, as text or JSON, and none with what a caller keeps secret."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.monitoring.logs import JsonFormatter, TextFormatter
from tests.engine.support import tool

SOURCE = """
pub fn call(args) {
    crucible::log_warn(`working on ${args.what}`);
    if args.fail { Err("no luck") } else { Ok(args.secret) }
}
"""


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with ScriptEngine() as running:
        yield running


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """What was logged, as JSON would have it."""
    found: list[dict[str, Any]] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(JsonFormatter().format(record)))

    caplog.set_level(logging.DEBUG, "crucible_tools")
    handler = Collect()
    logging.getLogger("crucible_tools").addHandler(handler)
    yield found
    logging.getLogger("crucible_tools").removeHandler(handler)


async def call(engine: ScriptEngine, **arguments: Any) -> None:
    await engine.register_tool(tool(), SOURCE)
    given = {"what": "tea", "fail": False, "secret": "s3cr3t", **arguments}
    await engine.execute_tool("tool", given, ToolExecutionContext(call_id="c-1", user="ada"))


async def test_a_call_is_told_with_its_id_its_end_and_its_figures(
    engine: ScriptEngine, lines: list[dict[str, Any]]
) -> None:
    await call(engine, fail=True)
    last = lines[-1]
    assert {name: last[name] for name in ("level", "logger", "call_id", "tool", "user", "reason")} == {
        "level": "debug",
        "logger": "crucible_tools.calls",
        "call_id": "c-1",
        "tool": "tool",
        "user": "ada",
        "reason": "tool_error",
    }
    assert last["peak_memory_bytes"] > 0


async def test_that_a_script_logs_is_told_with_its_call(engine: ScriptEngine, lines: list[dict[str, Any]]) -> None:
    await call(engine)
    [logged] = [line for line in lines if "logged" in line["message"]]
    assert (logged["call_id"], logged["message"]) == ("c-1", "tool logged a line of the level warn")


async def test_a_load_is_told(engine: ScriptEngine, lines: list[dict[str, Any]]) -> None:
    await call(engine)
    assert [line["reason"] for line in lines if "loading" in line["message"]] == ["finished"]


@pytest.mark.parametrize(
    ("schema", "arguments"),
    [
        ({}, {"what": "s3cr3t", "fail": False, "secret": "s3cr3t"}),
        ({}, {"what": "s3cr3t", "fail": True, "secret": "s3cr3t"}),
        ({"properties": {"secret": {"type": "integer"}}}, {"secret": "s3cr3t"}),
        ({"properties": {"secret": {"enum": ["a", "b"]}}}, {"secret": "s3cr3t"}),
        ({"properties": {"secret": {"maxLength": 2}}}, {"secret": "s3cr3t"}),
        ({"additionalProperties": False}, {"s3cr3t": 1}),
        ({}, {"what": 1, "fail": False, "secret": {"s3cr3t"}}),
    ],
    ids=["result", "own error", "type", "enum", "length", "unknown", "no JSON"],
)
async def test_no_value_that_a_call_was_given_or_gave_is_told(
    engine: ScriptEngine, lines: list[dict[str, Any]], schema: dict[str, Any], arguments: dict[str, Any]
) -> None:
    source = SOURCE.replace('"no luck"', "args.secret")
    await engine.register_tool(tool(input_schema={"type": "object", **schema}), source)
    await engine.execute_tool("tool", arguments, ToolExecutionContext(call_id="c-1"))
    assert lines[-1]["call_id"] == "c-1"
    assert "s3cr3t" not in json.dumps(lines)


async def test_where_and_how_refused_arguments_break_the_schema_is_told(
    engine: ScriptEngine, lines: list[dict[str, Any]]
) -> None:
    schema = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["name"]}
    await engine.register_tool(tool(input_schema=schema), SOURCE)
    await engine.execute_tool("tool", {"age": "old"})
    message = lines[-1]["message"]
    assert "$.age (type)" in message
    assert "$ (required)" in message


async def test_a_key_of_the_caller_neither_ends_a_log_line_nor_makes_it_long(
    engine: ScriptEngine, lines: list[dict[str, Any]]
) -> None:
    schema = {"type": "object", "additionalProperties": {"type": "integer"}}
    await engine.register_tool(tool(input_schema=schema), SOURCE)
    await engine.execute_tool("tool", {"a\nERROR forged \x1b[2J" + "x" * 5000: "no integer"})
    message = lines[-1]["message"]
    assert message.isprintable()
    assert len(message) < 500


async def test_refused_arguments_are_told_with_the_call(engine: ScriptEngine, lines: list[dict[str, Any]]) -> None:
    await engine.register_tool(tool(input_schema={"type": "object", "required": ["a"]}), SOURCE)
    await engine.execute_tool("tool", {}, ToolExecutionContext(call_id="c-2"))
    assert (lines[-1]["call_id"], lines[-1]["reason"]) == ("c-2", "invalid_arguments")


async def test_without_debug_nothing_is_told(
    engine: ScriptEngine, lines: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "crucible_tools")
    await call(engine)
    assert lines == []


def record(message: str, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("crucible_tools.x", logging.INFO, "x.py", 1, "%s", (message,), None)
    made.__dict__.update(fields)
    return made


@given(st.text(), st.text())
def test_a_json_line_is_one_line_of_ascii_with_the_text_as_it_was(message: str, tool_name: str) -> None:
    line = JsonFormatter().format(record(message, tool=tool_name))
    assert "\n" not in line
    assert line.isascii()
    read = json.loads(line)
    assert (read["message"], read["tool"]) == (message, tool_name)


def test_an_exception_is_part_of_the_json_line() -> None:
    try:
        raise RuntimeError("a bug")
    except RuntimeError as error:
        made = record("oops")
        made.exc_info = (type(error), error, error.__traceback__)
    assert "RuntimeError: a bug" in json.loads(JsonFormatter().format(made))["exception"]


def test_a_text_line_has_the_calls_id_in_brackets_where_there_is_one() -> None:
    assert TextFormatter().format(record("done", call_id="c-1")) == "INFO crucible_tools.x: [c-1] done"
    assert TextFormatter().format(record("done")) == "INFO crucible_tools.x: done"


async def test_what_a_script_wanted_outside_is_told_with_its_call(
    engine: ScriptEngine, lines: list[dict[str, Any]]
) -> None:
    await engine.register_tool(tool(), 'pub async fn call(args) { crucible::file_read("/etc/passwd").await }')
    await engine.execute_tool("tool", {}, ToolExecutionContext(call_id="c-3"))
    [told] = [line for line in lines if line["logger"] == "crucible_tools.effects"]
    assert (told["call_id"], told["capability"], told["allowed"]) == ("c-3", "file", False)
