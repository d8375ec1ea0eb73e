"""RN058: `[x; n]`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "written out",
        body("let a = [0; 3];", 'let b = ["x"; 2];', "a"),
        body("let a = [0, 0, 0];", 'let b = ["x", "x"];', "a"),
        (2, 3),
    ),
    Case(
        "by a function",
        body("let a = [0; args.a];", "let b = [1.5; 100];", "a"),
        """\
pub async fn call(args) {
    let a = repeated(0, args.a);
    let b = repeated(1.5, 100);
    a
}

fn repeated(item, times) {
    let list = [];
    for _ in 0..times {
        list.push(item);
    }
    list
}
""",
        (2, 3),
    ),
    Case(
        "of what is no literal",
        body("[[]; 3]"),
        None,
        (2,),
    ),
)

RUNE = (
    body("[0, 3]"),
    body("args.l[0];", "1"),
    body('"[0; 3]"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let a = [0; 3];", "a[1] = 5;", '[a, ["x"; args.a + 1], [0; 20].len()]'), [[0, 5, 0], ["x", "x"], 20]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN058")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN058") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
