"""RN055: `let { a, b } = o`: found, repaired, and not found where it is none."""

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
            "let { a, s: t, } = args;",
            "let { o: { k } } = args;",
            "let f = |{ x }| x;",
            "for { v } in [] { }",
            "match args { { a } => a, _ => 1 }",
        ),
        body(
            "let #{ a, s: t, .. } = args;",
            "let #{ o: #{ k, .. }, .. } = args;",
            "let f = |#{ x, .. }| x;",
            "for #{ v, .. } in [] { }",
            "match args { #{ a, .. } => a, _ => 1 }",
        ),
        (2, 3, 3, 4, 5, 6),
    ),
    Case(
        "parameters",
        "fn f({ a, b }, c) { a }\n",
        "fn f(#{ a, b, .. }, c) { a }\n",
    ),
    Case(
        "defaults of what is worked out",
        body("let { a = 1 } = f(args);", "1"),
        None,
        (2,),
    ),
    Case(
        "a rest",
        body("let { b, ...rest } = args;", "1"),
        body("let b = args.b;", "let rest = args.clone();", 'rest.remove("b");', "1"),
        (2,),
    ),
    Case(
        "fields of a field",
        body('let { b: { c, d = 1 }, e = "x" } = args;', "c"),
        body(
            "let c = args.b.c;", 'let d = args.b.get("d").unwrap_or(1);', 'let e = args.get("e").unwrap_or("x");', "c"
        ),
        (2, 2),
    ),
    Case(
        "the rest of a list",
        body("let [a, b = 2, ...rest] = args.l;", "a"),
        body(
            "let a = args.l.get(0).unwrap_or(());",
            "let b = args.l.get(1).unwrap_or(2);",
            "let rest = args.l.iter().skip(2).collect::<Vec>();",
            "a",
        ),
        (2,),
    ),
)

RUNE = (
    body("let #{ a, .. } = args;", "a"),
    """\
struct P { x }
pub fn call(args) { let P { x } = P { x: 1 }; x }
""",
    body("match args { #{ o: #{ k, .. }, .. } => k, _ => 1 }"),
    body("let a = { 1 };", "a"),
    body("for x in args.l { }"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = ((body("let { a, s: t, } = args;", "let { o: { k } } = args;", "[a, t, k]"), [1, "x", 1]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN055")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN055") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


@pytest.mark.parametrize(
    ("source", "after"),
    [
        (
            "pub async fn call({ a, s: name, n = 3 }) {\n    [a, name, n]\n}\n",
            "pub async fn call(args) {\n    let a = args.a;\n    let name = args.s;\n"
            '    let n = args.get("n").unwrap_or(3);\n    [a, name, n]\n}\n',
        ),
        (
            "pub async fn call(args) {\n    let { a, n = 3 } = args;\n    [a, n]\n}\n",
            'pub async fn call(args) {\n    let a = args.a;\n    let n = args.get("n").unwrap_or(3);\n    [a, n]\n}\n',
        ),
    ],
)
async def test_what_a_tool_takes_apart_becomes_reads_of_its_arguments(
    engine: ScriptEngine, source: str, after: str
) -> None:
    assert repaired(source) == after
    given = await outcome(engine, after, {"a": 1, "s": "x"})
    assert given in ([1, "x", 3], [1, 3])
