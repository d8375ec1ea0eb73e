"""RN048: macros that Rune does not have: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "json",
        body('let v = json!({ "a": [null] });', "json!(v)"),
        body('let v = { "a": [null] };', "v"),
        (2, 3),
    ),
    Case(
        "matches",
        body("matches!(args.a, 1 | 2) && matches!(f(args, 1), Some(x) if x > 0,)"),
        body("match args.a { 1 | 2 => true, _ => false } && match f(args, 1) { Some(x) if x > 0 => true, _ => false }"),
        (2, 2),
    ),
    Case(
        "prints and panics",
        body('eprintln!("{}", 1); debug_assert_eq!(1, 1); todo!(); unreachable!("no {}", 1)'),
        body('println!("{}", 1); assert_eq!(1, 1); panic!("not yet implemented"); panic!("no {}", 1)'),
        (2, 2, 2, 2),
    ),
    Case(
        "errors",
        body('bail!("too {}", args.a);', 'return Err(anyhow!("x"));'),
        body('return Err(format!("too {}", args.a));', 'return Err(format!("x"));'),
        (2, 3),
    ),
    Case(
        "only reported",
        body('info!(x); let r = write!(f, "x"); json!()'),
        None,
        (2, 2, 2),
    ),
    Case(
        "writes to the log",
        body('info!("x");', 'log::warn!("x {}", args.a);', 'error!("{x}");'),
        body(
            'crucible::log_info("x");',
            'crucible::log_warn(format!("x {}", args.a));',
            'crucible::log_error(format!("{x}"));',
        ),
        (2, 3, 4),
    ),
    Case(
        "writes to a text",
        body('write!(out, "{}", 1)?;', 'writeln!(&mut out, "{x}").unwrap();', "let _ = writeln!(o.text);"),
        body('out.push_str(format!("{}", 1));', 'out.push_str(format!("{x}\\n"));', 'o.text.push_str("\\n");'),
        (2, 3, 4),
    ),
    Case(
        "their import",
        """\
use serde_json::json;
use anyhow::{anyhow, bail};
pub fn call(args) { 1 }
""",
        "pub fn call(args) { 1 }\n",
        (1, 2),
    ),
    Case(
        "in a template",
        body("`${matches!(args.a, 1)}`"),
        body("`${match args.a { 1 => true, _ => false }}`"),
        (2,),
    ),
)

RUNE = (
    body('println!("x"); print!("x"); dbg!(1); format!("x")'),
    body("assert!(true); assert_eq!(1, 1); stringify!(a)"),
    body('if args.a == 1 { panic!("x") }'),
    body("json::to_string(args)"),
    body("let matches = 1;", "matches"),
    body('"json!(1)"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        """\
use serde_json::json;
pub fn call(args) { json!({ "a": matches!(args.a, 1 | 2), "b": null }) }
""",
        {"a": True, "b": None},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN048")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN048") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
