"""RN160: imports of what Rune's standard library does not have: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import CompileFailed
from crucible_tools.rune.rules import rn160_missing_import
from tests.rune.rules.support import outcome
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case("alone", "use std::fmt::Write;\n" + body("1"), body("1"), (1,)),
    Case(
        "among others",
        "use std::collections::{BTreeMap, HashMap};\nuse std::cmp::{Ordering, Reverse};\n" + body("HashMap::new()"),
        "use std::collections::{HashMap};\nuse std::cmp::{Ordering};\n" + body("HashMap::new()"),
        (1, 2),
    ),
    Case("used", "use std::cmp::Reverse;\n" + body("Reverse(1)"), None, (1,)),
    Case(
        "only in types",
        "use std::default::Default;\npub fn call(args: Default) {}\n",
        "pub fn call(args: Default) {}\n",
        (1,),
    ),
)

RUNE = (
    "use std::collections::{HashMap, HashSet, VecDeque};\n" + body("1"),
    "use std::cmp::Ordering;\n" + body("1"),
    "use std::f64;\n" + body("1"),
    "use text::Write;\n" + body("1"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN160")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN160") == []


@pytest.mark.parametrize("name", sorted(rn160_missing_import.MISSING))
async def test_what_is_said_to_be_missing_does_not_compile(engine: ScriptEngine, name: str) -> None:
    with pytest.raises(CompileFailed):
        await outcome(engine, f"use std::{name};\n" + body("1"), {})
