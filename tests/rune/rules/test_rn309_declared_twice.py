"""RN309: items of one name."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import found, lines, repaired


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("pub fn call(args) { 1 }\npub fn call(args) { 2 }\n", [1, 2]),
        ("pub mod m {\n    pub fn f(args) { 1 }\n    pub fn f(args, b) { 2 }\n}\n", [2, 3]),
        ("pub mod m { }\npub mod m { }\n// end\npub fn call(args) { 1 }\n", [1, 2]),
        ("struct A { x }\nimpl A {\n    fn f(self) { 1 }\n    fn f(self) { 2 }\n}\n", [3, 4]),
        ("const A = 1;\nconst A = 2;\n", [1, 2]),
    ],
)
def test_both_places_are_told(source: str, at: list[int]) -> None:
    assert lines(source, "RN309") == at


def test_the_same_function_again_is_deleted_and_another_one_is_not() -> None:
    source = "pub fn call(args) { f(1) }\n// one\nfn f(n) { n }\n\nfn f(n) { n }\n"
    assert repaired(source) == "pub fn call(args) { f(1) }\n// one\nfn f(n) { n }\n\n"
    other = source.replace("f(n) { n }\n\n", "f(n) { 2 * n }\n\n")
    assert repaired(other) == other


@pytest.mark.parametrize(
    "source",
    [
        "fn a() { 1 }\nmod m { fn a() { 1 } }\n",
        "struct A { x }\nimpl A { fn f(self) { 1 } }\nstruct B { x }\nimpl B { fn f(self) { 1 } }\n",
        "pub fn call(args) { let f = |x| x; let f = |y| y; f(1) }\n",
    ],
)
def test_names_in_different_places_are_different(source: str) -> None:
    assert found(source, "RN309") == []
