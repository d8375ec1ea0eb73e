"""RN179: names of PHP: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "names and fields",
        body("$a = $args->x;", "$a"),
        body("a = args.x;", "a"),
        (2, 2, 2, 3),
    ),
    Case(
        "texts",
        body('"v $x {$y->z}" . $w'),
        body("`v ${x} ${y.z}` + w"),
        (2, 2, 2),
    ),
    Case(
        "lists",
        body('$l[] = ["k" => 1, "m" => 2];'),
        body('l.push(#{"k": 1, "m": 2});'),
        (2, 2),
    ),
    Case(
        "loops",
        body("foreach ($args->l as $k => $v) { f($k); }"),
        body("for (k, v) in args.l.iter() { f(k); }"),
        (2, 2, 2),
    ),
)

RUNE = (
    body("`costs \\$5 ${x}`", "let f = |x| x;"),
    body('"$x {$y} ->"'),
    "fn f() { |x| x }\n",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN179")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN179") == []
