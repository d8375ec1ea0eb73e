"""RN131: methods of strings that do not exist."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.method_cases import Case, expected, found_codes, found_lines, given, mended, source
from tests.rune.rules.support import outcome

CASES = [
    Case(
        'args.text.trim_end_matches("/")',
        'trim_end_matches(args.text, "/")',
        "x",
        {"text": "x//"},
        ("trim_end_matches",),
    ),
    Case(
        '["  a ".trim_start(), " b ".trimStart(), " c".lstrip()]',
        '[trim_start("  a "), trim_start(" b "), trim_start(" c")]',
        ["a ", "b ", "c"],
        {},
        ("trim_start",),
        lines=(1, 1, 1),
    ),
    Case('"#a".strip_prefix("#").unwrap_or("")', 'strip_prefix("#a", "#").unwrap_or("")', "a", {}, ("strip_prefix",)),
    Case('"a.md".strip_suffix(".md")', 'strip_suffix("a.md", ".md")', "a", {}, ("strip_suffix",)),
    Case('"-".repeat(3)', 'repeat("-", 3)', "---", {}, ("repeat",)),
    Case(
        '"a  b".split_whitespace().collect::<Vec>()', 'split_whitespace("a  b")', ["a", "b"], {}, ("split_whitespace",)
    ),
    Case(
        "args.text.split_whitespace().count()",
        "split_whitespace(args.text).len()",
        2,
        {"text": "a b"},
        ("split_whitespace",),
    ),
    Case(
        "args.text.split_whitespace().map(|w| w.len()).collect::<Vec>()",
        "split_whitespace(args.text).iter().map(|w| w.len()).collect::<Vec>()",
        [1, 2],
        {"text": "a bc"},
        ("split_whitespace",),
    ),
    Case('"a=b=c".splitn(2, "=").collect::<Vec>()', 'splitn("a=b=c", 2, "=")', ["a", "b=c"], {}, ("splitn",)),
    Case(
        '"ab".bytes().map(|b| b + 1).collect::<Vec>()',
        '"ab".as_bytes().as_vec().iter().map(|b| b + 1).collect::<Vec>()',
        [98, 99],
    ),
    Case('"aB".toLowerCase() + "c".toUpperCase()', '"aB".to_lowercase() + "c".to_uppercase()', "abC", lines=(1, 1)),
    Case(
        'args.text.startsWith("a") && args.text.endswith("c")',
        'args.text.starts_with("a") && args.text.ends_with("c")',
        True,
        {"text": "abc"},
        lines=(1, 1),
    ),
    Case(
        'args.text.strip().lower().replaceAll("a", "b")',
        'args.text.trim().to_lowercase().replace("a", "b")',
        "b",
        {"text": " A "},
        lines=(1, 1, 1),
    ),
    Case(
        '"5".padStart(3, "0") + "x".padEnd(2)',
        'pad_start("5", 3, "0") + pad_end("x", 2, " ")',
        "005x ",
        {},
        ("pad_start", "pad_end"),
        lines=(1, 1),
    ),
    Case('"abcd".substring(1, 3)', 'substring("abcd", 1, 3)', "bc", {}, ("substring",)),
    Case('"a.b.c".rsplit_once(".")', 'rsplit_once("a.b.c", ".")', ["a.b", "c"], {}, ("rsplit_once",)),
    Case('"a b\\tc".split()', 'split_whitespace("a b\\tc")', ["a", "b", "c"], {}, ("split_whitespace",), safe=False),
    Case('let s = "a".trim();\ns.push("bc");\ns', 'let s = "a".trim();\ns.push_str("bc");\ns', "abc", lines=(2,)),
    Case("\"a-b\".replace('-', \"_\").contains('_')", '"a-b".replace("-", "_").contains("_")', True, lines=(1, 1)),
    Case(
        "\"it's\".replace('\\'', \"\\\"\").starts_with('\"')",
        '"it\'s".replace("\'", "\\"").starts_with("\\"")',
        False,
        lines=(1, 1),
    ),
    Case('`${" a".trim_start()}`', '`${trim_start(" a")}`', "a", {}, ("trim_start",)),
    Case(
        "args.text.to_ascii_lowercase()", "to_ascii_lowercase(args.text)", "aÄ", {"text": "AÄ"}, ("to_ascii_lowercase",)
    ),
    Case(
        "pub mod notes {\n    pub fn clean(text) {\n        text.trim_start()\n    }\n}\n"
        'pub async fn call(args) {\n    notes::clean(" a")\n}\n',
        "pub mod notes {\n    pub fn clean(text) {\n        trim_start(text)\n    }\n\n"
        "    fn trim_start(text) {\n        let kept = `${text}.`.trim();\n"
        '        kept[..kept.len() - 1]\n    }\n}\npub async fn call(args) {\n    notes::clean(" a")\n'
        "}\n",
        "a",
        lines=(3,),
    ),
    Case(
        "let s = String::new();\n    s.push(args.text);\n    s",
        "let s = String::new();\n    s.push_str(args.text);\n    s",
        "ab",
        {"text": "ab"},
        lines=(2,),
    ),
    Case('"-" * 3', 'repeat("-", 3)', "---", {}, ("repeat",)),
    Case('args.n * "ab" + "c"', 'repeat("ab", args.n) + "c"', "ababc", {"n": 2}, ("repeat",)),
]

FINE = [
    "args.text.trim().trim_end().to_lowercase()",
    '"a".starts_with("a") && "a".ends_with("a")',
    'let s = "a".trim();\ns.push(\'b\');\ns.push_str("c");\ns',
    "\"a b\".split(' ').collect::<Vec>()",
    "\"a=b\".split_once('=')",
    "let o = #{ repeat: 3 };\no.repeat",
    'let l = [];\nl.push("a");\nl',
    'fn add(to, what) { to.push(what); to }\npub async fn call(args) {\n    add([], "a")\n}\n',
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine."""
    async with ScriptEngine() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_found_where_it_stands(case: Case) -> None:
    assert found_lines(case.before, "RN131") == case.lines


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_repair_changes_nothing_else(case: Case) -> None:
    assert mended(case, safe=case.safe) == expected(case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.safe], ids=str)
def test_what_may_be_meant_otherwise_is_left_alone_without_permission(case: Case) -> None:
    assert found_lines(mended(case), "RN131") != ()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_a_repair_makes_gives_what_was_meant(engine: ScriptEngine, case: Case) -> None:
    assert await given(engine, case) == case.gives


@pytest.mark.parametrize("body", FINE)
async def test_nothing_is_found_in_what_works(engine: ScriptEngine, body: str) -> None:
    assert found_codes(body) == []
    result = await outcome(engine, source(body), {"text": "a b", "list": ["a"], "n": 1})
    assert not (isinstance(result, dict) and "error" in result)
