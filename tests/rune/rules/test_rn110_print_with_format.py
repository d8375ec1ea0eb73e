"""RN110: printing functions with a format."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case('println("{} notes", args.n); 1', 'println!("{} notes", args.n); 1', 1, {"n": 2}),
    Case('println("{} of {}", 1, 2); 1', 'println!("{} of {}", 1, 2); 1', 1),
    Case('println("total", args.n); 1', 'println!("total {}", args.n); 1', 1, {"n": 2}),
    Case('println("a: {} b: ", 1, 2); 1', 'println!("a: {} b: {}", 1, 2); 1', 1),
    Case('println("{:?}", args.list); 1', 'println!("{:?}", args.list); 1', 1, {"list": [1]}),
    Case('print("{}", 1); 1', 'print!("{}", 1); 1', 1),
    Case("println(args.n, 2); 1", 'println!("{} {}", args.n, 2); 1', 1, {"n": 2}),
    Case("println(5); 1", 'println!("{}", 5); 1', 1),
    Case("println(args.list.len()); 1", 'println!("{}", args.list.len()); 1', 1, {"list": []}, {"list": "array"}),
    Case("println([1]); 1", 'println!("{:?}", [1]); 1', 1, safe=False),
    Case("println(); 1", 'println(""); 1', 1),
    Case('let s = format("{}-{}", 1, 2);\n    s', 'let s = format!("{}-{}", 1, 2);\n    s', "1-2"),
    Case(
        'if args.n > 9 { panic("no {}", args.n) } else { 1 }',
        'if args.n > 9 { panic!("no {}", args.n) } else { 1 }',
        1,
        {"n": 2},
    ),
    Case('std::io::println("{}", 1); 1', 'std::io::println!("{}", 1); 1', 1),
]

QUIET = [
    ('println("text")', None),
    ('println("a {} b")', None),
    ("println(`n = ${args.n}`)", None),
    ("println(args.text)", None),
    ('println!("{} notes", 1)', None),
    ('format!("{}", 1)', None),
    ("dbg(1, 2)", None),
    ('println("a", 1)\n}\nfn println(a, b) { 1', None),
    ('let format = |a, b| a;\n    format("x", 1)', None),
    ('log::println("x", 1)\n}\nmod log { pub fn println(a, b) { 1 }', None),
    ('"println(1, 2)"', None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN110")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN110", schema) == []


def test_a_format_that_asks_for_more_than_is_given_is_left_to_its_author() -> None:
    found = findings('println("{} {} {}", 1, 2)', "RN110")
    assert [(item.fix, item.hint is not None) for item in found] == [(None, True)]
