"""RN015: fields of structs with a type or with `pub`: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "types and pub",
        """\
struct A {
    pub a: i64, // one
    pub(crate) b: Vec<(i64, String)>,
    c: [u8; 3],
    pub d,
    e,
}
""",
        """\
struct A {
    a, // one
    b,
    c,
    d,
    e,
}
""",
        (2, 3, 4, 5),
    ),
    Case(
        "in order",
        "struct A(pub i64, Vec<i64>, &str, x);\n",
        "struct A(i64, field_1, field_2, x);\n",
        (1, 1, 1),
    ),
    Case(
        "variants",
        "enum A { B(pub i64), C(std::io::Error, x), D }\n",
        "enum A { B(i64), C(field_0, x), D }\n",
        (1, 1),
    ),
    Case(
        "in a module",
        "mod m { struct A { x: i64 } }\n",
        "mod m { struct A { x } }\n",
    ),
)

RUNE = (
    """\
struct A { a, b }
pub fn call(args) { A { a: 1, b: 2 } }
""",
    """\
struct A(a, b);
pub fn call(args) { A(1, 2).0 }
""",
    """\
enum A { B(x), C { y }, D }
pub fn call(args) { 1 }
""",
    body("#{ a: 1 }"),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
struct A { pub a: i64, b: Option<String> }
struct B(pub i64, Vec<i64>);
enum C { D(Box<C>), E }
pub fn call(args) { let b = B(1, 2); let c = C::D(C::E); [A { a: args.a, b: 2 }.b, b.0, b.1] }
""",
        [2, 1, 2],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN015")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN015") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
