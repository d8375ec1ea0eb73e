"""RN049: number types that Rune does not have: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body(
            "let n = args.a as usize + 1;",
            'let m = "12".parse::<i32>()?;',
            "let k = args.l.iter().sum::<usize>() + 3usize;",
            "let f = n as f32;",
            '[i32::MAX, u8::MAX, usize::MIN, i32::parse("4")?]',
        ),
        body(
            "let n = args.a as i64 + 1;",
            'let m = "12".parse::<i64>()?;',
            "let k = args.l.iter().sum::<i64>() + 3;",
            "let f = n as f64;",
            '[2147483647, 255, 0, i64::parse("4")?]',
        ),
        (2, 3, 4, 4, 5, 6, 6, 6, 6),
    ),
    Case(
        "in a template",
        body("`${args.a as u32}`"),
        body("`${args.a as i64}`"),
        (2,),
    ),
)

RUNE = (
    body("args.a as i64 + 1u64 + 2i64"),
    body("[i64::MAX, u64::MAX, f64::MAX]"),
    body('"1".parse::<f64>()'),
    body("let usize = 1;", "usize"),
    body('"as usize"'),
    body("args.usize"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "let n = args.a as usize + 1;",
            "let k = args.l.iter().sum::<usize>() + 3usize;",
            'n + k + "12".parse::<i32>()? + u8::MAX',
        ),
        275,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN049")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN049") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
