"""Arguments at the edges of what a schema takes."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.migration.validation.edges import MOST_EDGES, edges
from crucible_tools.rune.check.arguments import Variant, variants
from tests.migration.validation.support import SCHEMA, codes, comprehensive, policy


def tried(schema: dict[str, Any], seed: str = "tool") -> list[dict[str, Any]]:
    known = variants(schema)
    base = max(reversed(known), key=lambda variant: len(variant.key))
    return [variant.arguments for variant in edges(seed, schema, base, known)]


def of(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def test_numbers_are_tried_at_their_bounds_and_at_those_of_64_bits() -> None:
    found = {arguments["n"] for arguments in tried(of(n={"type": "integer", "minimum": -5, "exclusiveMaximum": 9}))}
    assert {-5, 8, -1} <= found
    assert max(found) <= 8
    assert {(1 << 63) - 1, -(1 << 63)} <= {arguments["n"] for arguments in tried(of(n={"type": "integer"}))}


def test_texts_are_tried_empty_long_and_unusual_as_far_as_the_schema_lets() -> None:
    found = {arguments["s"] for arguments in tried(of(s={"type": "string"}))}
    assert "" in found
    assert any(len(text) == 1000 for text in found)
    assert any(not text.isascii() for text in found)
    bounded = {arguments["s"] for arguments in tried(of(s={"type": "string", "minLength": 2, "maxLength": 40}))}
    assert {len(text) for text in bounded} >= {2, 40}
    assert all(2 <= len(text) <= 40 for text in bounded)


def test_every_value_of_an_enum_is_tried() -> None:
    schema = of(unit={"enum": ["day", "week", "month"]})
    known = [variant.arguments["unit"] for variant in variants(schema)]
    assert {*known, *(arguments["unit"] for arguments in tried(schema))} == {"day", "week", "month"}


def test_what_lies_deeper_is_tried_too_and_nothing_else_changes() -> None:
    schema = of(notes={"type": "array", "items": of(words={"type": "integer"}), "minItems": 1}, tag={"type": "string"})
    found = tried(schema)
    assert {"notes": [{"words": -1}], "tag": "a"} in found
    assert {"notes": [{"words": 1}], "tag": ""} in found


def test_the_same_seed_gives_the_same_bounded_choice_and_another_one_another() -> None:
    schema = of(**{f"p{number}": {"type": "integer"} for number in range(20)})
    assert tried(schema, "a") == tried(schema, "a")
    assert tried(schema, "a") != tried(schema, "b")
    assert len(tried(schema, "a")) == MOST_EDGES


_KINDS = st.sampled_from(["string", "integer", "number", "boolean", "array", "null", "object"])
_PARTS = st.fixed_dictionaries(
    {},
    optional={
        "type": _KINDS | st.lists(_KINDS, min_size=1, max_size=2, unique=True),
        "minimum": st.integers(-10, 10),
        "maximum": st.integers(-10, 10),
        "minLength": st.integers(0, 50),
        "maxLength": st.integers(0, 50),
        "pattern": st.sampled_from(["^a", "\\d"]),
        "enum": st.lists(st.integers() | st.text(max_size=2), min_size=1, max_size=3, unique=True),
        "items": st.just({"type": "integer"}),
    },
)


@given(st.dictionaries(st.sampled_from("abc"), _PARTS, max_size=3))
def test_every_set_fits_the_schema_and_no_two_are_alike(properties: dict[str, Any]) -> None:
    schema = of(**properties)
    known = variants(schema)
    if not known:
        return
    found = edges("tool", schema, known[0], known)
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert all(validator.is_valid(variant.arguments) for variant in found)
    keys = [variant.key for variant in (*known, *found)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}},
        of(a={"anyOf": [{"enum": [f"{number}-{other}" for other in range(100)]} for number in range(100)]}),
    ],
)
def test_a_schema_that_costs_too_much_has_no_edges(schema: dict[str, Any]) -> None:
    assert edges("tool", schema, Variant({}, ""), ()) == ()


async def test_a_failure_that_only_edges_have_is_one_warning_a_line(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "let items = [1, 2];\n items.get(args.n % 2).unwrap() + args.n * 2")
    assert (codes(found), found.ok) == (["VAL012"], True)
    assert "at line 2" in found.findings[0].message


async def test_a_method_that_is_missing_on_an_edge_is_missing(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "if args.n < 0 { args.n.to_uppercase() } else { args.n }")
    assert (codes(found), found.ok) == (["VAL003"], False)


async def test_an_edge_that_hangs_does_not_hold_up_the_others_for_long(engine: ScriptEngine) -> None:
    body = "if args.n > 1 || args.n < -1 { loop {} } args.n"
    found = await comprehensive(engine, body, under=policy(timeout_s=0.05))
    assert (codes(found), found.ok) == (["VAL012", "VAL011"], True)
    assert "calls with generated arguments were left out" in found.findings[1].message


async def test_a_tool_that_never_runs_has_no_edges_tried(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "args.nothing.nothing")
    assert codes(found) == ["VAL008"]
    assert found.calls == len(variants(SCHEMA))
