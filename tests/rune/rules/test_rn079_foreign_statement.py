"""RN079: statements of other languages: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "delete and del",
        body("delete args.a;", 'delete args["a"];', 'del args.o["k"];', "del args[name]"),
        body('args.remove("a");', 'args.remove("a");', 'args.o.remove("k");', "args.remove(name)"),
        (2, 3, 4, 5),
    ),
    Case("pass", body("if args.a > 1 {", "    pass", "}", "1"), body("if args.a > 1 {", "}", "1"), (3,)),
    Case(
        "assert",
        body('assert args.a > 1, "few";', "assert ok(1);"),
        body('assert!(args.a > 1, "few");', "assert!(ok(1));"),
        (2, 3),
    ),
    Case("with", body("with open(args.s) as f {", "}"), None, (2,)),
)

RUNE = (
    body("let pass = 1;", "pass"),
    body("assert!(true);"),
    body("// we assert this", "assert!(args.a > 0);", "assert!{true}", "1"),
    body("let with = delete(1);", "with"),
    body("delete(1);"),
    body("args.delete"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (
        body(
            "delete args.l;", 'del args.o["k"];', 'assert args.a > 1, "few";', '[args.contains_key("l"), args.o.len()]'
        ),
        [False, 0],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN079")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN079") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
