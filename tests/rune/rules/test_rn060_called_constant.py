"""RN060: constants that are results of calls: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        """\
const A = Vec::new();
const B = String::from("x");
const C = "y".to_string();
const D = [String::new(), 1.to_string(), [1].to_vec()];
let E = "z".to_owned();
""",
        """\
const A = [];
const B = "x";
const C = "y";
const D = ["", "1", [1]];
let E = "z";
""",
        (1, 2, 3, 4, 4, 4, 5),
    ),
    Case(
        "of other calls",
        """\
const A = now();
const B = [f(1)];
""",
        None,
        (1, 2),
    ),
)

RUNE = (
    "const mean = (xs) => xs.reduce((a, b) => a + b, 0) / xs.length;\n",
    "let cache = new Map();\n",
    """\
const fn f(x) { x + 1 }
const A = f(1);
const B = [1, "x", #{ a: () }];
const C = format!("x");
pub fn call(args) { A }
""",
    body("let a = Vec::new();", "a"),
    body("const A = 1;", "A"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
const A = Vec::new();
const B = String::from("x");
const D = [String::new(), 1.to_string(), [1].to_vec()];
pub fn call(args) { [A, B, D] }
""",
        [[], "x", ["", "1", [1]]],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN060")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN060") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
