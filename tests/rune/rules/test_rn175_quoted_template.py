"""RN175: values named in texts that are no templates: found, repaired with unsafe repairs, and left alone elsewhere."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("in quotes", body('"v ${args.a} and ${args.b}"'), body("`v ${args.a} and ${args.b}`"), (2,)),
    Case("without `$`", body("`v {args.a}`"), body("`v ${args.a}`"), (2,)),
)

RUNE = (
    body('"v ${name}"'),
    body('text.replace("${args.a}", args.a)'),
    body('format!("{args.a} {}", 1)'),
    body("`${args.a} {args.b}`", "`{ }`", "`{args}`"),
    'const USE = "v ${args.a}";\n' + body("USE"),
    body('"${args.a} ${other}"'),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN175", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_may_be_meant(source: str) -> None:
    assert findings(source, "RN175") == []
