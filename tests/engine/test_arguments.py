"""Arguments against schemas, and schemas that attack."""

from __future__ import annotations

import gc
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.bulk import depth_of, first_error
from crucible_tools.errors import CrucibleError
from tests.engine.support import tool

ECHO = "pub fn call(args) { args }"

SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["title"],
    "additionalProperties": False,
}


async def violations(engine: ScriptEngine, arguments: Any) -> list[tuple[str, str]]:
    await engine.register_tool(tool(input_schema=SCHEMA), ECHO)
    result = await engine.execute_tool("tool", arguments)
    assert result.error is not None
    assert result.error.kind == "invalid_arguments"
    return [(v["path"], v["message"]) for v in result.error.data]


async def test_each_violation_is_named_with_its_path(engine: ScriptEngine) -> None:
    found = await violations(engine, {"tags": ["a", 1, None], "colour": 3})
    assert {path for path, _ in found} == {"$", "$.tags[1]", "$.tags[2]"}
    assert any("title" in message for _, message in found)
    assert any("colour" in message for _, message in found)


@pytest.mark.parametrize("arguments", [b"{", b"[]", b"\xff", b'"x"', b"", b"NaN"])
async def test_text_that_is_no_json_object_is_refused(engine: ScriptEngine, arguments: bytes) -> None:
    await engine.register_tool(tool(), ECHO)
    result = await engine.execute_tool("tool", arguments)
    assert result.error is not None
    assert result.error.kind == "invalid_arguments"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", {1, 2}])
async def test_python_values_that_are_no_json_are_refused(engine: ScriptEngine, value: Any) -> None:
    await engine.register_tool(tool(), ECHO)
    result = await engine.execute_tool("tool", {"x": value})
    assert result.error is not None
    assert result.error.kind == "invalid_arguments"


async def test_unknown_parameters_of_positional_tools_are_refused(engine: ScriptEngine) -> None:
    definition = tool(entry="f", calling="positional", positional=("a",))
    await engine.register_tool(definition, "pub fn f(a) { a }")
    result = await engine.execute_tool("tool", {"a": 1, "b": 2})
    assert result.error is not None
    assert result.error.kind == "invalid_arguments"
    assert "'b'" in result.error.message


HOSTILE = {
    "doubled references": {
        "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(27)} | {"d27": {}},
        "$ref": "#/$defs/d0",
    },
    "refers to itself twice": {
        "$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}},
        "$ref": "#/$defs/a",
    },
    "another host's schema": {"$ref": "http://127.0.0.1:9/schema.json"},
    "a file": {"$ref": "file:///etc/passwd"},
    "no schema": {"type": "banana"},
    "a dead reference": {"$ref": "#/$defs/none"},
    "a broken pattern": {"properties": {"a": {"pattern": "("}}},
}


@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_schema_never_reaches_a_call(engine: ScriptEngine, schema: dict[str, Any]) -> None:
    with pytest.raises(CrucibleError):
        await engine.register_tool(tool(input_schema={"type": "object", **schema}), ECHO)


async def test_a_hostile_pattern_does_not_hang_the_host(engine: ScriptEngine) -> None:
    schema = {"type": "object", "properties": {"a": {"pattern": "^(a+)+$"}}}
    await engine.register_tool(tool(input_schema=schema), ECHO)
    result = await engine.execute_tool("tool", {"a": "a" * 5000 + "!"})
    assert result.error is not None


@given(st.recursive(st.none() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i), max_leaves=30))
def test_depth_is_counted_outside_of_strings(value: Any) -> None:
    def depth(it: Any) -> int:
        inner = it.values() if isinstance(it, dict) else it if isinstance(it, list) else None
        return 0 if inner is None else 1 + max((depth(x) for x in inner), default=0)

    assert depth_of(json.dumps(value).encode()) == depth(value)


@pytest.mark.parametrize(
    "text", [b"", b"]]][[[", b'"[[', b'["\\\\"]', b'["\\""]', b"[}" * 9, b"{]" * 9, b"[" * 100_000 + b"}"]
)
def test_the_depth_of_what_is_no_json_is_some_number(text: bytes) -> None:
    assert depth_of(text) >= 0


@pytest.mark.parametrize("items", ["1, " * 200_000, "[], " * 200_000, '"x", ' * 200_000])
async def test_of_very_many_wrong_values_the_first_one_is_told(engine: ScriptEngine, items: str) -> None:
    """All of them would take seconds to find, in which nobody else could do anything."""
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "boolean"}}}}
    await engine.register_tool(tool(input_schema=schema), ECHO)
    text = f'{{"a": [true, {items.removesuffix(", ")}]}}'
    result = await engine.execute_tool("tool", text.encode())
    assert result.error is not None
    assert result.error.kind == "invalid_arguments"
    assert [each["path"] for each in result.error.data] == ["$.a[1]"]
    few = await engine.execute_tool("tool", {"a": [1, True, "x"]})
    assert few.error is not None
    assert [each["path"] for each in few.error.data] == ["$.a[0]", "$.a[2]"]


async def test_of_very_many_names_that_are_missing_the_first_one_is_told(engine: ScriptEngine) -> None:
    names = [f"name{number}" for number in range(20_000)]
    await engine.register_tool(tool(input_schema={"type": "object", "required": names}), ECHO)
    result = await engine.execute_tool("tool", {})
    assert result.error is not None
    assert [each["message"] for each in result.error.data] == ['"name0" is a required property']


def test_the_first_error_of_many_is_the_one_of_the_first_wrong_value() -> None:
    validator = jsonschema_rs.Draft202012Validator({"type": "array", "items": {"type": "integer"}})
    assert first_error(validator, [1] * 100_000) is None
    error = first_error(validator, [1, "x"] * 100_000)
    assert error is not None
    assert (list(error.instance_path), error.message) == ([1], '"x" is not of type "integer"')


async def test_a_megabyte_of_lists_goes_in_and_comes_out_and_the_collector_goes_on(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), "pub fn call(args) { args.a }")
    lists: list[list[int]] = [[]] * 200_000
    for arguments in ({"a": lists}, json.dumps({"a": lists}).encode()):
        assert (await engine.execute_tool("tool", arguments)).result == lists
        assert gc.isenabled()
    broken = await engine.execute_tool("tool", json.dumps({"a": lists}).encode()[:-1])
    assert broken.error is not None
    assert broken.error.kind == "invalid_arguments"
    assert gc.isenabled()


async def test_a_text_whose_end_is_missing_is_refused_at_once(engine: ScriptEngine) -> None:
    # Each of a million quotes may begin a text that has no end: looking for it once must do.
    assert await violations(engine, b"[" + b"[]," * 70 + b'"' + b'\\"' * 1_000_000) == []


@pytest.mark.parametrize(("depth", "kind"), [(63, None), (64, "limit_exceeded"), (100_000, "limit_exceeded")])
async def test_arguments_nest_64_deep_and_no_deeper(engine: ScriptEngine, depth: int, kind: str | None) -> None:
    await engine.register_tool(tool(), "pub fn call(args) { 1 }")
    result = await engine.execute_tool("tool", b'{"a":' + b"[" * depth + b"]" * depth + b"}")
    assert (result.error.kind if result.error else None) == kind


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
    ],
    ids=["NaN", "Infinity", "1e999", "lone surrogate", "byte-order mark", "UTF-16"],
)
async def test_text_that_only_looks_like_json_is_refused_before_the_script(engine: ScriptEngine, text: bytes) -> None:
    await engine.register_tool(tool(), ECHO)
    result = await engine.execute_tool("tool", text)
    assert result.error is not None
    assert result.error.kind == "invalid_arguments"


async def test_a_missing_optional_argument_is_its_default_where_that_fits_its_type(engine: ScriptEngine) -> None:
    schema = {
        "type": "object",
        "properties": {
            "n": {"type": "integer", "default": 4},
            "wrong": {"type": "integer", "default": "500"},
            "needed": {"type": "integer", "default": 1},
        },
        "required": ["needed"],
    }
    await engine.register_tool(tool(input_schema=schema), ECHO)
    assert (await engine.execute_tool("tool", {"needed": 2})).result == {"n": 4, "needed": 2}
    assert (await engine.execute_tool("tool", {"needed": 2, "n": 9})).result == {"n": 9, "needed": 2}
    missing = await engine.execute_tool("tool", {})
    assert missing.error is not None
    assert missing.error.kind == "invalid_arguments"


ALTERNATIVES = {"type": "array", "items": {"anyOf": [{"const": n} for n in range(2, 4002)]}}


@pytest.mark.parametrize(
    ("part", "value", "kind"),
    [
        (ALTERNATIVES, [1] * 40, "invalid_arguments"),
        (ALTERNATIVES, [1] * 1000, "limit_exceeded"),
        ({"type": "array", "items": {"enum": [{"a": n} for n in range(20_000)]}}, [{"a": -1}] * 300, "limit_exceeded"),
        ({"type": "array", "items": {"allOf": [{"minimum": -n} for n in range(5000)]}}, [1] * 20_000, "limit_exceeded"),
    ],
    ids=["few values", "many values", "large enum", "many parts"],
)
async def test_a_schema_and_its_data_cannot_multiply_the_hosts_work(
    engine: ScriptEngine, part: dict[str, Any], value: list[Any], kind: str
) -> None:
    await engine.register_tool(tool(input_schema={"type": "object", "properties": {"x": part}}), ECHO)
    result = await engine.execute_tool("tool", {"x": value})
    assert result.error is not None
    assert result.error.kind == kind
