"""RN071: comprehensions: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "a list",
        body("let l = [x * 2 for x in args.l];"),
        body("let l = args.l.iter().map(|x| x * 2).collect::<Vec>();"),
        (2,),
    ),
    Case(
        "with a condition",
        body("let l = [x for x in args.l if x > 1];"),
        body("let l = args.l.iter().filter(|x| x > 1).collect::<Vec>();"),
        (2,),
    ),
    Case(
        "of pairs",
        body("let l = [k for k, v in args.o];"),
        body("let l = args.o.iter().map(|(k, v)| k).collect::<Vec>();"),
        (2,),
    ),
    Case(
        "an object",
        body("let o = {k: v + 1 for k, v in args.o};"),
        body("let o = args.o.iter().map(|(k, v)| (`${k}`, v + 1)).collect::<Object>();"),
        (2,),
    ),
    Case("an argument", body("f(x.n for x in args.l)"), body("f(args.l.iter().map(|x| x.n).collect::<Vec>())"), (2,)),
    Case(
        "over several lines",
        body("let l = [", "    f(x)", "    for x in args.l", "];"),
        body("let l = args.l.iter().map(|x| f(x)).collect::<Vec>();"),
        (4,),
    ),
    Case("of a range", body("let l = [x for x in 0..3];"), body("let l = (0..3).iter().collect::<Vec>();"), (2,)),
    Case(
        "of two loops",
        body("let l = [x + y for x in args.l for y in args.l if y > x];"),
        body("let l = args.l.iter().flat_map(|x| args.l.iter().filter(|y| y > x).map(|y| x + y)).collect::<Vec>();"),
        (2,),
    ),
    Case("of three loops", body("let l = [x for x in args.l for y in args.l for z in y];"), None, (2,)),
    Case("with a comment", body("let l = [", "    x // one", "    for x in args.l", "];"), None, (4,)),
)

RUNE = (
    body("for x in args.l { }"),
    body("let f = |l| { for x in l { } };"),
    body("f(#{ a: 1 })"),
    body("if x { y } for z in args.l { }"),
    body("g(|x| { x for y in z { } })"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (body("[x * 2 for x in args.l if x > 1]"), [4, 6]),
    (body("{k: v + 1 for k, v in args.o}"), {"k": 2}),
    (body("sum(x * x for x in args.l)"), 14),
    (body('let t = ["b" if x > 1 else "s" for x in args.l];', "t"), ["s", "b", "b"]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN071")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN071") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
