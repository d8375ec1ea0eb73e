"""RN190: what is changed while a loop goes through it: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "lists",
        body(
            "let l = args.l;", "for x in l { l.push(x); }", "for (i, x) in l.iter().enumerate() { if x { l[i] = 1; } }"
        ),
        body(
            "let l = args.l;",
            "for x in l.clone() { l.push(x); }",
            "for (i, x) in l.clone().iter().enumerate() { if x { l[i] = 1; } }",
        ),
        (3, 4),
    ),
    Case(
        "objects",
        body("for (k, v) in args.o { args.o[k] = v + 1; }", "for k in args.o.keys() { args.o.remove(k); }"),
        body(
            "for (k, v) in args.o.clone() { args.o[k] = v + 1; }",
            "for k in args.o.clone().keys() { args.o.remove(k); }",
        ),
        (2, 3),
    ),
)

RUNE = (
    body("for x in args.l { args.n = 1; x.n = 2; args.m.push(x); }"),
    body("let l = [1];", "for x in l { l = []; l.push(x); }"),
    body("for x in args.l.clone() { args.l.push(x); }", "for i in 0..args.l.len() { args.l[i] = 1; }"),
    body("for x in args.l { f(|y| args.l.push(y)); }"),
    body("for c in args.s.chars() { args.s.push(c); }"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN190")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN190") == []
