"""RN152: `async pub fn`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "in the file and in a module",
        "async pub fn f() { 1 }\nmod m { async pub(crate) fn g() { 2 } }\n",
        "pub async fn f() { 1 }\nmod m { pub(crate) async fn g() { 2 } }\n",
        (1, 2),
    ),
    Case(
        "with a comment between",
        "async /* a */ pub fn f() { 1 }\n",
        "pub async /* a */ fn f() { 1 }\n",
    ),
    Case(
        "behind an attribute, in an implementation",
        "struct A;\nimpl A {\n    #[test]\n    async pub fn f(self) { 1 }\n}\n",
        "struct A;\nimpl A {\n    #[test]\n    pub async fn f(self) { 1 }\n}\n",
        (4,),
    ),
)

RUNE = (
    "pub async fn f() { 1 }\nasync fn g() { 2 }\npub(crate) fn h() { 3 }\n",
    body("let f = async { 1 };", "f.await"),
    body('"async pub fn f() {}"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (("async pub fn call(args) { f(args.a).await }\nasync fn f(x) { x + 1 }\n", 2),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN152")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN152") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
