"""Schemas that are made of types and of what a source reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune import schemas
from tests.rune.support import read


async def schema(engine: ScriptEngine, folder: Path, body: str, more: str = "") -> dict[str, Any]:
    """The input schema of a function with this body, in a file with more functions."""
    [tool] = (await read(engine, folder, f"pub async fn f(args) {{ {body} }}\n{more}")).tools
    return tool.input_schema


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        (None, {}),
        ("string", {"type": "string"}),
        ("str", {"type": "string"}),
        ("number", {"type": "number"}),
        ("float", {"type": "number"}),
        ("f64", {"type": "number"}),
        ("int", {"type": "integer"}),
        ("integer", {"type": "integer"}),
        ("i64", {"type": "integer"}),
        ("bool", {"type": "boolean"}),
        ("Boolean", {"type": "boolean"}),
        ("array", {"type": "array"}),
        ("object", {"type": "object"}),
        ("Path", {"type": "object"}),
        ("[string]", {"type": "array", "items": {"type": "string"}}),
        ("array<int>", {"type": "array", "items": {"type": "integer"}}),
        ("[[bool]]", {"type": "array", "items": {"type": "array", "items": {"type": "boolean"}}}),
        ("[any]", {"type": "array"}),
        ("[" * 100_000 + "]" * 100_000, None),
    ],
)
def test_declared_types_are_those_of_the_form(declared: str | None, wanted: dict[str, Any] | None) -> None:
    found = schemas.of_type(declared)
    assert found == wanted or (wanted is None and found["type"] == "array")


@pytest.mark.parametrize(
    ("body", "properties", "required"),
    [
        ("1", {}, []),
        ('args.a + args["b"]', {"a": {}, "b": {}}, ["a", "b"]),
        ('args.get("a")', {"a": {}}, []),
        ('args.get("a").unwrap()', {"a": {}}, ["a"]),
        ('if args.contains_key("a") { args.a } else { 1 }', {"a": {}}, []),
        ('if args.get("a") { args.a }', {"a": {}}, []),
        ('args.get("a").unwrap_or("x")', {"a": {"type": "string", "default": "x"}}, []),
        ('args.get("a").unwrap_or(2.0)', {"a": {"type": "number", "default": 2.0}}, []),
        ('args.get("a").unwrap_or(true)', {"a": {"type": "boolean", "default": True}}, []),
        ('args.get("a").unwrap_or([])', {"a": {"type": "array", "default": []}}, []),
        ('args.get("a").unwrap_or(#{ k: 1 })', {"a": {"type": "object", "default": {"k": 1}}}, []),
        ('args.get("a").unwrap_or(())', {"a": {}}, []),
        ('args.get("a").unwrap_or(args.b)', {"a": {}, "b": {}}, ["b"]),
        ("args.a = 1; args.a + args.b", {"b": {}}, ["b"]),
        ('args.a = args.get("a").unwrap_or(1)', {"a": {"type": "integer", "default": 1}}, []),
        ("let #{ a, b, .. } = args; a", {"a": {}, "b": {}}, ["a", "b"]),
        ("let o = args; o.a", {"a": {}}, ["a"]),
    ],
)
async def test_fields_are_required_as_they_are_read(
    engine: ScriptEngine, tmp_path: Path, body: str, properties: dict[str, Any], required: list[str]
) -> None:
    found = await schema(engine, tmp_path, body)
    assert found["properties"] == properties
    assert sorted(found["required"]) == required


async def test_arguments_that_are_passed_on_are_followed_in_circles_and_modules(
    engine: ScriptEngine, tmp_path: Path
) -> None:
    more = """
        mod deep { pub fn h(n, o) { if n > 0 { super::g(o) } else { o.c } } }
        fn g(o) { o.b + deep::h(1, o) + f(o) + S::make(2, o) }
        struct S { x }
        impl S { fn make(n, o) { o.d } fn method(self, o) { o.e } }
    """
    found = await schema(engine, tmp_path, "args.a + g(args) + S::method(S { x: 1 }, args)", more)
    assert sorted(found["properties"]) == ["a", "b", "c", "d", "e"]
    assert found["additionalProperties"] is False


@pytest.mark.parametrize("body", ["args", "args.keys().count()", "args[`a`]", "log(args)", "crucible::log_info(args)"])
async def test_names_are_refused_only_where_every_use_could_be_followed(
    engine: ScriptEngine, tmp_path: Path, body: str
) -> None:
    found = await schema(engine, tmp_path, body, "fn log((a, b)) { a }")
    assert "additionalProperties" not in found


async def test_what_a_function_sets_itself_its_callees_do_not_need(engine: ScriptEngine, tmp_path: Path) -> None:
    found = await schema(engine, tmp_path, "args.mode = 1; g(args)", "fn g(o) { o.mode + o.text }")
    assert found["required"] == ["text"]


@pytest.mark.parametrize(
    ("value", "of", "fits"),
    [
        ("500", {"type": "integer"}, False),
        (500, {"type": "integer"}, True),
        (500, {"type": "number"}, True),
        (5.0, {"type": "integer"}, True),
        (5.5, {"type": "integer"}, False),
        (True, {"type": "integer"}, False),
        (None, {"type": ["string", "null"]}, True),
        (None, {"type": "string"}, False),
        ("x", {"enum": ["a", "b"]}, False),
        ("x", {}, True),
    ],
)
def test_a_default_fits_its_type_or_not(value: Any, of: dict[str, Any], fits: bool) -> None:
    assert schemas.default_fits(value, of) is fits
