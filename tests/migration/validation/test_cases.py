"""Files with examples: their format, and what is said about those that break it. They are hostile input."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.migration.validation.cases import (
    MOST_BYTES,
    BadCases,
    Case,
    cases_file,
    cases_schema,
    parse_cases,
    read_cases,
)
from crucible_tools.rune.check.arguments import Reply

ROOT = Path(__file__).parents[3]

ONE = '{"cases": [{"arguments": {}, "result": 1}]}'


def parse(text: str) -> tuple[Case, ...] | BadCases:
    return parse_cases(text, "tool.cases.json")


def test_the_published_schema_is_the_one_that_is_used() -> None:
    published = json.loads((ROOT / "docs" / "cases.schema.json").read_text(encoding="utf-8"))
    assert published == cases_schema()
    jsonschema_rs.meta.validate(published)


def test_an_example_says_what_a_call_gives_and_what_it_asks_its_host_for() -> None:
    text = json.dumps(
        {
            "$schema": "https://example.com/cases.schema.json",
            "cases": [
                {
                    "name": "a page that is there",
                    "arguments": {"url": "https://example.com/"},
                    "host": [
                        {"call": "http::get", "arguments": ["https://example.com/"], "reply": {"status": 200}},
                        {"call": "fs::exists", "error": "no such file"},
                        {"call": "fs::create_dir"},
                    ],
                    "result": {"ok": True},
                },
                {"arguments": {}, "error": {"kind": "tool", "data": None}},
            ],
        },
        indent=2,
    )
    cases = parse(text)
    assert not isinstance(cases, BadCases)
    first, second = cases
    assert first.title == "example 1 (a page that is there)"
    assert first.location.line == text[: text.index('"name"')].count("\n")
    assert first.host is not None
    assert [(call.name, call.arguments, call.reply) for call in first.host] == [
        ("http::get", ("https://example.com/",), Reply({"status": 200})),
        ("fs::exists", None, Reply("no such file", failed=True)),
        ("fs::create_dir", None, Reply(None)),
    ]
    assert (first.result, first.error) == ({"ok": True}, None)
    assert second.error is not None
    assert (second.title, second.host) == ("example 2", None)
    assert (second.error.kind, second.error.message, second.error.has_data) == ("tool", None, True)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("", "it is no JSON: Expecting value", (1, 1)),
        ('{"cases":\n  [}', "it is no JSON: Expecting value", (2, 4)),
        ('{\n "cases": [], "cases": []}', "the key 'cases' is there twice", (2, 24)),
        ('{"cases": [{"arguments": {"a": 1,\n"a": 2}}]}', "the key 'a' is there twice", (2, 6)),
        (f"[{ONE}]", 'is not of type "object"', (1, 1)),
        ('{"cases": []}', "has less than 1 item", (1, 11)),
        ('{"cases": [{"arguments": {}, "result": 1},\n {"result": 1}]}', '"arguments" is a required property', (2, 2)),
        ('{"cases": [{"arguments": [], "result": 1}]}', 'is not of type "object"', (1, 26)),
        ('{"cases": [{"arguments": {}}]}', 'either a "result" or an "error"', (1, 12)),
        ('{"cases": [{"arguments": {}, "result": 1, "error": ""}]}', 'either a "result" or an "error"', (1, 12)),
        ('{"cases": [{"arguments": {}, "error": 1}]}', "is a message, or an object", (1, 39)),
        ('{"cases": [{"arguments": {}, "error": {"kind": "bad"}}]}', "is a message, or an object", (1, 39)),
        ('{"cases": [{"arguments": {}, "resutl": 1, "result": 1}]}', "'resutl' was unexpected", (1, 12)),
        (
            '{"cases": [{"arguments": {}, "result": 1,\n  "host": [{"call": "a", "reply": 1, "error": 2}]}]}',
            'either a "reply" or an "error"',
            (2, 12),
        ),
        ('{"cases": [{"arguments": {"a": 1e999}, "result": 1}]}', "the number 1e999 does not fit", (1, 32)),
        ('{"cases": [{"arguments": {"a": NaN}, "result": 1}]}', "the number NaN does not fit", (1, 32)),
        (
            '{"cases": [{"arguments": {"a": 9223372036854775808}, "result": 1}]}',
            "the number 9223372036854775808 does not fit",
            (1, 32),
        ),
        ('{"cases": [{"arguments": {"a": "\\ud800"}, "result": 1}]}', "half a surrogate pair", (1, 1)),
        ('{"cases": ' + "[" * 70, "nests more than 64 levels deep", (1, 74)),
        ("[" * 1_000_000, "nests more than 64 levels deep", (1, 65)),
        (json.dumps({"cases": [{"arguments": {}, "result": 1}] * 201}), "has more than 200 items", (1, 11)),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_with_its_place(text: str, message: str, place: tuple[int, int]) -> None:
    found = parse(text)
    assert isinstance(found, BadCases)
    assert message in found.message
    assert (found.location.path, found.location.line, found.location.column) == ("tool.cases.json", *place)


@pytest.mark.parametrize(
    "text",
    [
        '"' + '\\"' * 500_000,
        "[0," * 5 + "0," * 500_000,
        '{"cases": [{"arguments": {}, "result": ' + "9" * 500_000 + "}]}",
        '{"cases": [{"arguments": {"' + "a" * 500_000 + '": 1}, "result": 1, "no": 1}]}',
        "{" + ",".join(f'"{number}":0' for number in range(60_000)) + "}",
    ],
    ids=["quotes", "numbers", "digits", "key", "keys"],
)
def test_a_large_file_that_is_none_is_told_shortly(text: str) -> None:
    found = parse(text)
    assert isinstance(found, BadCases)
    assert len(found.message) < 300


def test_a_file_that_is_not_there_is_no_finding(tmp_path: Path) -> None:
    assert read_cases(cases_file(tmp_path / "slugify.rn", "slugify")) is None


def test_examples_lie_beside_the_source_under_the_name_of_the_tool(tmp_path: Path) -> None:
    file = cases_file(tmp_path / "notes.rn", "notes.list")
    assert file == tmp_path / "notes.list.cases.json"
    file.write_text("\ufeff" + ONE, encoding="utf-8")
    cases = read_cases(file)
    assert not isinstance(cases, BadCases)
    assert cases is not None
    assert [case.result for case in cases] == [1]


def test_what_is_no_regular_file_of_utf_8_is_told(tmp_path: Path) -> None:
    def told(name: str) -> str:
        found = read_cases(tmp_path / name)
        assert isinstance(found, BadCases)
        return found.message

    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b" " * (MOST_BYTES + 1))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "away").symlink_to("/etc/hostname")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    assert "is not readable" in told("folder")
    assert "is not readable: it is no regular file" in told("pipe")
    assert "is not UTF-8" in told("bytes")
    assert "more than the 1,048,576 bytes" in told("large")
    assert "is not readable" in told("loop")
    assert "leads out of its folder" in told("away")
    assert "is not readable" in told("dangling")


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "shared.json").write_text(ONE, encoding="utf-8")
    (tmp_path / "tool.cases.json").symlink_to("shared.json")
    assert isinstance(read_cases(tmp_path / "tool.cases.json"), tuple)


@given(st.text(max_size=200) | st.text(alphabet='{}[]":,0a\\ \n', max_size=200))
def test_no_text_makes_reading_raise(text: str) -> None:
    assert isinstance(parse(text), (BadCases, tuple))


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_CASES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=3),
        "arguments": _VALUES,
        "host": st.lists(
            st.fixed_dictionaries(
                {}, optional={"call": st.just("a::b"), "arguments": _VALUES, "reply": _VALUES, "error": _VALUES}
            ),
            max_size=2,
        ),
        "result": _VALUES,
        "error": _VALUES | st.fixed_dictionaries({}, optional={"kind": st.just("tool"), "data": _VALUES}),
        "other": _VALUES,
    },
)


@given(st.fixed_dictionaries({}, optional={"cases": st.lists(_CASES, max_size=3), "more": _VALUES}))
def test_what_the_published_schema_takes_is_read_and_nothing_else(data: dict[str, Any]) -> None:
    taken = jsonschema_rs.Draft202012Validator(cases_schema()).is_valid(data)
    assert isinstance(parse(json.dumps(data)), tuple) == taken
