"""RN070: classes: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of JavaScript",
        "class Counter {\n    constructor(start) { this.value = start; this.step = 1; }\n}\n"
        "pub async fn call(args) { args.a }\n",
        None,
        (1,),
    ),
    Case("that inherits", "class Counter extends Base {\n}\npub async fn call(args) { args.a }\n", None, (1,)),
    Case("of Python", "class Counter:\n    def __init__(self):\n        self.value = 1\n", None, (1,)),
)

RUNE = (
    body("let class = 1;", "class + 1"),
    body("#{ class: 1 }"),
    body("args.class"),
    "fn class(x) { x }\n",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN070")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN070") == []
