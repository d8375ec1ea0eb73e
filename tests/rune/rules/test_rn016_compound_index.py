"""RN016: `counts[key] += 1`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all operators",
        body("let v = [8];", "v[0] += 1; v[0] -= 1; v[0] *= 2; v[0] /= 2; v[0] %= 5; v[0] <<= 1; v[0] |= 1;", "v"),
        body(
            "let v = [8];",
            (
                "v[0] = v[0] + 1; v[0] = v[0] - 1; v[0] = v[0] * 2; v[0] = v[0] / 2; v[0] = v[0] "
                "% 5; v[0] = v[0] << 1; v[0] = v[0] | 1;"
            ),
            "v",
        ),
        (3, 3, 3, 3, 3, 3, 3),
    ),
    Case(
        "what must stay together",
        body(
            "let v = [8];",
            "v[0] -= 1 + 2;",
            "v[0] *= 1 + 2;",
            "v[0] += 2 * 3;",
            "v[0] -= if v[0] > 1 { 1 } else { 2 };",
            "v",
        ),
        body(
            "let v = [8];",
            "v[0] = v[0] - (1 + 2);",
            "v[0] = v[0] * (1 + 2);",
            "v[0] = v[0] + 2 * 3;",
            "v[0] = v[0] - if v[0] > 1 { 1 } else { 2 };",
            "v",
        ),
        (3, 4, 5, 6),
    ),
    Case(
        "nested",
        body("let o = #{ k: [[1]] };", "o.k[0][o.k.len() - 1] += 1;", 'o["k"][0][args.a - 1] += 1;', "o"),
        body(
            "let o = #{ k: [[1]] };",
            "o.k[0][o.k.len() - 1] = o.k[0][o.k.len() - 1] + 1;",
            'o["k"][0][args.a - 1] = o["k"][0][args.a - 1] + 1;',
            "o",
        ),
        (3, 4),
    ),
    Case(
        "followed",
        body("let v = [8];", "*v[0] += 1;", "v"),
        body("let v = [8];", "*v[0] = *v[0] + 1;", "v"),
        (3,),
    ),
    Case(
        "in a closure",
        body("let v = [8];", "let f = |i| { v[i] += 1; };", "f(0);", "v"),
        body("let v = [8];", "let f = |i| { v[i] = v[i] + 1; };", "f(0);", "v"),
        (3,),
    ),
    Case(
        "a call in the index",
        body("let v = [8];", "v[next()] += 1;", "v"),
        None,
        (3,),
    ),
    Case(
        "a call as container",
        body("all(args)[0] += 1;"),
        None,
        (2,),
    ),
    Case(
        "a template as key",
        body("let o = #{};", "o[`k${args.a}`] += 1;", "o"),
        body("let o = #{};", "o[`k${args.a}`] = o[`k${args.a}`] + 1;", "o"),
        (3,),
    ),
)

RUNE = (
    body("let n = 1;", "n += 1;", "n"),
    body("let o = #{ n: 1 };", "o.n += 1;", "o"),
    body("let v = [#{ n: 1 }];", "v[0].n += 1;", "v"),
    body("let v = [1];", "v[0] = v[0] + 1;", "v"),
    body("let t = (1, 2);", "t.0 += 1;", "t"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "let v = [8];",
            "v[0] -= 1 + 2;",
            "v[0] *= 1 + 2;",
            "v[0] += 2 * 3;",
            "v[0] -= if v[0] > 1 { 1 } else { 2 };",
            "v[0] <<= 1;",
            "v",
        ),
        [40],
    ),
    (body("let o = #{ k: [[1]] };", "o.k[0][o.k.len() - 1] += 1;", 'o["k"][0][args.a - 1] += 1;', "o"), {"k": [[3]]}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN016")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN016") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
