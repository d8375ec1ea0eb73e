"""RN168: numbers of JavaScript and Python: found, repaired, and not found in what is Rune."""

from __future__ import annotations

import pytest

from crucible_tools.rune.check.repairing import repair
from tests.rune.rules.support import any_fix
from tests.rune.rules.syntax_cases import Case, body, check, findings

DIVIDED = """
fn divided(number, by) {
    if !(number is f64) && !(by is f64) && by != 0 && number % by == 0 {
        return number / by;
    }
    number as f64 / by as f64
}
"""

CASES = (
    Case(
        "of JavaScript",
        body("let half = args.a / 2;", "half === 1"),
        body("let half = divided(args.a, 2);", "half === 1") + DIVIDED,
        (2,),
    ),
    Case(
        "of Python",
        "def half(n):\n    return n / 2\n",
        "def half(n):\n    return n as f64 / 2.0\n",
        (2,),
    ),
    Case(
        "a float and what may be an integer",
        body("let part = args.a * 0.5;", "part === 1"),
        body("let part = args.a as f64 * 0.5;", "part === 1"),
        (2,),
    ),
)

RUNE = (
    body("args.a / 2"),
    body("args.a * 0.5"),
    body("args.l[args.l.len() / 2] === 1"),
    body("Math.floor(args.a / 2)"),
    body("match args.a { Some(x) => x / 2, (a, b) => a / b, _ => 1 }"),
    body("args.l.iter().fold(0, |m, x| match m { y if y >= x => m / 2, _ => x })"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN168")


def test_the_function_that_a_repair_added_is_left_alone_whatever_the_line_ends() -> None:
    text = "mod m {\n    pub fn half(n) {\n        n === 0 ? 0 : n / 2\n    }\n}\n"
    for source in (text, text.replace("\n", "\r\n")):
        once = repair(source, accept=any_fix).text
        assert "divided(" in once
        assert repair(once + "let x === y;", accept=any_fix).text.count("fn divided") == 1


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune_or_needs_an_integer(source: str) -> None:
    assert findings(source, "RN168") == []
