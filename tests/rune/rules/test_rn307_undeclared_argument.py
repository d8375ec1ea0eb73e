"""RN307: arguments that the schema does not declare."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import any_fix, found, lines, repaired

TOOL = """\
pub fn INPUT_SCHEMA() {{
    #{{
        "type": "object",
        "properties": #{{ "file_name": #{{ "type": "string" }}, "limit": #{{ "type": "integer" }} }},
        "required": ["file_name"]{more}
    }}
}}
pub async fn call(args) {{
    {body}
}}
"""


def tool(body: str, more: str = "") -> str:
    return TOOL.format(body=body, more=more)


CLOSED = ',\n        "additionalProperties": false'


@pytest.mark.parametrize("read", ["args.folder", 'args["folder"]', "args.file_name + args.folder"])
def test_a_read_of_what_is_not_declared_is_found(read: str) -> None:
    (finding,) = found(tool(read), "RN307")
    assert (finding.severity, "no argument `folder`" in finding.message) == ("warning", True)
    (finding,) = found(tool(read, CLOSED), "RN307")
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("args.filename", "args.file_name"),
        ('args["filename"]', 'args["file_name"]'),
        ('args.get("filename").unwrap_or("")', 'args.get("file_name").unwrap_or("")'),
    ],
)
def test_the_declared_name_that_is_nearly_the_same_is_offered(written: str, meant: str) -> None:
    assert repaired(tool(written)) == tool(written)
    assert repaired(tool(written), accept=any_fix) == tool(meant)


def test_an_argument_of_an_attribute_form_is_found_too() -> None:
    text = '#[tool]\n#[param(name = "a", type = "string")]\npub async fn f(args) {\n    args.b\n}\n'
    assert lines(text, "RN307") == [4]


@pytest.mark.parametrize(
    "body",
    [
        "args.file_name",
        'args.get("limit").unwrap_or(1)',
        'args.get("verbose").unwrap_or(false)',
        "args.extra = 1;\n    args.extra",
        'args.insert("extra", 1);\n    args.extra',
        "let args = #{ extra: 1 };\n    args.extra",
        "args = defaults(args);\n    args.extra",
        "let o = #{ filename: 1 };\n    o.filename",
        'args.get("filenames_of_all_the_others").is_some()',
    ],
)
def test_what_may_well_be_there_is_not_found(body: str) -> None:
    assert found(tool(body), "RN307") == []


@pytest.mark.parametrize(
    "more",
    [
        ',\n        "additionalProperties": true',
        ',\n        "additionalProperties": #{ "type": "string" }',
        ',\n        "patternProperties": #{ "^x": #{} }',
        ',\n        "allOf": [#{}]',
    ],
)
def test_a_schema_that_lets_other_names_through_gives_no_finding(more: str) -> None:
    assert found(tool("args.folder", more), "RN307") == []
