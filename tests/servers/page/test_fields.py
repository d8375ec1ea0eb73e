"""Forms out of JSON Schemas, and arguments out of forms."""

import json

import pytest

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.servers.page.fields import MOST_FIELDS, Kind, fields_of, filled, with_violations


def schema(*required: str, **properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties, "required": list(required)}


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"type": "string"}, Kind.TEXT),
        ({"type": "string", "maxLength": 20}, Kind.LINE),
        ({"type": "string", "format": "date"}, Kind.LINE),
        ({"type": ["string", "null"]}, Kind.TEXT),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, Kind.INTEGER),
        ({"type": "integer"}, Kind.INTEGER),
        ({"type": "number"}, Kind.NUMBER),
        ({"type": "boolean"}, Kind.CHOICE),
        ({"enum": ["a", 1, None]}, Kind.CHOICE),
        ({"const": 7}, Kind.CHOICE),
        ({"enum": list(range(10_000)), "type": "integer"}, Kind.INTEGER),
        ({"type": "array"}, Kind.JSON),
        ({"type": "object"}, Kind.JSON),
        ({"$ref": "#/$defs/x"}, Kind.JSON),
        ({}, Kind.JSON),
        (True, Kind.JSON),
        ({"type": 7, "enum": 3, "minimum": "x", "title": []}, Kind.JSON),
    ],
)
def test_each_property_has_a_field_of_its_type(part: JsonObject, kind: Kind) -> None:
    (field,) = fields_of(schema(x=part))
    assert field.kind is kind


@pytest.mark.parametrize(
    ("part", "text", "value"),
    [
        ({"type": "string"}, "  as it is\n", "  as it is\n"),
        ({"type": "integer"}, " -12 ", -12),
        ({"type": "integer"}, "9" * 40, int("9" * 40)),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "number"}, "12", 12),
        ({"type": "boolean"}, "0", True),
        ({"enum": ["a", {"b": 1}]}, "1", {"b": 1}),
        ({"type": "array"}, '["a", 1]', ["a", 1]),
    ],
)
def test_what_is_filled_in_is_the_argument(part: JsonObject, text: str, value: Json) -> None:
    assert filled(fields_of(schema(x=part)), {"arg.x": text}).arguments == {"x": value}


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"type": "integer"}, "1.5"),
        ({"type": "integer"}, "٣"),
        ({"type": "number"}, "NaN"),
        ({"type": "number"}, "1,5"),
        ({"type": "boolean"}, "2"),
        ({"enum": ["a"]}, "a"),
        ({"type": "array"}, "[1"),
        ({"type": "object"}, "[" * 100_000),
    ],
)
def test_what_stands_for_nothing_is_an_error_of_its_field(part: JsonObject, text: str) -> None:
    done = filled(fields_of(schema(x=part)), {"arg.x": text})
    assert done.arguments is None
    assert done.fields[0].error
    assert done.fields[0].value == text


def test_an_empty_field_is_not_given_and_a_required_one_is_asked_for() -> None:
    done = filled(fields_of(schema("a", a={"type": "string"}, b={"type": "string"})), {"arg.a": "", "arg.b": ""})
    assert [(field.name, field.error) for field in done.fields] == [("a", "It has to be given."), ("b", "")]
    assert filled(fields_of(schema(b={"type": "string"})), {"arg.b": " "}).arguments == {}


def test_required_fields_come_first_and_defaults_are_in_them() -> None:
    properties = {"a": {"type": "number", "default": 1.5}, "b": {"enum": ["x", "y"], "default": "y"}, "c": {}}
    first, second, third = fields_of(schema("c", **properties))
    assert (first.name, second.value, third.value) == ("c", "1.5", "1")


def test_choices_read_as_text_unless_that_would_be_taken_for_another_value() -> None:
    (field,) = fields_of(schema(x={"enum": ["plain", "true", True, "", None]}))
    assert field.labels == ("plain", '"true"', "true", '""', "null")


def test_violations_stand_beside_the_fields_that_they_are_about() -> None:
    fields = fields_of(schema("a", a={"type": "string"}, b={"type": "array"}))
    found, others = with_violations(
        fields,
        [
            {"path": "$", "message": '"a" is a required property'},
            {"path": "$.b[2]", "message": "3 is not of type string"},
            {"path": "$", "message": "unknown parameter 'c'"},
        ],
    )
    assert {field.name: field.error for field in found} == {
        "a": "It has to be given.",
        "b": "$.b[2]: 3 is not of type string",
    }
    assert others == ["unknown parameter 'c'"]


def test_too_many_properties_are_given_as_json() -> None:
    many = {f"p{number}": {} for number in range(MOST_FIELDS + 1)}
    assert fields_of(schema(**many)) == ()
    assert json.dumps(fields_of({})) == "[]"
