"""What goes into a script and what comes out of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from tests.engine.support import run, tool

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(value=JSON)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_json_value_comes_back_as_it_went_in(value: Any) -> None:
    async with ScriptEngine() as engine:
        result = await run(engine, "pub fn call(args) { args.value }", {"value": value})
    assert result.success, result.error
    assert result.result == value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Ok(5)", 5),
        ("Some(5)", 5),
        ("None", None),
        ("()", None),
        ("Ok(Some(1))", 1),
        ('(1, "a")', [1, "a"]),
        ("[Some(1), None]", [1, None]),
        ("'x'", "x"),
        ("b'a'", 97),
        ("1.5", 1.5),
        ("9223372036854775807", 2**63 - 1),
        ("Point { x: 1, y: [2] }", {"x": 1, "y": [2]}),
        ("Pair(1, 2)", [1, 2]),
        ("Empty", {}),
        ("Shape::Dot", "Dot"),
        ("Shape::Circle(3)", {"Circle": 3}),
        ("Shape::Box { w: 1, h: 2 }", {"Box": {"w": 1, "h": 2}}),
        ("#{b: 1, a: #{}}", {"b": 1, "a": {}}),
    ],
)
async def test_rune_values_have_their_json_form(engine: ScriptEngine, expression: str, expected: Any) -> None:
    source = f"""
        struct Point {{ x, y }}
        struct Pair(a, b);
        struct Empty;
        enum Shape {{ Dot, Circle(r), Box {{ w, h }} }}
        pub fn call(args) {{ {expression} }}
    """
    result = await run(engine, source)
    assert result.success, result.error
    assert result.result == expected


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("#{a: [0.0 / 0.0]}", "non-finite float NaN (at $.a[0] of the result)"),
        ("1.0 / 0.0", "non-finite float inf"),
        ("|x| x", "has no JSON form"),
        ('b"bytes"', "bytes have no JSON form"),
    ],
)
async def test_a_value_without_json_form_is_an_error_that_says_where(
    engine: ScriptEngine, expression: str, says: str
) -> None:
    result = await run(engine, f"pub fn call(args) {{ {expression} }}")
    assert result.error is not None
    assert result.error.kind == "bad_value"
    assert says in result.error.message


async def test_bytes_are_base64_where_the_output_schema_says_so(engine: ScriptEngine) -> None:
    schema = {"type": "string", "contentEncoding": "base64"}
    result = await run(engine, 'pub fn call(args) { b"hello" }', output_schema=schema)
    assert result.result == "aGVsbG8="


async def test_a_value_that_contains_itself_ends_at_the_depth_limit(engine: ScriptEngine) -> None:
    result = await run(engine, "pub fn call(args) { let v = []; v.push(v); v }")
    assert result.error is not None
    assert result.error.kind == "limit_exceeded"
    assert "64 levels" in result.error.message


async def test_err_is_the_tools_own_error_with_its_data(engine: ScriptEngine) -> None:
    result = await run(engine, 'pub fn call(args) { Err(#{code: 7, message: "no such note"}) }')
    assert result.error is not None
    assert result.error.kind == "tool"
    assert result.error.data == {"code": 7, "message": "no such note"}
    assert result.error.message == "no such note"


async def test_async_functions_are_awaited(engine: ScriptEngine) -> None:
    source = "async fn double(n) { n * 2 } pub async fn call(args) { double(args.n).await + 1 }"
    result = await run(engine, source, {"n": 4})
    assert result.result == 9


async def test_positional_parameters_are_picked_by_name_with_their_defaults(engine: ScriptEngine) -> None:
    schema = {"type": "object", "properties": {"a": {}, "b": {"default": 7}, "c": {}}, "required": ["a"]}
    definition = tool(entry="sum", calling="positional", positional=("a", "b", "c"), input_schema=schema)
    await engine.register_tool(definition, "pub fn sum(a, b, c) { [a, b, c is Tuple] }")
    result = await engine.execute_tool("tool", {"a": 1})
    assert result.result == [1, 7, True]


async def test_a_script_error_has_its_place_its_line_and_the_way_there(engine: ScriptEngine) -> None:
    source = "fn inner(x) {\n    x.missing\n}\npub fn call(args) {\n    inner(args) + 1\n}\n"
    result = await run(engine, source)
    error = result.error
    assert error is not None
    assert error.kind == "script"
    assert error.location is not None
    assert (error.location.line, error.location.column) == (2, 5)
    assert error.location.source_line == "    x.missing"
    assert [frame["line"] for frame in error.data["backtrace"]] == [2, 5]


async def test_a_missing_method_is_named_though_rune_names_its_hash_only(engine: ScriptEngine) -> None:
    result = await run(engine, 'pub fn call(args) { "a b".split_whitespace() }')
    assert result.error is not None
    assert result.error.data["note"] == "`split_whitespace` is no method of `::std::string::String`"


async def test_what_a_script_prints_and_logs_is_in_the_result(engine: ScriptEngine) -> None:
    source = 'pub fn call(args) { println!("{} notes", 3); print("x"); crucible::log_warn("careful"); dbg!(1); 1 }'
    result = await run(engine, source)
    assert result.metadata["logs"] == [
        {"level": "print", "text": "3 notes\n"},
        {"level": "print", "text": "x"},
        {"level": "warn", "text": "careful"},
        {"level": "print", "text": "1\n"},
    ]


async def test_equal_results_are_equal_bytes_whatever_the_order_of_insertion(engine: ScriptEngine) -> None:
    one = await run(engine, "pub fn call(args) { let o = #{}; o.b = 1; o.a = 2; o }")
    assert list(one.result) == ["a", "b"]


async def test_integers_beyond_64_bits_are_refused_and_not_rounded(engine: ScriptEngine) -> None:
    for number in (2**63, 2**64, -(2**63) - 1, 10**40):
        result = await run(engine, "pub fn call(args) { args.n }", {"n": number})
        assert result.error is not None
        assert "does not fit 64 bits" in result.error.message
    kept = {"s": str(2**80), "n": 2**63 - 1, "m": -(2**63), "f": 12345678901234567890123.5}
    assert (await run(engine, "pub fn call(args) { args }", kept)).result == kept
