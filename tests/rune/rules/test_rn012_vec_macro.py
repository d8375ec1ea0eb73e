"""RN012: `vec![..]`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all brackets",
        body("let v = vec![1, 2];", "let w = vec!(3);", "let x = vec! { 4 };", "let y = vec![];", "v"),
        body("let v = [1, 2];", "let w = [3];", "let x = [ 4 ];", "let y = [];", "v"),
        (2, 3, 4, 5),
    ),
    Case(
        "nested, on lines",
        body("vec![", "    vec![1], // one", "    vec![2],", "]"),
        body("[", "    [1], // one", "    [2],", "]"),
        (2, 3, 4),
    ),
    Case(
        "in a template",
        body("`${vec![1].len()}`"),
        body("`${[1].len()}`"),
        (2,),
    ),
    Case(
        "repeated",
        body("let z = vec![0; 4];", "let y = vec![Vec::new(); z.len()];", "z"),
        body(
            "let z = (0..4).iter().map(|_| 0).collect::<Vec>();",
            "let y = (0..z.len()).iter().map(|_| Vec::new()).collect::<Vec>();",
            "z",
        ),
        (2, 3),
    ),
    Case("repeated with an effect", body("let z = vec![f(); 4];", "vec![x?; 2]"), None, (2, 3)),
)

RUNE = (
    body("let vec = [1];", "vec"),
    body('"vec![1]"'),
    body('format!("{}", 1)'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let v = vec![vec![1], vec![]];", "v.push(vec!(3));", "v"), [[1], [], [3]]),
    (body("let g = vec![vec![0; 2]; 2];", "g[0][1] = args.a;", "g"), [[0, 1], [0, 0]]),
    (body("let s = args.s;", "vec![s; 2]"), ["x", "x"]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN012")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN012") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
