"""RN023: `let` outside of functions, changed later: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "assigned to",
        """\
let a = 1;
let b = #{};
let c = #{ n: 1 };
fn f() { a = 2; b["k"] = 1; c.n += 1; }
""",
        None,
        (1, 2, 3),
    ),
    Case(
        "changed by a method",
        """\
let a = [];
var b = #{ l: [] };
fn f() { a.push(1); b.l.insert(0, 1); }
""",
        None,
        (1, 2),
    ),
    Case(
        "counted",
        """\
let a = 0;
let b = 0;
let c = #{ n: 1 };
let d = 3;
fn f(x) { a++; if x { return b--; } ++c.n; d - -x }
""",
        None,
        (1, 2, 3),
    ),
    Case(
        "a container to be filled",
        """\
let cache = new Map();
fn f(k) { cache.get(k) }
""",
        None,
    ),
    Case(
        "in a closure, from inside a module",
        """\
let a = 0;
mod m { fn f() { [1].iter().map(|x| { a += x; }) } }
""",
        None,
    ),
)

RUNE = (
    body("let a = 1;", "a = 2;", "a"),
    """\
let A = [1];
fn f() { A.len() + A[0] }
""",
    """\
const A = 1;
pub fn call(args) { let b = A; b = 2; b }
""",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN023")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN023") == []
