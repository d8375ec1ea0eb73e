"""Reading never fails, whatever the text is, and its cost grows with the text alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.rune.syntax.nodes import Attribute, File, Node
from crucible_tools.rune.syntax.parser import MOST_TOKENS, Tree, parse
from tests.rune.syntax.support import ANY_BYTES, SOUP

DEPTH = 100_000

FAR_TOO_LONG = 30
"""Seconds for a text that takes less than three; `python -m bench.run --only worst` has the real figures."""


def check(text: str) -> Tree:
    """The laws of the tree."""
    tree = parse(text)
    seen: list[Node] = []
    for node in tree.file.walk():
        seen.append(node)
        at = node.first
        for kid in node.kids:
            assert kid.parent is node
            if isinstance(kid, Attribute):
                continue  # those of an item stand in front of it
            assert node.first <= kid.first <= kid.last <= node.last, f"{kid} is not inside {node}"
            assert kid.first >= at, f"{kid} of {node} is out of order"
            at = kid.first
    assert sum(len(nodes) for nodes in tree.by_class.values()) == len(seen) == len({id(node) for node in seen})
    for kind, nodes in tree.by_class.items():
        assert nodes == [node for node in seen if type(node) is kind]
    return tree


@given(st.text())
def test_any_text_has_a_tree(text: str) -> None:
    check(text)


@given(SOUP)
def test_what_looks_like_code_has_a_tree_that_nests(text: str) -> None:
    check(text)


@given(SOUP)
def test_what_looks_like_code_has_a_tree_inside_of_a_function(text: str) -> None:
    check(f"pub fn main(a) {{ let b = 1; {text} }} fn c() {{}}")


@given(ANY_BYTES)
def test_any_bytes_have_a_tree(text: str) -> None:
    check(text)


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
    ["a{", "`", "`${", '"', "/*", "///\n", "\n", "a", "[", "a?(", "impl A for ", "fn f(", "<", "match a { b => ", "ा"],
)  # fmt: skip
def test_a_mebibyte_of_anything_is_read_in_time_that_is_linear(unit: str) -> None:
    text = (unit * (2**20 // len(unit) + 1))[: 2**20]
    start = time.perf_counter()
    tree = parse(text)
    assert time.perf_counter() - start < FAR_TOO_LONG
    assert tree.truncated == (len(tree.tokens) > MOST_TOKENS)
