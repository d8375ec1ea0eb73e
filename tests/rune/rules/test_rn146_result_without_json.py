"""RN146: results without a JSON form: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("an iterator", body("args.o.keys()"), body("args.o.keys().collect::<Vec>()"), (2,)),
    Case(
        "in literals and branches",
        body("if args.a > 1 {", "    return Ok([args.l.iter().map(|x| x), 1]);", "}", "#{ v: args.o.values() }"),
        body(
            "if args.a > 1 {",
            "    return Ok([args.l.iter().map(|x| x).collect::<Vec>(), 1]);",
            "}",
            "#{ v: args.o.values().collect::<Vec>() }",
        ),
        (3, 5),
    ),
    Case(
        "a map",
        "use std::collections::HashMap;\npub async fn call(args) {\n    let m = HashMap::new();\n    m\n}\n",
        "use std::collections::HashMap;\npub async fn call(args) {\n    let m = #{};\n    m\n}\n",
        (4,),
    ),
    Case(
        "a map, named short",
        "use std::collections::HashMap;\npub async fn call(args) {\n    let m = HashMap::new();\n"
        "    m.insert(args.s, 1);\n    Ok(#{ m, n: 1 })\n}\n",
        "use std::collections::HashMap;\npub async fn call(args) {\n    let m = #{};\n"
        "    m.insert(args.s, 1);\n    Ok(#{ m, n: 1 })\n}\n",
        (5,),
    ),
    Case(
        "a map whose keys are numbers, and one with more than objects have",
        "use std::collections::HashMap;\npub async fn call(args) {\n    let m = HashMap::new();\n"
        "    m.insert(1, 2);\n    m\n}\n",
        None,
        (5,),
    ),
    Case(
        "a collected map of an entry that the header names",
        "//! @entry count\nuse std::collections::HashMap;\npub fn count(words) {\n"
        "    let m = words.iter().map(|w| (w, 1)).collect::<HashMap>();\n    m\n}\n",
        "//! @entry count\nuse std::collections::HashMap;\npub fn count(words) {\n"
        "    let m = words.iter().map(|w| (w, 1)).collect::<Object>();\n    m\n}\n",
        (5,),
    ),
    Case("a range", body("0..3"), None, (2,)),
    Case(
        "of a function with an attribute",
        '#[tool(desc: "x")]\npub fn f(o) {\n    #{ a: 1 }.keys()\n}\npub fn g() { #{}.keys() }\n',
        '#[tool(desc: "x")]\npub fn f(o) {\n    #{ a: 1 }.keys().collect::<Vec>()\n}\npub fn g() { #{}.keys() }\n',
        (3,),
    ),
)

RUNE = (
    body("args.o.keys().collect::<Vec>()"),
    body("args"),
    "fn keys(o) { o.keys() }\npub async fn call(args) { keys(args.o).count() }\n",
    "pub async fn all(args) { args.iter() }\npub async fn call(args) { all(args).await.count() }\n",
    '#[hook(event = "x")]\npub fn h(ctx, event) { [1].iter() }\n',
    body("let f = |x| x.iter();", "f(args.l).count()"),
)

ARGUMENTS = {"a": 2, "s": "x,y", "l": [1, 2, 3], "o": {"k": 1}}

RESULTS = ((body("[args.o.keys(), args.l.iter().filter(|x| x > 1)]"), [["k"], [2, 3]]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN146")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN146") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
