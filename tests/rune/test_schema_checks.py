"""Hostile schemas never reach a validator; the rest is checked as JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.rune import schema_checks
from crucible_tools.rune.schema_checks import check, check_input, expansion


def doubled(levels: int) -> dict[str, Any]:
    """Each level refers to the next one twice: 2**levels subschemas from a handful of lines."""
    definitions = {
        f"l{n}": {"properties": {"a": {"$ref": f"#/$defs/l{n + 1}"}, "b": {"$ref": f"#/$defs/l{n + 1}"}}}
        for n in range(levels)
    }
    return {"$ref": "#/$defs/l0", "$defs": {**definitions, f"l{levels}": {"type": "string"}}}


def chained(length: int) -> dict[str, Any]:
    definitions: dict[str, Any] = {f"l{n}": {"items": {"$ref": f"#/$defs/l{n + 1}"}} for n in range(length)}
    return {"$ref": "#/$defs/l0", "$defs": {**definitions, f"l{length}": {"type": "string"}}}


USABLE: dict[str, dict[str, Any]] = {
    "plain": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
    "few doubled levels": doubled(8),
    "a long chain": chained(300),
    "a list of itself": {"properties": {"children": {"type": "array", "items": {"$ref": "#"}}}},
    "a circle of two": {
        "$ref": "#/$defs/a",
        "$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"items": {"$ref": "#/$defs/a"}}},
    },
    "an anchor": {"properties": {"a": {"$ref": "#here"}}, "$defs": {"x": {"$anchor": "here", "type": "string"}}},
    "its own id": {"$id": "urn:x", "properties": {"a": {"$ref": "urn:x#/$defs/y"}}, "$defs": {"y": {}}},
    "a coded pointer": {"properties": {"a": {"$ref": "#/%24defs/a~1b"}}, "$defs": {"a/b": {"type": "string"}}},
    "a reference to true": {"properties": {"a": {"$ref": "#/$defs/any"}}, "$defs": {"any": True}},
    "references as data": {"enum": [{"$ref": "#"}, {"$ref": "#"}], "default": {"$ref": "nowhere"}},
    "an id and no reference": {"properties": {"a": {"$id": "urn:a", "type": "string"}}},
}

HOSTILE: dict[str, dict[str, Any]] = {
    "27 doubled levels": doubled(27),
    "1000 doubled levels": doubled(1000),
    "doubled in a coded pointer": {
        "$ref": "#/%24defs/l0",
        "$defs": {
            f"l{n}": {"allOf": [{"$ref": f"#/%24defs/l{n + 1}"}, {"$ref": f"#/%24defs/l{n + 1}"}]} for n in range(30)
        }
        | {"l30": {}},
    },
    "itself twice": {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}},
    "itself twice by a dynamic reference": {"allOf": [{"$dynamicRef": "#"}, {"$dynamicRef": "#"}]},
    "a circle passed twice": {
        "$ref": "#/$defs/a",
        "$defs": {
            "a": {"properties": {"x": {"$ref": "#/$defs/b"}, "y": {"$ref": "#/$defs/b"}}},
            "b": {"items": {"$ref": "#/$defs/a"}},
        },
    },
    "too many": {"properties": {f"p{n}": {"type": "string"} for n in range(10_001)}},
    "targets inside each other": {
        "allOf": [{"$ref": "#/$defs/x" + "/items" * n} for n in range(50)],
        "$defs": {"x": {"items": {"items": {"properties": {f"p{n}": {} for n in range(9_000)}}}}},
    },
    "another document": {"$ref": "https://example.org/schema.json"},
    "nowhere": {"$ref": "#/$defs/gone"},
    "no anchor": {"$ref": "#gone"},
    "a reference past an id": {
        "$ref": "#/$defs/x",
        "$defs": {"x": {"$id": "urn:x", "properties": {"a": {"$ref": "#/$defs/y"}}, "$defs": {"y": {}}}},
    },
}


@pytest.mark.parametrize("name", USABLE)
def test_a_schema_of_reasonable_size_is_usable(name: str) -> None:
    assert check(USABLE[name]) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_schema_that_expands_without_end_is_refused_before_any_validator_sees_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_checks.jsonschema_rs, "Draft202012Validator", None)
    [reason] = check(HOSTILE[name])
    assert (reason.code, reason.severity) == ("hostile-schema", "error")


def test_the_limit_is_on_the_expanded_size() -> None:
    assert expansion(doubled(10)) is None
    assert expansion(doubled(13)) is not None


def test_depth_costs_no_recursion() -> None:
    schema: dict[str, Any] = {}
    for _ in range(9_000):
        schema = {"items": schema}
    assert expansion(schema) is None


@pytest.mark.parametrize(
    "schema",
    [{"type": "objekt"}, {"properties": []}, {"required": "a"}, {"pattern": "("}, {"minimum": "1"}, {"$ref": 5}],
)
def test_what_is_no_json_schema_is_refused(schema: dict[str, Any]) -> None:
    [reason] = check(schema)
    assert (reason.code, reason.severity) == ("invalid-schema", "error")


@pytest.mark.parametrize(
    ("schema", "codes"),
    [
        ({"type": "object"}, []),
        ({}, ["RN301"]),
        ({"type": "array"}, ["RN301"]),
        ({"type": ["object", "null"]}, []),
        ({"type": "object", "required": ["a"]}, ["RN302"]),
        ({"type": "object", "properties": {"a": {"type": "integer", "default": "1"}}}, ["RN303"]),
        ({"type": "object", "properties": {"a": True}, "required": ["a"]}, []),
    ],
)
def test_input_schemas_have_idioms_of_their_own(schema: dict[str, Any], codes: list[str]) -> None:
    assert [reason.code for reason in check_input(schema)] == codes
