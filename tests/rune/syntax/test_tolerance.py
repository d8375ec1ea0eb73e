"""Reading never fails, whatever the text is, and its cost grows with the text alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.rune.syntax.nodes import File
from crucible_tools.rune.syntax.parser import MOST_TOKENS, parse
from tests.rune.syntax.support import ANY_BYTES, SOUP, check_tree

DEPTH = 100_000

FAR_TOO_LONG = 30
"""Seconds for a text that takes less than three; `python -m bench.run --only worst` has the real figures."""


@given(st.text())
def test_any_text_has_a_tree(text: str) -> None:
    check_tree(text)


@given(SOUP)
def test_what_looks_like_code_has_a_tree_that_nests(text: str) -> None:
    check_tree(text)


@given(SOUP)
def test_what_looks_like_code_has_a_tree_inside_of_a_function(text: str) -> None:
    check_tree(f"pub fn main(a) {{ let b = 1; {text} }} fn c() {{}}")


@given(ANY_BYTES)
def test_any_bytes_have_a_tree(text: str) -> None:
    check_tree(text)


@pytest.mark.parametrize(
    "text",
    ["a as ::< b", "a is #", "fn f(a: ::<) {}", "fn f() -> # {}", "let a: & = 1;", "a::<", "#[", "|", "'a:"],
)
def test_what_breaks_off_has_a_tree_that_nests(text: str) -> None:
    check_tree(text)


@pytest.mark.parametrize("text", ["", " ", "\ufeff", "// a", "#!x"])
def test_a_text_without_tokens_has_an_empty_file(text: str) -> None:
    tree = parse(text)
    assert tree.file.items == []
    assert list(tree.by_class) == [File]


@pytest.mark.parametrize(
    "unit",
    ["(", "{", "#{a: ", "f(", "`${", "if ", "if a { ", "else if a {} ", "|a| ", "-", "a = ", "a ? b : ", "fn f() { ",
     "(a, ", "f(|| { ", "A<", "x + ", ".a"],
)  # fmt: skip
def test_depth_is_no_problem(unit: str) -> None:
    tree = parse(unit * DEPTH)
    assert tree.file.last == len(tree.tokens) - 1


@pytest.mark.parametrize(
    "unit",
    ["a{", "`", "`${", '"', "/*", "///\n", "\n", "a", "[", "a?(", "impl A for ", "fn f(", "<", "match a { b => ", "ा",
     "static ", "static int f(int x) { ", "async pub ", "match a { 1 -> ", "#{ a = "],
)  # fmt: skip
def test_a_mebibyte_of_anything_is_read_in_time_that_is_linear(unit: str) -> None:
    text = (unit * (2**20 // len(unit) + 1))[: 2**20]
    start = time.perf_counter()
    tree = parse(text)
    assert time.perf_counter() - start < FAR_TOO_LONG
    assert tree.truncated == (len(tree.tokens) > MOST_TOKENS)
