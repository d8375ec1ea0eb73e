"""RN205: imports of modules under their own name."""

from __future__ import annotations

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import found, outcome, repaired

BODY = "pub async fn call(args) {\n    json::from_string(args.a)?.b\n}\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("use json;\n", ""),
        ("use ::json;\n", ""),
        ("use crate::json;\n", ""),
        ("use self::json;\n", ""),
        ("use {json, http};\n", ""),
        ("use json; // parses\n", "// parses\n"),
        ("use json::self;\n", ""),
        ("use json::{self};\n", ""),
        ("use json::{self, to_string};\n", "use json::{to_string};\n"),
        ("use json::{to_string, self};\n", "use json::{to_string};\n"),
        ("use crucible;\nuse crucible::log_info;\n", "use crucible::log_info;\n"),
    ],
)
async def test_it_is_deleted_and_the_source_runs(engine: ScriptEngine, written: str, meant: str) -> None:
    assert repaired(written + BODY) == meant + BODY
    assert await outcome(engine, meant + BODY, {"a": '{"b": 5}'}) == 5


@pytest.mark.parametrize(
    "source",
    [
        "use json::from_string;\n",
        "use crucible::{json, http};\n",
        "use json as j;\n",
        "use crucible::*;\n",
        "pub mod m {\n    use json;\n    pub async fn list(args) { json::from_string(args.a)? }\n}\n",
        "mod own { pub fn f() { 1 } }\nuse self::own::f;\n",
        "use std::collections::HashMap;\n",
    ],
)
def test_an_import_of_what_is_inside_a_module_is_none(source: str) -> None:
    assert found(source + BODY, "RN205") == []
