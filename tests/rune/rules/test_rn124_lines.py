"""RN124: `lines` on strings."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case("args.text.lines().collect::<Vec>()", "lines_of(args.text)", ["x", "y"], {"text": "x\r\ny\n"}, ("lines_of",)),
    Case("args.text.lines()", "lines_of(args.text)", ["x", "", "y"], {"text": "x\n\ny"}, ("lines_of",)),
    Case(
        "let n = 0;\nfor line in args.text.lines() {\n    n += line.len();\n}\nn",
        "let n = 0;\nfor line in lines_of(args.text) {\n    n += line.len();\n}\nn",
        3,
        {"text": "ab\nc"},
        ("lines_of",),
        lines=(2,),
    ),
    Case(
        "args.text.lines().map(|l| l.trim()).collect::<Vec>()",
        "lines_of(args.text).iter().map(|l| l.trim()).collect::<Vec>()",
        ["a", "b"],
        {"text": " a\n b"},
        ("lines_of",),
    ),
    Case("args.text.lines().count()", "lines_of(args.text).len()", 2, {"text": "a\nb\n"}, ("lines_of",)),
    Case(
        "args.text.trim().lines().enumerate().map(|(i, l)| `${i}${l}`).collect::<Vec>()",
        "lines_of(args.text.trim()).iter().enumerate().map(|(i, l)| `${i}${l}`).collect::<Vec>()",
        ["0a"],
        {"text": "a\n"},
        ("lines_of",),
    ),
    Case(
        "let lines = args.text.lines();\nlines.next()",
        "let lines = lines_of(args.text).iter();\nlines.next()",
        "a",
        {"text": "a\nb"},
        ("lines_of",),
    ),
    Case(
        "let lines = args.text.lines();\nlines[1]",
        "let lines = lines_of(args.text);\nlines[1]",
        "b",
        {"text": "a\nb"},
        ("lines_of",),
    ),
    Case(
        "let lines = args.text.lines();\nlet n = 0;\nfor line in lines {\n    n += 1;\n}\nn",
        "let lines = lines_of(args.text);\nlet n = 0;\nfor line in lines {\n    n += 1;\n}\nn",
        2,
        {"text": "a\nb"},
        ("lines_of",),
    ),
    Case(
        'args.text.lines().join("|")', 'join(lines_of(args.text), "|")', "a|b", {"text": "a\nb"}, ("join", "lines_of")
    ),
    Case(
        'args.text.lines().last().unwrap_or("")',
        'lines_of(args.text).iter().fold(None, |_, item| Some(item)).unwrap_or("")',
        "b",
        {"text": "a\nb"},
        ("lines_of",),
    ),
    Case(
        "args.text\n    .lines()\n    .filter(|l| !l.is_empty())\n    .collect::<Vec>()",
        "lines_of(args.text).iter()\n    .filter(|l| !l.is_empty())\n    .collect::<Vec>()",
        ["a"],
        {"text": "a\n\n"},
        ("lines_of",),
        lines=(2,),
    ),
    Case(
        'let lines_of = 1;\n["a".lines(), lines_of]',
        'let lines_of = 1;\n[lines_of_2("a"), lines_of]',
        [["a"], 1],
        {},
        ("lines_of as lines_of_2",),
        lines=(2,),
    ),
]

FINE = [
    'args.text.split("\\n").collect::<Vec>()',
    "let o = #{ lines: 1 };\no.lines",
    "struct Text { inner }\nimpl Text {\n    fn lines(self) { [self.inner] }\n}\n"
    'pub async fn call(args) {\n    let t = Text { inner: "a" };\n    t.lines()\n}\n',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN124") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
