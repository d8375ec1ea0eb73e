"""RN051: `map.entry(key)`: found, repaired, and not found where it is none."""

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
            "let m = #{};",
            "*m.entry(args.s).or_insert(0) += 1;",
            '*m.entry("b").or_insert(0) -= 1 + 2;',
            'm.entry("c").or_insert(Vec::new()).push(3);',
            'm.entry("d").or_insert_with(Vec::new).push(4);',
            "m",
        ),
        body(
            "let m = #{};",
            "m[args.s] = m.get(args.s).unwrap_or(0) + 1;",
            'm["b"] = m.get("b").unwrap_or(0) - (1 + 2);',
            'if !m.contains_key("c") { m["c"] = []; } m["c"].push(3);',
            'if !m.contains_key("d") { m["d"] = []; } m["d"].push(4);',
            "m",
        ),
        (3, 4, 5, 6),
    ),
    Case(
        "calls are not made twice",
        body("*m.entry(f(args)).or_insert(0) += 1;", 'g().entry("a").or_insert([]).push(1);'),
        None,
        (2, 3),
    ),
    Case(
        "kept for later",
        body('let e = m.entry("a").or_insert(0);', "e"),
        body('if !m.contains_key("a") { m["a"] = 0; } let e = m["a"];', "e"),
        (2,),
    ),
    Case(
        "kept and written through",
        body("let n = m.entry(k).or_insert(0);", "*n += 1;", "f(*n)"),
        body("if !m.contains_key(k) { m[k] = 0; }", "m[k] += 1;", "f(m[k])"),
        (2,),
    ),
    Case(
        "kept, and written through only at times",
        body("let n = m.entry(k).or_insert(0);", "*n += 1;", "f(n)"),
        None,
        (2,),
    ),
    Case(
        "a statement",
        body("m.entry(k).or_insert(#{});"),
        body("if !m.contains_key(k) { m[k] = #{}; }"),
        (2,),
    ),
    Case(
        "modified",
        body("m.entry(k).and_modify(|n| *n += 1).or_insert(1);"),
        body("if m.contains_key(k) { m[k] += 1; } else { m[k] = 1; }"),
        (2,),
    ),
    Case(
        "with what it is used for",
        body("m.entry(k).or_default().push(1);", "*m.entry(k).or_default() += 2;", "m.entry(k).or_default();"),
        body(
            "if !m.contains_key(k) { m[k] = []; } m[k].push(1);",
            "m[k] = m.get(k).unwrap_or(0) + 2;",
            "m.entry(k).or_default();",
        ),
        (2, 3, 4),
    ),
)

RUNE = (
    body("args.entry(1)"),
    body('"m.entry(k).or_insert(0)"'),
    body("args.o.entry"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "let m = #{};",
            "*m.entry(args.s).or_insert(0) += 1;",
            "*m.entry(args.s).or_insert(0) -= 1 + 2;",
            'm.entry("c").or_insert(Vec::new()).push(3);',
            'm.entry("d").or_insert_with(Vec::new).push(4);',
            "m",
        ),
        {"c": [3], "d": [4], "x": -2},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN051")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN051") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
