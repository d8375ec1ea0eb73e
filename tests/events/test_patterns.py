"""What patterns match."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.events import Pattern


@pytest.mark.parametrize(
    ("pattern", "identifier"),
    [
        ("*", ""),
        ("*", "notes/daily"),
        ("just_*", "just_build"),
        ("just_*", "just_"),
        ("notes/*", "notes/archive/2026/a.md"),
        ("*.md", "a/b.md"),
        ("a*b*c", "a/b/bc"),
        ("a**c", "ac"),
        ("slugify", "slugify"),
    ],
)
def test_a_star_stands_for_any_characters_slashes_too(pattern: str, identifier: str) -> None:
    assert Pattern(pattern).matches(identifier)


@pytest.mark.parametrize(
    ("pattern", "identifier"),
    [
        ("slugify", "slugify2"),
        ("slugify", "my.slugify"),
        ("just_*", "adjust_it"),
        ("*.md", "a.md.bak"),
        ("", "a"),
        ("ab*ba", "aba"),
        ("a*b*b", "ab"),
        ("a?c", "abc"),
        ("[ab]", "a"),
        ("A*", "abc"),
    ],
)
def test_a_pattern_is_for_the_whole_identifier_and_nothing_but_a_star_is_special(pattern: str, identifier: str) -> None:
    assert not Pattern(pattern).matches(identifier)


@given(st.text("ab/*.", max_size=8), st.text("ab/*.", max_size=12))
def test_a_pattern_matches_what_the_regular_expression_matches(pattern: str, identifier: str) -> None:
    expression = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)

    assert Pattern(pattern).matches(identifier) == bool(expression.fullmatch(identifier))


def test_a_pattern_that_ruins_regular_expressions_is_matched_at_once() -> None:
    hostile = Pattern("a*" * 200 + "b")

    assert not hostile.matches("a" * 5_000 + "c")
    assert not hostile.matches("a" * 5_000 + "cb"[::-1] + "a")
    assert hostile.matches("a" * 5_000 + "b")
