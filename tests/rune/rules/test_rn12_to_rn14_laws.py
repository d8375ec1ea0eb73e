"""Laws of these rules: a call that worked gives the same after safe repairs, whatever it is called on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import CompileFailed
from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.inserted import INSERTED
from crucible_tools.rune.rules.registry import find
from crucible_tools.rune.rules.script import Script
from tests.rune.rules.method_cases import RULES, Case, expected, mended, source
from tests.rune.rules.support import outcome, safe_only

VALUES = [
    "()", "true", "5", "1.5", "'a'", '"a,b"', '["a", "b"]', "[3, 1]", "#{ a: 1 }", "(1, 2)", "Some(2)", "None", "Ok(3)",
    'Err("x")', "[1, 2].iter()", '"a,b".split(",")', '"ab".chars()', "#{ a: 1 }.keys()", "(0..3)", 'b"ab"',
]  # fmt: skip
CALLS = [
    'join("-")', 'contains("a")', "map(|x| x)", "filter(|x| true)", "any(|x| true)", "first()", "last()", "lines()",
    'find("a")', "find(|x| true)", "to_string()", "to_owned()", "clone()", "entries()", "into_iter()", "sum::<i64>()",
    "collect::<Vec>()", "parse::<i64>()", "max()", "max(3)", "len()", "rev()", "flatten()", "count()", 'split(",")',
    'replace(\'a\', "b")', 'includes("a")', 'indexOf("a")', "slice(0, 1)", "reverse()", 'push("a")', "append(1)",
    'has("a")', 'get("a")', 'get("a", 1)', "isEmpty()", "is_ok()", "or(Some(1))", "as_ref()", "unwrap_or_default()",
    "sort()", "is_empty()",
]  # fmt: skip
FORMS = [
    "pub fn call(args) {{ {value}.{call} }}",
    "fn of(x) {{ x.{call} }}\npub fn call(args) {{ of({value}) }}",
    "pub fn call(args) {{ let y = {value}; let z = y.{call}; z }}",
]
BODIES = [
    'args.list.map(|x| x.trim()).filter(|x| x != "").join(", ")',
    "let all = [];\nfor line in args.text.lines() {\n    all += line.split_whitespace();\n}\nall.first()",
    "args.text.lines().map(|l| l.trim_start()).filter(|l| l.startsWith(\"-\")).collect().join('\\n').length()",
    'let o = #{};\nfor (k, v) in args.o.entries() {\n    o[k.toUpperCase()] = v.to_string().repeat(2);\n}\no.has("A")',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


async def _given(engine: ScriptEngine, text: str) -> object:
    try:
        return await outcome(engine, text, {})
    except CompileFailed:
        return {"error": "does not compile"}


@pytest.mark.parametrize("call", CALLS)
async def test_a_call_that_worked_gives_the_same_after_safe_repairs(engine: ScriptEngine, call: str) -> None:
    for form in FORMS:
        for value in VALUES:
            text = form.format(value=value, call=call)
            made = repair(text, among=RULES, accept=safe_only)
            if made.text == text:
                continue
            before = await _given(engine, text)
            after = await _given(engine, made.text)
            assert after != {"error": "does not compile"}, made.text
            assert after == before or (isinstance(before, dict) and "error" in before), text


@pytest.mark.parametrize("body", BODIES)
def test_what_is_repaired_has_nothing_left_that_a_repair_could_mend(body: str) -> None:
    made = repair(source(body), among=RULES, accept=safe_only)
    left = [found for found in find(Script(made.text), RULES) if found.fix is not None and found.fix.safe]
    assert made.settled
    assert left == []


@pytest.mark.parametrize("body", BODIES)
def test_line_ends_stay_as_they_are(body: str) -> None:
    text = source(body).replace("\n", "\r\n")
    made = repair(text, among=RULES, accept=safe_only).text
    assert made.count("\n") == made.count("\r\n")
    assert made.replace("\r\n", "\n") == repair(source(body), among=RULES, accept=safe_only).text


def test_a_function_that_is_there_already_is_used_again() -> None:
    case = Case('["a"].join("-")', 'join(["a"], "-")', "a", adds=("join",))
    text = source('[["a"].join("-"), join(["b"], "-")]') + "\n" + INSERTED["join"].replace("NAME", "join")
    assert repair(text, among=RULES, accept=safe_only).text == text.replace('["a"].join("-")', 'join(["a"], "-")')
    assert mended(case) == expected(case)


@pytest.mark.parametrize("name", sorted(INSERTED))
async def test_functions_that_are_added_compile_and_have_nothing_that_a_rule_finds(
    engine: ScriptEngine, name: str
) -> None:
    text = "pub fn call(args) {\n    1\n}\n\n" + INSERTED[name].replace("NAME", name)
    assert find(Script(text), RULES) == []
    assert await outcome(engine, text, {}) == 1
