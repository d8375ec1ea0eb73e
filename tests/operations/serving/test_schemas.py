"""Schemas in the form that hosts take: never stricter than the tool, and each change is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from crucible_tools.model.tools import ToolDefinition
from crucible_tools.operations.serving import Advice
from crucible_tools.operations.serving.schemas import served_input, served_output, tool_problems
from crucible_tools.rune.schema_checks import check


def definition(schema: dict[str, Any], output: dict[str, Any] | None = None, **fields: str) -> ToolDefinition:
    named = {"name": "tool", "description": "A tool", **fields}
    return ToolDefinition(input_schema=schema, output_schema=output, form="direct", entry="call", **named)


DRAFT_7 = "http://json-schema.org/draft-07/schema#"
A, B = {"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "integer"}, "b": {"type": "null"}}}

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "nothing to mend": ({"type": "object", **A}, {"type": "object", **A}, []),
    "no type": ({}, {"type": "object", "properties": {}}, ["root-type"]),
    "several types": (
        {"type": ["object", "null"]},
        {"type": "object", "properties": {}},
        ["root-type"],
    ),
    "all of": (
        {"type": "object", "allOf": [{**A, "required": ["a"]}, B]},
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "null"}},
            "required": ["a"],
        },
        ["root-combination"],
    ),
    "any of": (
        {"type": "object", "anyOf": [A, B]},
        {"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "b": {}}},
        ["root-combination"],
    ),
    "a reference": (
        {"$ref": "#/$defs/all", "$defs": {"all": {"type": "object", **A}}},
        {"type": "object", **A, "$defs": {"all": {"type": "object", **A}}},
        ["root-reference"],
    ),
    "older keywords": (
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {"nullable": {}},
            "dependencies": {},
        },
        {"type": "object", "properties": {"nullable": {}}},
        ["old-keyword"],
    ),
    "a header": (
        {"type": "object", "properties": {"key": {"type": "string", "x-mcp-header": "Key"}}},
        {"type": "object", "properties": {"key": {"type": "string"}}},
        ["header"],
    ),
    "a reference into what is left out": (
        {"type": "object", "anyOf": [A], "properties": {"c": {"$ref": "#/anyOf/0", "description": "see"}}},
        {"type": "object", "properties": {"a": {}, "c": {"description": "see"}}},
        ["root-combination", "references"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_input_schema_is_mended_and_told(case: str) -> None:
    schema, expected, codes = CASES[case]
    served, problems = served_input(definition(schema))
    assert served == expected
    assert [problem.code for problem in problems] == codes
    assert all(problem.advice is Advice.MENDED for problem in problems)


NAMES = st.sampled_from("abx")
TEXTS = st.sampled_from(["", "a", "x", "xa"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 3), TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)
ARGUMENTS = st.dictionaries(NAMES, VALUES, max_size=3)
TYPES = st.sampled_from(["object", "array", "string", "integer", "number", "boolean", "null"])
REFERENCES = st.sampled_from(
    ["#", "#/$defs/a", "#/$defs/b", "#/$defs/x", "#/allOf/0", "#/anyOf/0", "#/properties/a", "#/then", "#n"]
)
FEW = st.integers(0, 3)
NAMED = st.lists(NAMES, unique=True, max_size=2)
PATTERNS = st.sampled_from(["^a", "x$", "b"])


def keywords(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Every keyword of 2020-12 that says something of a value, and those of before that mean nothing there."""
    some, by_name = st.lists(inner, min_size=1, max_size=3), st.dictionaries(NAMES, inner, max_size=2)
    return {
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), some),
        **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "propertyNames", "contentSchema"), inner),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "unevaluatedItems"), inner),
        **dict.fromkeys(("properties", "dependentSchemas", "$defs", "dependencies"), by_name),
        **dict.fromkeys(("minProperties", "maxProperties", "minItems", "maxItems", "minContains", "maxContains"), FEW),
        **dict.fromkeys(("minLength", "maxLength", "minimum", "maximum"), FEW),
        **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), FEW),
        "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(VALUES | ARGUMENTS, min_size=1, max_size=3),
        "const": VALUES,
        "required": NAMED,
        "dependentRequired": st.dictionaries(NAMES, NAMED, max_size=2),
        "multipleOf": st.integers(1, 3),
        "pattern": PATTERNS,
        "uniqueItems": st.booleans(),
        "format": st.just("date"),
        "title": TEXTS,
        "description": TEXTS,
        "default": VALUES,
        "examples": st.lists(VALUES, max_size=1),
        "$ref": REFERENCES,
        "$dynamicRef": REFERENCES,
        "$anchor": st.just("n"),
        "$dynamicAnchor": st.just("n"),
        "additionalItems": inner,
        "nullable": st.booleans(),
        "x-mcp-header": TEXTS,
    }


def some_of(inner: st.SearchStrategy[Any], *, always: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """A schema of a few keywords."""
    known = keywords(inner)
    chosen = st.lists(st.sampled_from(sorted(known)), unique=True, max_size=4)
    return chosen.flatmap(lambda keys: st.fixed_dictionaries({key: known[key] for key in (*always, *keys)}))


PARTS = st.recursive(
    st.booleans()
    | st.just({})
    | st.builds(lambda kind: {"type": kind}, TYPES)
    | st.builds(dict, **{"$ref": REFERENCES}),
    some_of,
    max_leaves=6,
)
AT_THE_ROOT = st.sampled_from(
    ["allOf", "anyOf", "oneOf", "not", "if", "then", "dependentSchemas", "enum", "$ref", "patternProperties"]
)
SCHEMAS = st.tuples(AT_THE_ROOT, st.booleans(), st.booleans()).flatmap(
    lambda choice: st.builds(
        lambda root, closed, typed: {
            **root,
            **({"unevaluatedProperties": False} if closed else {}),
            **({"type": "object"} if typed else {}),
        },
        some_of(PARTS, always=("properties", "$defs", choice[0])),
        st.just(choice[1]),
        st.just(choice[2]),
    )
)


def takes(judge: Callable[[Any], Any], schema: dict[str, Any], arguments: Any) -> bool | None:
    """Whether a validator takes the arguments; None where it can't say, since the schema leads back to itself."""
    try:
        return judge(schema).is_valid(arguments)
    except RecursionError:
        return None


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(SCHEMAS, st.lists(ARGUMENTS, min_size=4, max_size=8))
def test_what_a_tool_takes_its_served_schema_takes_too(schema: dict[str, Any], calls: list[Any]) -> None:
    assume(not check(schema))
    served, _ = served_input(definition(schema))
    assert not check(served)
    for arguments in calls:
        for judge in (jsonschema_rs.Draft202012Validator, jsonschema.Draft202012Validator):
            if takes(judge, schema, arguments):
                assert takes(judge, served, arguments) is not False


CLOSED = {"type": "object", "unevaluatedProperties": False}
X = {"properties": {"x": {}}}
TAKEN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "properties of a then": (
        {**CLOSED, "properties": {"k": {}}, "if": {"properties": {"k": {"const": 1}}}, "then": X},
        {"k": 1, "x": 2},
    ),
    "properties of a nested all of": ({**CLOSED, "allOf": [{"allOf": [X]}]}, {"x": 2}),
    "properties that depend on another": (
        {**CLOSED, "properties": {"a": {}}, "dependentSchemas": {"a": X}},
        {"a": 1, "x": 2},
    ),
    "properties by a pattern": ({**CLOSED, "allOf": [{"patternProperties": {"^x": {}}}]}, {"xx": 2}),
    "any other properties": ({**CLOSED, "allOf": [{"additionalProperties": True}]}, {"xx": 2}),
    "properties behind two references": (
        {**CLOSED, "anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"$ref": "#/$defs/b"}, "b": X}},
        {"x": 1},
    ),
    "patterns beside a reference": (
        {
            "$ref": "#/$defs/a",
            "$defs": {"a": {"patternProperties": {"^x": {}}, "additionalProperties": False}},
            "patternProperties": {"^y": {}},
        },
        {"xx": 1},
    ),
    "a root that is met again": (
        {"type": "object", "properties": {"child": {"$ref": "#"}}, "anyOf": [{"properties": {"q": {}}}]},
        {"child": {"q": 1}},
    ),
    "a root that may be a text when it is met again": (
        {"type": ["object", "string"], "properties": {"child": {"$ref": "#"}}},
        {"child": "s"},
    ),
    "a root that is met again by an anchor": (
        {"$anchor": "r", "type": ["object", "string"], "properties": {"child": {"$ref": "#r"}}},
        {"child": "s"},
    ),
    "a root that is met again dynamically": (
        {"$dynamicAnchor": "n", "type": ["object", "integer"], "properties": {"c": {"$dynamicRef": "#n"}}},
        {"c": 5},
    ),
    "a root that must not be met again": (
        {"type": "object", "properties": {"c": {"not": {"$ref": "#"}}}, "not": {"required": ["x"]}},
        {"c": {"x": 1}},
    ),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_left_out_makes_nothing_stricter(case: str) -> None:
    schema, arguments = TAKEN[case]
    served, problems = served_input(definition(schema))
    for judge in (jsonschema_rs.Draft202012Validator, jsonschema.Draft202012Validator):
        assert judge(schema).is_valid(arguments)
        assert judge(served).is_valid(arguments)
    assert problems


def test_a_root_that_is_only_a_reference_is_what_it_refers_to() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "unevaluatedProperties": False}
    served, problems = served_input(definition({"$ref": "#/$defs/node", "$defs": {"node": node}}))
    assert served == {**node, "$defs": {"node": node}}
    assert [problem.code for problem in problems] == ["root-reference"]


def test_an_output_schema_that_hosts_refuse_is_not_served() -> None:
    huge = {"type": "object", "properties": {f"field_{n}": {"type": "string"} for n in range(1000)}}
    assert [problem.code for problem in served_output(definition({}, huge))[1]] == ["output-size"]
    broken = {"type": 7}
    assert served_output(definition({}, broken))[0] is None
    assert served_output(definition({}, {"type": "array"})) == ({"type": "array"}, ())


def test_names_and_descriptions_that_hosts_refuse_are_told() -> None:
    found = tool_problems(definition({}, name="notes.list", description=" "))
    assert [(problem.code, problem.advice) for problem in found] == [
        ("name", Advice.MENDED),
        ("description", Advice.AT_RISK),
    ]
    assert [problem.code for problem in tool_problems(definition({}, description="x" * 1025))] == ["description"]
