"""RN090: declarations of types: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "both",
        "interface A { a: number; }\nexport type B = { b: string } | null;\ntype C = A\npub fn f() { 1 }\n",
        "pub fn f() { 1 }\n",
        (1, 2, 3),
    ),
    Case("of several lines", "interface A {\n    a: number;\n}\npub fn f() { 1 }\n", "pub fn f() { 1 }\n", (1,)),
    Case("with a comment", "interface A { a: number; /* one */ }\n", None, (1,)),
)

RUNE = (
    body("let type = 1;", "type"),
    body("#{ type: 1, interface: 2 }"),
    "struct A { type }\n",
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (("interface A { a: number; }\ntype B = A[];\npub fn call(args: A): number { args.a }\n", 2),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN090")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN090") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
