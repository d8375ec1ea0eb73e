"""RN083: parts with a colon: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "all forms",
        body("args.l[1:2]", "args.s[:1]", "args.l[1:]", "f(x)[n:]"),
        body("args.l[1..2]", "args.s[..1]", "args.l[1..]", "f(x)[n..]"),
        (2, 3, 4, 5),
    ),
    Case("with a step", body("args.l[1::2]", "args.l[1:3:2]"), None, (2, 3)),
)

RUNE = (
    body("args.l[1..2]"),
    body("#{ a: [1] }"),
    body("match a { [1] => 2, _ => 3 }"),
    body("args.l[a::b]"),
    body("let o = #{ k: args.l[0] };"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = ((body("[args.l[1:], args.s[:1], args.l[0:2]]"), [[2, 3], "x", [1, 2]]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN083")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN083") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
