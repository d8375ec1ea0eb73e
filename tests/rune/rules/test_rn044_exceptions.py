"""RN044: exceptions: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "except",
        body("try:", "    f(1)", "except Error as e:", "    2"),
        None,
        (2,),
    ),
    Case(
        "a block that fails",
        body("let n = 0;", "try {", "    n = f(args)?;", "} catch (e) {", "    n = e.message;", "}", "n"),
        body(
            "let n = 0;",
            "if let Err(e) = 'attempt: {",
            "    n = match f(args) { Ok(value) => value, Err(error) => break 'attempt Err(error) };",
            "    Ok(())",
            "} {",
            "    n = `${e}`;",
            "}",
            "n",
        ),
        (3,),
    ),
    Case(
        "a block that gives something back",
        body("try {", "    return f(args)?;", "} catch {", "    return 0;", "}"),
        body(
            "match 'attempt: {",
            "    Ok(match f(args) { Ok(value) => value, Err(error) => break 'attempt Err(error) })",
            "} { Ok(value) => return value, Err(_) => {",
            "    return 0;",
            "} }",
        ),
        (2,),
    ),
    Case(
        "a block that throws",
        body("try {", '    if args.a { throw new Error("a"); }', "    g();", "} catch (e) {", "}"),
        body(
            "if let Err(e) = 'attempt: {",
            '    if args.a { break \'attempt Err("a"); }',
            "    g();",
            "    Ok(())",
            "} {",
            "}",
        ),
        (2, 3),
    ),
    Case(
        "a block that leaves a loop",
        body("for x in args.l {", "    try { f(x)?; break; } catch (e) { }", "}"),
        None,
        (3,),
    ),
    Case(
        "finally",
        body("try { f(1)?; } catch (e) { g(); } finally { h(); }"),
        body(
            "if let Err(e) = 'attempt: { match f(1) { Ok(value) => value, Err(error) => break 'attempt Err(error) };"
            " Ok(()) } { g(); }",
            "{ h(); }",
        ),
        (2,),
    ),
    Case("finally, after a return", body("try { f(1)?; } catch (e) { return 2; } finally { h(); }"), None, (2,)),
    Case(
        "catch",
        body("try { f(1) } catch (e) { 2 }"),
        None,
        (2,),
    ),
)

UNSAFE = (
    Case(
        "throw and raise",
        """\
fn f(x) {
    if x < 0 { throw new Error("neg"); }
    if x > 5 { throw `big ${x}`; }
    if x == 3 { raise ValueError("three"); }
    throw x;
}
""",
        """\
fn f(x) {
    if x < 0 { return Err("neg"); }
    if x > 5 { return Err(`big ${x}`); }
    if x == 3 { return Err("three"); }
    return Err(x);
}
""",
        (2, 3, 4, 5),
    ),
)

RUNE = (
    body("let try = 1;", "try"),
    body("let throw = 1;", "throw"),
    body("Ok(args)?"),
    body('"throw x"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

UNSAFE_RESULTS = (
    (
        """\
fn f(x) {
    if x > 0 { throw new Error(`too ${x}`); }
    Ok(x)
}
pub fn call(args) { f(args.a) }
""",
        {"error": "too 1"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN044")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN044", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN044") == []


@pytest.mark.parametrize(("source", "result"), UNSAFE_RESULTS)
async def test_with_permission_the_repaired_source_runs(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
