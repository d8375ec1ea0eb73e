"""RN108: async calls without `.await`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host, mended, source, spots

CASES = [
    Case(
        "let o = make(args.a);\n    o.n\n}\nasync fn make(n) { #{ n }",
        "let o = make(args.a).await;\n    o.n\n}\nasync fn make(n) { #{ n }",
        1,
        {"a": 1},
    ),
    Case(
        "let page = crucible::http_get(args.url);\n    if page.is_err() { 1 } else { page.unwrap() }",
        "let page = crucible::http_get(args.url).await;\n    if page.is_err() { 1 } else { page.unwrap() }",
        "page of u",
        {"url": "u"},
    ),
    Case("crucible::http_get(args.url)?.len()", "crucible::http_get(args.url).await?.len()", 9, {"url": "u"}),
    Case("crucible::http_get(args.url)?.await", "crucible::http_get(args.url).await?", "page of u", {"url": "u"}),
    Case("`got ${one()}`\n}\nasync fn one() { 1", "`got ${one().await}`\n}\nasync fn one() { 1", "got 1"),
    Case("one() + 1\n}\nasync fn one() { 1", "one().await + 1\n}\nasync fn one() { 1", 2),
    Case("one()\n}\nasync fn one() { 1", "one().await\n}\nasync fn one() { 1", 1),
    Case("return one();\n}\nasync fn one() { 1", "return one().await;\n}\nasync fn one() { 1", 1),
    Case(
        "match args.a {\n        1 => one(),\n        _ => { if args.a > 5 { one() } else { 0 } }\n"
        "    }\n}\nasync fn one() { 1",
        "match args.a {\n        1 => one().await,\n"
        "        _ => { if args.a > 5 { one().await } else { 0 } }\n    }\n}\nasync fn one() { 1",
        1,
        {"a": 7},
        count=2,
    ),
    Case(
        "for x in list() { return x; }\n}\nasync fn list() { [4]",
        "for x in list().await { return x; }\n}\nasync fn list() { [4]",
        4,
    ),
    Case('println!("{}", one()); 2\n}\nasync fn one() { 1', 'println!("{}", one().await); 2\n}\nasync fn one() { 1', 2),
    Case("one();\n    2\n}\nasync fn one() { 1", "one().await;\n    2\n}\nasync fn one() { 1", 2, safe=False),
    Case(
        "if yes() { 1 } else { 2 }\n}\nasync fn yes() { true",
        "if yes().await { 1 } else { 2 }\n}\nasync fn yes() { true",
        1,
        safe=False,
    ),
    Case(
        "if !yes() { 1 } else { 2 }\n}\nasync fn yes() { true",
        "if !yes().await { 1 } else { 2 }\n}\nasync fn yes() { true",
        2,
    ),
    Case("#{ n: one() }\n}\nasync fn one() { 1", "#{ n: one().await }\n}\nasync fn one() { 1", {"n": 1}, safe=False),
    Case(
        "pub fn call(args) {\n    one() + 1\n}\nasync fn one() { 1 }\n",
        "pub async fn call(args) {\n    one().await + 1\n}\nasync fn one() { 1 }\n",
        2,
    ),
    Case(
        "pub mod web {\n    pub async fn size(args) {\n        text(args)?.len()\n    }\n"
        '    async fn text(args) { Ok("abc") }\n}\n'
        "pub async fn call(args) { web::size(args).await }\n",
        "pub mod web {\n    pub async fn size(args) {\n        text(args).await?.len()\n    }\n"
        '    async fn text(args) { Ok("abc") }\n}\n'
        "pub async fn call(args) { web::size(args).await }\n",
        3,
    ),
]

QUIET = [
    ("one().await\n}\nasync fn one() { 1", None),
    ("let f = one();\n    f.await\n}\nasync fn one() { 1", None),
    ("let (a, b) = std::future::join((one(), one())).await;\n    a + b\n}\nasync fn one() { 1", None),
    ("let f = [one(), one()];\n    std::future::join(f).await\n}\nasync fn one() { 1", None),
    (
        "let all = [];\n    for x in args.l { all.push(one()); }\n    std::future::join(all).await\n}\n"
        "async fn one() { 1",
        None,
    ),
    (
        "let f = args.l.iter().map(|x| one()).collect::<Vec>();\n    std::future::join(f).await\n}\nasync fn one() { 1",
        None,
    ),
    ("let f = [];\n    f.push(one());\n    for x in f { x.await; }\n}\nasync fn one() { 1", None),
    ("pub fn call(args) { one() }\nasync fn one() { 1 }", None),
    ("wrap().await\n}\nfn wrap() { one() }\nasync fn one() { 1", None),
    ("later(one()).await\n}\nasync fn later(f) { f.await }\nasync fn one() { 1", None),
    ("one()\n}\nfn one() { 1", None),
    ('crucible::log_info("x");\n    regex::is_match("a", args.t)', None),
    ("crucible::http_get(args.url).await?", None),
    ("(one()).await\n}\nasync fn one() { 1", None),
    ("let f = one;\n    f().await\n}\nasync fn one() { 1", None),
    (
        "let s = count();\n    let n = 0;\n    while let Some(x) = s.next().await { n += x; }\n    n\n"
        "}\nasync fn count() { yield 1; yield 2;",
        None,
    ),
    ("let a = one();\n    select { x = a => x }\n}\nasync fn one() { 1", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN108")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN108", schema) == []


def test_it_points_at_the_call() -> None:
    assert spots("crucible::http_get(args.url)?", "RN108") == ["crucible::http_get"]


def test_there_is_no_await_in_a_closure() -> None:
    body = "args.l.iter().map(|x| one(x)?).collect::<Vec>()\n}\nasync fn one(x) { Ok(x)"
    assert [(item.fix, "for" in (item.hint or "")) for item in findings(body, "RN108")] == [(None, True)]


def test_a_function_that_is_called_is_made_async_with_permission_only() -> None:
    body = "helper()\n}\nfn helper() { one() + 1 }\nasync fn one() { 1"
    assert [item.fix is not None and item.fix.safe for item in findings(body, "RN108")] == [False]
    assert mended(body, "RN108", unsafe=True) == source(
        "helper().await\n}\nasync fn helper() { one().await + 1 }\nasync fn one() { 1"
    )


def test_a_function_that_declares_something_is_not_made_async() -> None:
    body = 'pub fn NAME() { one() + "x" }\nasync fn one() { "1" }\npub fn call(args) { 1 }'
    assert [item.fix for item in findings(body, "RN108")] == [None]
