"""Generated arguments: they fit their schema, are the same every time, and hostile schemas cost nothing."""

from __future__ import annotations

import json
import time
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.rune.check.arguments import MOST_VARIANTS, everything, fields_of, minimal, variants


def fits(arguments: Any, schema: dict[str, Any]) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, offline=True).is_valid(arguments)


def of(properties: dict[str, Any], *required: str, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), **more}


# Schemas

NAMES = st.sampled_from(["text", "url", "notes", "due_date", "limit", "config", "x", "path", "tags", "is_new"])


def bounded(low: str, high: str, top: int) -> st.SearchStrategy[dict[str, Any]]:
    numbers = st.integers(0, top)
    return st.fixed_dictionaries({}, optional={low: numbers, high: numbers.map(lambda number: number + top)})


SCALARS = st.one_of(
    bounded("minLength", "maxLength", 9).map(lambda more: {"type": "string", **more}),
    bounded("minimum", "maximum", 50).map(lambda more: {"type": "integer", **more}),
    bounded("exclusiveMinimum", "exclusiveMaximum", 50).map(lambda more: {"type": "number", **more}),
    st.integers(1, 12).map(lambda step: {"type": "integer", "minimum": 5, "multipleOf": step}),
    st.just({"type": "boolean"}),
    st.just({"type": ["string", "null"]}),
    st.just({}),
    st.just({"enum": ["fast", "slow"], "default": "slow"}),
    st.just({"const": 7}),
    st.just({"type": "integer", "default": "500"}),
    st.just({"type": "string", "examples": [3, "three"]}),
    st.just({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
    st.just({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 3}]}),
    st.just({"allOf": [{"type": "number"}, {"type": "integer", "minimum": 2}, {"minimum": 9}]}),
    st.just({"$ref": "#/$defs/tree"}),
)


def compound(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    objects = st.dictionaries(NAMES, inner, max_size=4).flatmap(
        lambda properties: st.lists(st.sampled_from([*properties, "other"]), unique=True, max_size=3).map(
            lambda required: of(properties, *required)
        )
    )
    lists = st.tuples(inner, bounded("minItems", "maxItems", 4), st.booleans()).map(
        lambda made: {"type": "array", "items": made[0], **made[1], **({"uniqueItems": True} if made[2] else {})}
    )
    return objects | lists


TREE = {"type": "object", "properties": {"left": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]}}}
INPUTS = st.dictionaries(NAMES, st.recursive(SCALARS, compound, max_leaves=6), max_size=5).flatmap(
    lambda properties: st.lists(st.sampled_from([*properties, "other"]), unique=True, max_size=4).map(
        lambda required: {**of(properties, *required), "$defs": {"tree": TREE}}
    )
)


@given(INPUTS)
def test_generated_arguments_fit_their_schema(schema: dict[str, Any]) -> None:
    made = variants(schema)
    assert all(fits(variant.arguments, schema) for variant in made)
    assert len(made) <= MOST_VARIANTS
    assert len({variant.key for variant in made}) == len(made)


@given(INPUTS)
def test_a_schema_always_gives_the_same_arguments(schema: dict[str, Any]) -> None:
    assert json.dumps([v.arguments for v in variants(schema)]) == json.dumps([v.arguments for v in variants(schema)])


KEYWORDS = [
    *("type", "properties", "required", "items", "minItems", "enum", "const", "anyOf", "allOf", "$ref", "minimum"),
    *("multipleOf", "pattern", "not", "if", "minProperties", "additionalProperties", "contains", "prefixItems"),
    *("default", "examples", "maxLength", "format"),
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYWORDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["type", "properties", "required", "allOf", "$ref", "oneOf"]), ANYTHING))
def test_no_schema_raises(schema: dict[str, Any]) -> None:
    made = variants(schema)
    assert all(fits(variant.arguments, schema) for variant in made)


# What they are


def test_minimal_arguments_are_the_required_ones_and_small() -> None:
    schema = of(
        {
            "count": {"type": "integer", "minimum": 3},
            "rate": {"type": "number"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "loud": {"type": "boolean"},
            "more": {"type": "string"},
        },
        *("count", "rate", "tags", "loud"),
    )
    assert minimal(schema) == {"count": 3, "rate": 0, "tags": [], "loud": False}


def test_everything_has_all_parameters_and_fills_lists() -> None:
    schema = of(
        {
            "tags": {"type": "array", "items": {"type": "string"}},
            "where": of({"deep": {"type": "boolean"}, "rate": {"type": "number"}}),
        },
        "tags",
    )
    assert everything(schema) == {"tags": ["a"], "where": {"deep": True, "rate": 1.5}}


def test_each_optional_parameter_is_left_out_once_and_each_null_is_tried() -> None:
    schema = of(
        {"text": {"type": "string"}, "folder": {"type": ["string", "null"]}, "limit": {"type": "integer"}}, "text"
    )
    made = variants(schema)
    assert [variant.words for variant in made] == [
        "with the smallest arguments",
        "with all arguments",
        "without `folder`",
        "without `limit`",
        "with `folder` null",
    ]
    assert made[2].without == ("folder",)
    assert made[4].arguments["folder"] is None


def test_of_two_sets_that_are_alike_the_more_telling_name_stays() -> None:
    made = variants(of({"folder": {"type": "string"}}))
    assert [variant.words for variant in made] == ["without `folder`", "with all arguments"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("url", "https://example.com/"),
        ("due_date", "2026-01-01"),
        ("createdSince", "2026-01-01"),
        ("filePath", "notes/a.md"),
        ("email", "a@example.com"),
        ("title", "a"),
    ],
)
def test_texts_look_like_what_their_name_asks_for(name: str, text: str) -> None:
    assert minimal(of({name: {"type": "string"}}, name)) == {name: text}


def test_texts_follow_their_format_and_their_length() -> None:
    schema = of(
        {
            "at": {"type": "string", "format": "date-time"},
            "code": {"type": "string", "minLength": 4},
            "short": {"type": "string", "maxLength": 0},
        },
        *("at", "code", "short"),
    )
    assert minimal(schema) == {"at": "2026-01-01T00:00:00Z", "code": "aaaa", "short": ""}


def test_a_common_pattern_is_met() -> None:
    schema = of({"version": {"type": "string", "pattern": r"^v\d+\.\d+\.\d+$"}}, "version")
    assert minimal(schema) == {"version": "v1.0.0"}


def test_defaults_and_examples_are_used_where_they_fit() -> None:
    schema = of(
        {
            "goal": {"type": "integer", "default": "500"},
            "limit": {"type": "integer", "default": 10},
            "name": {"type": "string", "examples": ["Ada"]},
        },
        *("goal", "limit", "name"),
    )
    assert minimal(schema) == {"goal": 0, "limit": 10, "name": "Ada"}


def test_numbers_keep_to_their_bounds() -> None:
    schema = of(
        {
            "share": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
            "step": {"type": "integer", "minimum": 7, "multipleOf": 5},
            "below": {"type": "integer", "maximum": -3},
        },
        *("share", "step", "below"),
    )
    assert minimal(schema) == {"share": 0.25, "step": 10, "below": -3}


def test_a_list_of_different_things_holds_different_things() -> None:
    schema = of({"tags": {"type": "array", "items": {"type": "string"}, "minItems": 3, "uniqueItems": True}}, "tags")
    arguments = minimal(schema)
    assert arguments is not None
    assert len(set(arguments["tags"])) == 3


def test_a_required_parameter_that_no_property_describes_is_guessed_and_said_to_be() -> None:
    made = variants(of({"written": {"type": "integer"}}, "written", "day"))
    assert made[0].arguments == {"written": 0, "day": "2026-01-01"}
    assert made[0].guessed == ("day",)


def test_several_types_are_tried_where_nothing_says_which() -> None:
    made = variants(of({"thing": {}}, "thing"))
    assert [variant.arguments["thing"] for variant in made] == ["a", ["a"], {}, 0]
    assert [variant.kind for variant in made] == [None, "array", "object", "integer"]


def test_objects_that_no_schema_describes_get_the_fields_that_the_source_reads() -> None:
    schema = of({"notes": {"type": "array", "items": {"type": "object"}}}, "notes")
    names = fields_of('args.notes.iter().map(|n| [n.title, n["folder"], n.get("minutes"), f().await])')
    assert names == ("notes", "title", "folder", "minutes")
    [_, full] = variants(schema, fields=names)[:2]
    assert full.arguments["notes"][0] == {"notes": ["notes/a.md"], "title": "a", "folder": "notes", "minutes": 1}
    assert full.guessed == ("notes[0]",)


def test_no_arguments_are_one_set() -> None:
    assert [variant.arguments for variant in variants(of({}))] == [{}]


@pytest.mark.parametrize(
    "schema",
    [
        of({"a": False}, "a"),
        of({"a": {"type": "integer", "minimum": 3, "maximum": 2}}, "a"),
        of({"a": {"type": "string", "pattern": "^(never){7}$"}}, "a"),
        of({}, "a", additionalProperties=False),
        {"type": "array"},
        {"not": {}},
        {"type": "nonsense"},
    ],
)
def test_a_schema_that_nothing_satisfies_gives_none(schema: dict[str, Any]) -> None:
    assert minimal(schema) is None
    assert everything(schema) is None
    assert variants(schema) == ()


# Hostile schemas


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(depth):
        schema = of({"a": schema}, "a")
    return schema


def doubled(count: int) -> dict[str, Any]:
    definitions: dict[str, Any] = {"d0": {"type": "integer"}}
    for number in range(1, count):
        reference = {"$ref": f"#/$defs/d{number - 1}"}
        definitions[f"d{number}"] = of({"a": reference, "b": reference}, "a", "b")
    return {**of({"a": {"$ref": f"#/$defs/d{count - 1}"}}, "a"), "$defs": definitions}


HOSTILE = {
    "deep": nested(300),
    "many items": of({"a": {"type": "array", "minItems": 10**9, "items": {"type": "string"}}}, "a"),
    "long text": of({"a": {"type": "string", "minLength": 10**9}}, "a"),
    "long list of lists": of(
        {"a": {"type": "array", "minItems": 60, "items": {"type": "array", "minItems": 60, "items": {}}}}, "a"
    ),
    "many fields": of({"a": {"type": "object", "minProperties": 10**9}}, "a"),
    "itself": {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
    "itself at once": {"$ref": "#"},
    "a circle": {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
    "doubled": doubled(12),
    "doubled beyond measure": doubled(40),
    "huge numbers": of({"a": {"type": "integer", "minimum": 10**400}}, "a"),
    "outside": of({"a": {"$ref": "https://example.com/schema"}}, "a"),
    "slow pattern": of({"a": {"type": "string", "pattern": "^(a+)+$(?=b)"}}, "a"),
    "many parameters": of({f"p{number}": {"type": ["string", "null"]} for number in range(3000)}),
    "many choices": of({"a": {"anyOf": [{"const": number} for number in range(3000)], "not": {}}}, "a"),
    "many values": of({"a": {"enum": list(range(20000)), "minimum": 19999}}, "a"),
}  # fmt: skip


@pytest.mark.parametrize("schema", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_schema_ends_soon_and_gives_little(schema: dict[str, Any]) -> None:
    began = time.process_time()
    made = variants(schema)
    assert time.process_time() - began < 5
    assert len(made) <= MOST_VARIANTS
    assert all(len(variant.key) < 200_000 and len(variant.words) < 300 for variant in made)


@settings(max_examples=20)
@given(st.integers(1, 40))
def test_a_value_that_may_contain_itself_is_ended(depth: int) -> None:
    inner: dict[str, Any] = {"$ref": "#/$defs/node"}
    for _ in range(depth % 4):
        inner = {"type": "array", "items": inner, "minItems": 1}
    node = of({"next": {"anyOf": [inner, {"type": "null"}]}}, "next")
    schema = {**of({"first": {"$ref": "#/$defs/node"}}, "first"), "$defs": {"node": node}}
    arguments = minimal(schema)
    assert arguments is not None
    assert fits(arguments, schema)
