"""RN086: waiting where nothing can: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "in a function",
        "async fn g(x) { x }\nfn f(x) {\n    g(x).await\n}\n",
        "async fn g(x) { x }\nasync fn f(x) {\n    g(x).await\n}\n",
        (3,),
    ),
    Case(
        "twice in a function",
        "async fn g(x) { x }\npub fn f(x) {\n    g(x).await + g(x).await\n}\n",
        "async fn g(x) { x }\npub async fn f(x) {\n    g(x).await + g(x).await\n}\n",
        (3, 3),
    ),
    Case("in a closure", body("args.l.iter().map(|x| f(x).await).collect::<Vec>()"), None, (2,)),
)

RUNE = (
    body("f(x).await"),
    body("async { f(x).await }.await"),
    body("let g = async |x| f(x).await;"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = (
    (
        "async fn half(n) { n / 2 }\nfn twice(n) { half(n * 4).await }\n"
        "pub async fn call(args) {\n    let n = twice(args.a);\n    n + 1\n}\n",
        5,
    ),
)


def test_an_async_that_something_broken_swallowed_is_not_written_again() -> None:
    source = "fn f(args) {\n    let\n    fn call(args) {\n        g(args).await\n    }\n"
    assert repaired(source).count("async") == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN086")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN086") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
