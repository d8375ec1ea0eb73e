"""RN158: heads with types: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import any_fix, outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of Go",
        """\
func call(args map[string]any) any { 1 }
func f(a, b int, c *x.Y, d []string, e interface{}) (string, error) { 1 }
func g() map[string]interface{} { 1 }
func h(a [3]int) { 1 }
""",
        """\
fn call(args) { 1 }
fn f(a, b, c, d, e) { 1 }
fn g() { 1 }
fn h(a) { 1 }
""",
        (1, 2, 3, 4),
    ),
    Case(
        "of Java, C# and Dart",
        """\
public String call(String name) throws A, B { 1 }
private static int f(final int x, List<Map<String, Integer>> y, String[] z) { 1 }
public static async Task<string?> g(int? x) { 1 }
Future<String> h(Map x) async { 1 }
void i() { 1 }
""",
        """\
pub fn call(name) { 1 }
fn f(x, y, z) { 1 }
pub async fn g(x) { 1 }
async fn h(x) { 1 }
fn i() { 1 }
""",
        (1, 2, 3, 4, 5),
    ),
    Case(
        "only reported",
        "int f(int /* one */ x) { x }\n",
        None,
    ),
)

RUNE = (
    "func f(x) { x }\n",
    "func f(x ...int) { x }\n",
    "func (t *T) f(x int) { x }\n",
    "class A {\n    int f(int x) { return x; }\n}\n",
    "int x = f(1);\nstatic Y = 2;\n",
    "fn f(x: i64) -> i64 { x }\npub fn g(x) { x }\nstruct P { x }\nimpl P { fn h(self) { 1 } }\n",
    body("String s(int x) { 1 }"),
    body('"func f(a int) int {}"'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        "func call(args map[string]any) any {\n    return twice(args.a)\n}\n\nfunc twice(x int) int { return x * 2 }\n",
        2,
    ),
    ("public static int call(Map<String, Object> args) {\n    int x = args.a;\n    return x;\n}\n", 1),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN158", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN158") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source, accept=any_fix), ARGUMENTS) == result
