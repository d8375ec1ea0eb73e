"""What a source says in so many words about where its effects go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.rune.asking import asked_of


def asked(body: str, head: str = "") -> list[tuple[str, str, bool]]:
    source = f"{head}\npub async fn call(args) {{ {body} }}"
    return [(item.function, item.text, item.whole) for item in asked_of(source)]


@pytest.mark.parametrize(
    ("body", "text", "whole"),
    [
        ('crucible::http_get("https://a.example/x").await', "https://a.example/x", True),
        ("crucible::http_get(`https://a.example/${args.id}`).await", "https://a.example/", False),
        ('crucible::http_get(format!("https://a.example/{}", args.id)).await', "https://a.example/", False),
        ('crucible::http_get("https://a.example/" + args.id).await', "https://a.example/", False),
        ('let url = "https://a.example"; let full = `${url}/x`; crucible::http_get(full)', "https://a.example/x", True),
        ('let url = "https://a.example/x"; log(url); crucible::http_get(url)', "https://a.example/x", True),
        ('let url = "https://a.example/x"; url = args.url; crucible::http_get(url)', "", False),
        ("crucible::http_get(`${BASE}${args.id}/${BASE}`)", "https://base.example/", False),
        ("crucible::http_get(args.url)", "", False),
        ("crucible::http_get(BASE)", "https://base.example/", True),
        ("crucible::http_get(BASE + args.id)", "https://base.example/", False),
        ("crucible::http_get()", "", False),
    ],
)
def test_what_is_written_out_of_an_argument_is_found_from_its_beginning(body: str, text: str, whole: bool) -> None:
    assert asked(body, 'const BASE = "https://base.example/";') == [("crucible::http_get", text, whole)]


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("use crucible::http_get;", "http_get"),
        ("use crucible::http_get as ask;", "ask"),
        ("use crucible::http;", "http::http_get"),
        ("use crucible::*;", "http_get"),
    ],
)
def test_a_function_is_found_by_whatever_name_a_use_gives_it(head: str, call: str) -> None:
    assert asked(f'{call}("https://a.example/")', head) == [("crucible::http_get", "https://a.example/", True)]


def test_both_ends_of_a_copy_and_the_program_of_a_command_are_told() -> None:
    assert asked('fs::copy("a/x", "b/x"); shell::exec("git", ["log"], #{})') == [
        ("fs::copy", "a/x", True),
        ("fs::copy", "b/x", True),
        ("shell::exec", "git", True),
    ]


def test_a_parameter_of_the_same_name_as_a_written_text_is_not_that_text() -> None:
    source = 'fn get(url) { crucible::http_get(url) }\npub fn main() { let url = "https://a.example/"; get(url) }'
    assert [(item.text, item.whole, item.line) for item in asked_of(source)] == [("", False, 1)]


@given(st.text(alphabet='crucible::http_get(`$"{}+)let x=;fs\n', max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    for item in asked_of(text):
        assert item.line >= 1
