"""RN140: names of other languages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case("[1, 2].length", "[1, 2].len()", 2),
    Case('["a"].length() + "abc".size()', '["a"].len() + "abc".len()', 4, lines=(1, 1)),
    Case(
        'let names = [];\nnames.append("a");\nnames.isEmpty()',
        'let names = [];\nnames.push("a");\nnames.is_empty()',
        False,
        lines=(2, 3),
    ),
    Case("let l = [1];\nl.append([2]);\nl", "let l = [1];\nl.extend([2]);\nl", [1, 2], safe=False, lines=(2,)),
    Case(
        'args.hasOwnProperty("a") && #{ b: 1 }.contains("b") && args.has("a")',
        'args.contains_key("a") && #{ b: 1 }.contains_key("b") && args.contains_key("a")',
        True,
        {"a": 1},
        lines=(1, 1, 1),
    ),
    Case(
        "let l = [3, 1, 2];\nl.reverse();\nl",
        "let l = [3, 1, 2];\nreverse_in_place(l);\nl",
        [2, 1, 3],
        {},
        ("reverse_in_place",),
        lines=(2,),
    ),
    Case("[1, 2].reverse()", "reverse([1, 2])", [2, 1], {}, ("reverse",)),
    Case(
        "[1, 2].some(|x| x > 1) && [1].iter().every(|x| x > 0)",
        "[1, 2].iter().any(|x| x > 1) && [1].iter().all(|x| x > 0)",
        True,
        lines=(1, 1),
    ),
    Case(
        "let n = 0;\n[1, 2].forEach(|x| { n += x; });\nn",
        "let n = 0;\nfor x in [1, 2] { n += x; }\nn",
        3,
        safe=False,
        lines=(2,),
    ),
    Case(
        "let n = [];\n[1, 2].forEach(x => n.push(x));\nn",
        "let n = [];\nfor x in [1, 2] { n.push(x); }\nn",
        [1, 2],
        safe=False,
        lines=(2,),
    ),
    Case(
        '["a"].includes("a") && "abc".includes("b")',
        '["a"].iter().any(|item| item == "a") && "abc".contains("b")',
        True,
        lines=(1, 1),
    ),
    Case(
        'fn f(x) { x.includes("b") }\npub async fn call(args) {\n    [f("abc"), f(["b"]), f(["abc"])]\n}\n',
        'fn f(x) { includes(x, "b") }\npub async fn call(args) {\n    [f("abc"), f(["b"]), f(["abc"])]\n}\n',
        [True, True, False],
        {},
        ("includes",),
    ),
    Case(
        '["abc".indexOf("c"), ["x", "y"].indexOf("y"), [1].indexOf(2)]',
        '[index_of("abc", "c"), index_of_item(["x", "y"], "y"), index_of_item([1], 2)]',
        [2, 1, -1],
        {},
        ("index_of", "index_of_item"),
        lines=(1, 1, 1),
    ),
    Case("[1, 2, 3].slice(1)", "slice_from([1, 2, 3], 1)", [2, 3], {}, ("slice_from",)),
    Case('"abcd".slice(0, -1)', 'slice_text("abcd", 0, -1)', "abc", {}, ("slice_text",)),
    Case(
        'fn f(x) { [x.indexOf("b"), x.slice(1), x.slice(0, -1)] }\npub async fn call(args) {\n'
        '    [f("abc"), f(["a", "b"])]\n}\n',
        'fn f(x) { [index_of_either(x, "b"), slice_either_from(x, 1), slice_either(x, 0, -1)] }\n'
        'pub async fn call(args) {\n    [f("abc"), f(["a", "b"])]\n}\n',
        [[1, "bc", "ab"], [1, ["b"], ["a"]]],
        {},
        ("index_of_either", "slice_either_from", "slice_either"),
        lines=(1, 1, 1),
    ),
    Case("let l = [];\nl.push(1, 2);\nl", "let l = [];\nl.extend([1, 2]);\nl", [1, 2], lines=(2,)),
    Case('#{ a: 1 }.get("b", 7)', '#{ a: 1 }.get("b").unwrap_or(7)', 7),
    Case(
        "let l = [3, 1];\nl.sort_by_key(|x| 0 - x);\nl.sort_unstable();\nl",
        "let l = [3, 1];\nsort_by_key(l, |x| 0 - x);\nl.sort();\nl",
        [1, 3],
        {},
        ("sort_by_key",),
        lines=(2, 3),
    ),
    Case(
        "let l = [1, 2, 3];\nl.retain(|x| x != 2);\nl.swap(0, 1);\nl.truncate(1);\nl",
        "let l = [1, 2, 3];\nretain(l, |x| x != 2);\nswap(l, 0, 1);\ntruncate(l, 1);\nl",
        [3],
        {},
        ("retain", "swap", "truncate"),
        lines=(2, 3, 4),
    ),
    Case("[1].concat([2])", "[1].iter().chain([2]).collect::<Vec>()", [1, 2]),
    Case("let l = [1];\nl.unshift(0);\nl", "let l = [1];\nl.insert(0, 0);\nl", [0, 1], lines=(2,)),
    Case(
        "let l = [2, 3, 1];\nl.sort(|a, b| a - b)",
        "let l = [2, 3, 1];\nsort_by_difference(l, |a, b| a - b)",
        [1, 2, 3],
        {},
        ("sort_by_difference",),
        safe=False,
        lines=(2,),
    ),
    Case('let s = "a".trim();\ns.append("b");\ns', 'let s = "a".trim();\ns.push_str("b");\ns', "ab", lines=(2,)),
    Case(
        "let n = 0;\nfor i in 0..args.rows.length {\n    n += i;\n}\nn",
        "let n = 0;\nfor i in 0..args.rows.len() {\n    n += i;\n}\nn",
        1,
        {"rows": ["a", "b"]},
        safe=False,
        lines=(2,),
    ),
]

FINE = [
    "let o = #{ length: 1, size: 2 };\no.length + o.size",
    '[1].len() + "a".len()',
    "let l = [2, 1];\nl.sort();\nl.sort_by(|a, b| a.cmp(b));\nl",
    "let o = #{ reverse: |x| x };\n(o.reverse)(1)",
    'args.get("n")',
    "struct Stack { items }\nimpl Stack {\n    fn size(self) { self.items.len() }\n"
    "    fn append(self, x) { self.items.push(x); }\n}\npub async fn call(args) {\n"
    "    let s = Stack { items: [] };\n    s.append(1);\n    s.size()\n}\n",
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN140") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN140") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
