"""RN143: the value of `sort`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        "let names = args.keys().collect::<Vec>();\nnames.sort().iter().map(|x| x).collect::<Vec>()",
        "let names = args.keys().collect::<Vec>();\nsorted(names).iter().map(|x| x).collect::<Vec>()",
        ["a"],
        {"a": 1},
        ("sorted",),
        safe=False,
        lines=(2,),
    ),
    Case("let l = [2, 1];\nl.sort()[0]", "let l = [2, 1];\nsorted(l)[0]", 1, {}, ("sorted",), lines=(2,)),
    Case(
        "let l = [2, 1];\nl.sort().push(3);\nl",
        "let l = [2, 1];\nsorted(l).push(3);\nl",
        [1, 2, 3],
        {},
        ("sorted",),
        lines=(2,),
    ),
    Case(
        "let l = [2, 1];\nlet m = l.sort();\nm",
        "let l = [2, 1];\nlet m = sorted(l);\nm",
        [1, 2],
        {},
        ("sorted",),
        safe=False,
        lines=(2,),
    ),
    Case(
        "let l = [2, 1];\nlet m = l.sort_by(|a, b| b.cmp(a));\nm",
        "let l = [2, 1];\nlet m = sorted_by(l, |a, b| b.cmp(a));\nm",
        [2, 1],
        {},
        ("sorted_by",),
        safe=False,
        lines=(2,),
    ),
    Case(
        "let l = [2, 1];\nOk(l.sort())",
        "let l = [2, 1];\nOk(sorted(l))",
        [1, 2],
        {},
        ("sorted",),
        safe=False,
        lines=(2,),
    ),
]

FINE = [
    "let l = [2, 1];\nl.sort();\nl",
    "let l = [2, 1];\nif l.len() > 1 {\n    l.sort()\n}\nl",
    "let l = [2, 1];\nlet _ = l.sort();\nl",
    "let l = [2, 1];\nmatch l.len() as i64 {\n    2 => l.sort(),\n    _ => (),\n}\nl",
    "struct Bag { items }\nimpl Bag {\n    fn sort(self) { self.items.sort(); self.items }\n}\n"
    "pub async fn call(args) {\n    let b = Bag { items: [2, 1] };\n    let l = b.sort();\n    l\n"
    "}\n",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN143") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN143") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
