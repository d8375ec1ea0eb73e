"""RN010: `a ?? b`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, found, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

OPTIONAL = """
fn optional(value, path) {
    for key in path {
        value = if value is Object { value.get(key).unwrap_or(()) } else { () };
    }
    value
}
"""

CASES = (
    Case(
        "a chain",
        body("let x = args.zz ?? args.a ?? 3;", "x"),
        body(
            (
                'let x = match args.get("zz").unwrap_or(()) { () => match '
                'args.get("a").unwrap_or(()) { () => 3, value => value }, value => value };'
            ),
            "x",
        ),
        (2, 2),
    ),
    Case(
        "in a template",
        body('`v ${args.zz ?? "none"} ${args["q"] ?? 2}`'),
        body(
            '`v ${match args.get("zz").unwrap_or(()) { () => "none", value => value }} '
            '${match args.get("q").unwrap_or(()) { () => 2, value => value }}`'
        ),
        (2, 2),
    ),
    Case(
        "behind return",
        body("return args.zz ?? 5;"),
        body('return (match args.get("zz").unwrap_or(()) { () => 5, value => value });'),
        (2,),
    ),
    Case(
        "an empty object for nothing",
        body("let f = |v| v ?? {};", "f(())"),
        body("let f = |v| match v { () => #{}, value => value };", "f(())"),
        (2,),
    ),
    Case(
        "on several lines",
        body("let o = args.zz", "    // or else", "    ?? args.o.k;", "o"),
        body(
            'let o = match args.get("zz").unwrap_or(())',
            "    // or else",
            "    { () => args.o.k, value => value };",
            "o",
        ),
        (4,),
    ),
    Case(
        "in parentheses",
        body("let q = ();", '(q ?? "a").len() + if !(q ?? false) { 1 } else { 2 }'),
        body(
            "let q = ();",
            (
                '(match q { () => "a", value => value }).len() + if !(match q { () => false, '
                "value => value }) { 1 } else { 2 }"
            ),
        ),
        (3, 3),
    ),
    Case(
        "a field of self",
        "impl P { fn f(self) { self.x ?? 1 } }\n",
        "impl P { fn f(self) { match self.x { () => 1, value => value } } }\n",
    ),
    Case(
        "an element of a list",
        body("args.l[7] ?? 0"),
        body("match args.l.get(7).unwrap_or(()) { () => 0, value => value }"),
        (2,),
    ),
    Case(
        "an Option of data",
        body('let a = args.get("zz") ?? 1;', "args.l.get(7) ?? a"),
        body(
            'let a = match args.get("zz").unwrap_or(()) { () => 1, value => value };',
            "match args.l.get(7).unwrap_or(()) { () => a, value => value }",
        ),
        (2, 3),
    ),
    Case(
        "Options one after the other",
        body('args.get("zz") ?? args.get("a") ?? []'),
        body(
            'match args.get("zz").unwrap_or(()) { () => '
            'match args.get("a").unwrap_or(()) { () => [], value => value }, value => value }'
        ),
        (2, 2),
    ),
    Case(
        "an Option that holds no `()`",
        body("[1, 2].iter().find(|x| x > 3) ?? -1"),
        body("[1, 2].iter().find(|x| x > 3).unwrap_or(-1)"),
        (2,),
    ),
    Case(
        "a Result",
        body("args.s.parse::<i64>() ?? 0"),
        body("args.s.parse::<i64>().unwrap_or(0)"),
        (2,),
    ),
    Case(
        "a Result, and something to do instead",
        body("args.s.parse::<i64>() ?? g(args)"),
        body("match args.s.parse::<i64>() { Ok(value) => value, Err(_) => g(args) }"),
        (2,),
    ),
    Case(
        "a call that nobody knows",
        body("let n = f(args);", "[f(args) ?? 1, n ?? 2]"),
        None,
        (3, 3),
    ),
    Case(
        "without blanks",
        body("let q = ();", "q??1"),
        body("let q = ();", "match q { () => 1, value => value }"),
        (3,),
    ),
    Case(
        "a constant has the usual name",
        """\
const value = 1;
pub fn call(args) { args.a ?? 1 }
""",
        """\
const value = 1;
pub fn call(args) { match args.get("a").unwrap_or(()) { () => 1, given => given } }
""",
        (2,),
    ),
    Case(
        "what belongs to the left is not clear",
        body("args.a == args.b ?? 1"),
        None,
        (2,),
    ),
    Case(
        "optional chaining",
        body("args.a?.b ?? 1"),
        body('match optional(args, ["a", "b"]) { () => 1, value => value }') + OPTIONAL,
        (2,),
    ),
)

UNSAFE = (
    Case(
        "a call, evaluated once",
        body("f(args) ?? g()?"),
        body("match f(args) { () => g()?, value => value }"),
        (2,),
    ),
)

RUNE = (
    body("let f = || Some(Some(1));", "f()?? + 1"),
    body('"a ?? b"'),
    body("`a ?? b`"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (body("let x = args.zz ?? args.a ?? 3;", "[x, args.l[7] ?? 0, (args.o.k ?? 2) + 1]"), [1, 0, 2]),
    (body('return args.zz ?? "none";'), "none"),
    (body('[args.get("zz") ?? 7, args.get("a") ?? 7, args.l.get(9) ?? 7, args.l.get(1) ?? 7]'), [7, 1, 7, 2]),
    (body('["12".parse::<i64>() ?? 0, args.s.parse::<i64>() ?? 0, args.s.parse::<i64>() ?? 2 + 3]'), [12, 0, 5]),
    (body("[args.l.iter().find(|x| x > 1) ?? -1, args.l.iter().find(|x| x > 5) ?? -1]"), [2, -1]),
    (body("let n = 0;", "let f = || { n += 1; () };", "let r = f() ?? 5;", "r"), 5),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN010")


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.name)
def test_it_is_found_and_repaired_with_permission(case: Case) -> None:
    check(case, "RN010", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN010") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result


@pytest.mark.parametrize(
    ("arguments", "result"), [({}, [3, "anon"]), ({"a": None}, [3, "anon"]), ({"a": 1}, [1, "anon"])]
)
async def test_an_assignment_of_a_default_keeps_what_is_there(
    engine: ScriptEngine, arguments: dict[str, Any], result: Any
) -> None:
    source = 'pub async fn call(args) {\n    args.a ??= 3;\n    [args.a, args?.user?.name ?? "anon"]\n}\n'
    assert "RN109" not in {item.code for item in found(source)}
    assert await outcome(engine, repaired(source, accept=any_fix), arguments) == result
