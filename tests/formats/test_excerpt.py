"""The carets stand below what they are about, whatever is in the line and however long it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.formats.excerpt import excerpt


def columns(text: str) -> int:
    """How many columns a text takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(it) in ("W", "F") for it in text)
    nothing = sum(unicodedata.category(it) in ("Mn", "Me", "Cf") for it in text)
    return len(text) + wide - nothing


@pytest.mark.parametrize(
    ("source", "word", "shown", "carets"),
    [
        ("let mut x", "mut", "let mut x", "    ^^^"),
        ("\tlet mut x", "mut", "    let mut x", "        ^^^"),
        ("let \tmut x", "mut", "let     mut x", "        ^^^"),
        ('"日本" + x', "x", '"日本" + x', "         ^"),
        ("日本", "本", "日本", "  ^^"),
        ("e\u0301 + x", "x", "e\u0301 + x", "    ^"),
        ("\x1b[2J x", "x", "\\x1b[2J x", "        ^"),
        ("a\u202eb x", "x", "a\\u202eb x", "         ^"),
        ("let x;   ", "x", "let x;", "    ^"),
    ],
)
def test_carets_are_below_the_word(source: str, word: str, shown: str, carets: str) -> None:
    at = source.index(word)
    assert excerpt(source, at, at + len(word), 80) == (shown, carets)


def test_an_empty_part_and_the_end_of_the_line_have_one_caret() -> None:
    assert excerpt("let x", 5, 5, 80) == ("let x", "     ^")
    assert excerpt("", 0, 0, 80) == ("", "^")


@pytest.mark.parametrize("at", [0, 100, 5_000, 9_999])
def test_a_long_line_is_cut_around_the_carets(at: int) -> None:
    source = "x" * at + "@" + "y" * (9_999 - at)
    shown, carets = excerpt(source, at, at + 1, 80)
    assert columns(shown) <= 80
    assert shown[carets.index("^")] == "@"
    assert shown.startswith("...") is (at > 50)
    assert shown.endswith("...") is (at < 9_950)


def test_a_long_part_is_cut_with_the_line() -> None:
    shown, carets = excerpt("x" * 1_000, 10, 900, 80)
    assert columns(shown) <= 80
    assert len(carets) <= 80


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 50), st.integers(30, 90))
def test_whatever_the_line_is_the_carets_fit_and_point_into_it(text: str, start: int, length: int, width: int) -> None:
    source = text.replace("\n", " ")
    start = min(start, len(source))
    shown, carets = excerpt(source, start, start + length, width)
    assert carets.strip(" ") == "^" * carets.count("^") != ""
    assert len(carets) <= width + 8
    assert "\x1b" not in shown
