"""RN306: keywords of schemas that other drafts and libraries write in another way."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import any_fix, found, repaired

ROOT = """\
pub fn INPUT_SCHEMA() {{
    #{{
        "type": "object",
        "properties": #{{
            {properties}
        }},
        "required": ["a"]
    }}
}}
pub async fn call(args) {{
    args.a
}}
"""


def source(properties: str) -> str:
    return ROOT.format(properties=properties)


SAFE = [
    ('"a": #{ "type": "str" }', '"a": #{ "type": "string" }'),
    ('"a": #{ type: "Int" }', '"a": #{ type: "integer" }'),
    ('"a": #{ "type": "f64" }', '"a": #{ "type": "number" }'),
    ('"a": #{ "type": "dict" }', '"a": #{ "type": "object" }'),
    ('"a": #{ "type": "List" }', '"a": #{ "type": "array" }'),
    ('"a": #{ "type": ["str", "None"] }', '"a": #{ "type": ["string", "null"] }'),
    ('"a": #{ "type": "string | null" }', '"a": #{ "type": ["string", "null"] }'),
    ('"a": #{ "type": "any", "description": "x" }', '"a": #{ "description": "x" }'),
    ('"a": #{ "description": "x", "type": "any" }', '"a": #{ "description": "x" }'),
    ('"a": #{ "type": "string[]" }', '"a": #{ "type": "array", "items": #{ "type": "string" } }'),
    ('"a": #{ "type": "Vec<i64>" }', '"a": #{ "type": "array", "items": #{ "type": "integer" } }'),
    ('"a": #{ "type": "array", "items": "str" }', '"a": #{ "type": "array", "items": #{ "type": "string" } }'),
    ('"a": "string"', '"a": #{ "type": "string" }'),
    ('"a": #{ "minimum": "0", "type": "integer" }', '"a": #{ "minimum": 0, "type": "integer" }'),
    ('"a": #{ "type": "integer", "minimum": 1, "exclusiveMinimum": true }',
     '"a": #{ "type": "integer", "exclusiveMinimum": 1 }'),
    ('"a": #{ "type": "integer", "maximum": 1, "exclusiveMaximum": false }',
     '"a": #{ "type": "integer", "maximum": 1 }'),
    ('"a": #{ "type": "string", "description": 5 }', '"a": #{ "type": "string", "description": "5" }'),
    ('"a": #{ "type": "integer", "examples": 5 }', '"a": #{ "type": "integer", "examples": [5] }'),
    ('"a": #{ "type": "object", "properties": #{ "x": #{ "type": "bool" } } }',
     '"a": #{ "type": "object", "properties": #{ "x": #{ "type": "boolean" } } }'),
    ('"a": #{ "anyOf": [#{ "type": "str" }, #{ "type": "null" }] }',
     '"a": #{ "anyOf": [#{ "type": "string" }, #{ "type": "null" }] }'),
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), SAFE)
def test_what_has_one_reading_is_repaired(written: str, meant: str) -> None:
    assert repaired(source(written)) == source(meant)


UNSAFE = [
    ('"a": #{ "type": "strng" }', '"a": #{ "type": "string" }'),
    ('"a": #{ "type": "date" }', '"a": #{ "type": "string" }'),
    ('"a": #{ "type": "string", "enum": "x | y" }', '"a": #{ "type": "string", "enum": ["x", "y"] }'),
    ('"a": #{ "type": "string", "nullable": true }', '"a": #{ "type": ["string", "null"] }'),
    ('"a": #{ "type": "array", "items": [#{ "type": "string" }] }',
     '"a": #{ "type": "array", "items": #{ "type": "string" } }'),
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), UNSAFE)
def test_what_is_a_guess_is_repaired_unsafely(written: str, meant: str) -> None:
    assert repaired(source(written)) == source(written)
    assert repaired(source(written), accept=any_fix) == source(meant)


def test_required_at_the_properties_moves_into_one_list() -> None:
    written = """\
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{
            // the text
            a: #{ type: "string", required: true },
            b: #{ required: false, type: "string" },
            c: #{
                type: "string",
                required: true,
            },
        },
    }
}
"""
    assert (
        repaired(written)
        == """\
pub fn INPUT_SCHEMA() {
    #{
        type: "object",
        properties: #{
            // the text
            a: #{ type: "string" },
            b: #{ type: "string" },
            c: #{
                type: "string",
            },
        },
        required: ["a", "c"],
    }
}
"""
    )


def test_required_that_contradicts_the_list_is_a_guess() -> None:
    written = source('"a": #{ "type": "string" }, "b": #{ "type": "string", "required": true }')
    assert repaired(written) == written
    assert '"required": ["a", "b"]' in repaired(written, accept=any_fix)


def test_a_list_of_properties_becomes_an_object() -> None:
    written = """\
pub fn INPUT_SCHEMA() {
    #{
        "type": "object",
        "properties": [
            #{ "name": "a", "type": "string", "required": true },
            #{ "type": "integer", "name": "b" }
        ]
    }
}
"""
    assert (
        repaired(written)
        == """\
pub fn INPUT_SCHEMA() {
    #{
        "type": "object",
        "properties": #{
            "a": #{ "type": "string" },
            "b": #{ "type": "integer" }
        },
        "required": ["a"]
    }
}
"""
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [('"a"', '["a"]'), ('"a, b"', '["a", "b"]'), ('["a", "b", "a"]', '["a", "b"]')],
)
def test_required_beside_the_properties_is_a_list_without_repetitions(written: str, meant: str) -> None:
    text = source('"a": #{ "type": "string" }, "b": #{ "type": "string" }')
    assert repaired(text.replace('["a"]', written)) == text.replace('["a"]', meant)


def test_arguments_outside_of_properties_are_found() -> None:
    written = """\
pub fn INPUT_SCHEMA() {
    #{
        a: #{ type: "string" },
    }
}
"""
    (finding,) = found(written)
    assert finding.code == "RN306"
    assert "outside of `properties`" in finding.message
    assert 'type: "object", properties: #{\n' in repaired(written, accept=any_fix)


@pytest.mark.parametrize(
    "properties",
    [
        '"type": #{ "type": "string" }, "required": #{ "type": "boolean" }, "items": #{ "type": "array" }',
        '"a": #{ "type": ["string", "null"], "default": () }',
        '"a": #{ "type": "object", "default": #{ "type": "str", "required": true } }',
        '"a": #{ "enum": ["str", 1, true], "examples": ["str"] }',
        '"a": #{ "type": "number", "minimum": 0, "exclusiveMaximum": 1.5 }',
        '"a": #{ "type": "array", "items": #{ "type": "string" }, "prefixItems": [#{ "type": "string" }] }',
        '"a": true, "b": #{ "not": #{ "type": "null" } }',
        '"a": kind(), "b": #{ "type": KIND }',
    ],
)
def test_a_schema_that_is_one_gives_no_finding(properties: str) -> None:
    assert found(source(properties), "RN306") == []


def test_of_a_wrong_type_at_the_root_one_thing_is_said() -> None:
    (finding,) = found(ROOT.replace('"object"', '"dict"').format(properties='"a": #{ "type": "string" }'))
    assert finding.code == "RN306"


def test_a_default_outside_of_its_enum_is_not_said_to_be_of_another_type() -> None:
    [finding] = found(source('"a": #{ "type": "string", "enum": ["x"], "default": "z" }'), "RN303")
    assert finding.message == "the default of `a` is no value of its `enum`"
