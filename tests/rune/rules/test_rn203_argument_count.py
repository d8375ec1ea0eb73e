"""RN203: the number of arguments of host functions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.runtime_cases import Case, check_case, findings, host

CASES = [
    Case('shell::exec("git", [args.a])?.stdout', 'shell::exec("git", [args.a], #{})?.stdout', "git s", {"a": "s"}),
    Case(
        'shell::exec(\n        "git",\n        [args.a],\n    )?.stdout',
        'shell::exec(\n        "git",\n        [args.a], #{}\n    )?.stdout',
        "git s",
        {"a": "s"},
    ),
    Case(
        'use shell::exec;\npub fn call(args) {\n    exec("git", [args.a])?.stdout\n}\n',
        'use shell::exec;\npub fn call(args) {\n    exec("git", [args.a], #{})?.stdout\n}\n',
        "git s",
        {"a": "s"},
    ),
    Case('crucible::log_info("n = {}", args.n); 1', 'crucible::log_info(format!("n = {}", args.n)); 1', 1, {"n": 1}),
]

QUIET = [
    ('shell::exec("git", [], #{})', None),
    ('regex::is_match("a", "b")', None),
    ('exec("git", [])\n}\nfn exec(a, b) { 1', None),
    ('db::query("SELECT 1")', None),
    ("crucible::time_now().await?", None),
]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with host() as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_what_is_wrong_is_found_repaired_and_then_works(engine: ScriptEngine, case: Case) -> None:
    await check_case(engine, case, "RN203")


@pytest.mark.parametrize(("body", "schema"), QUIET, ids=[case[0][:60] for case in QUIET])
def test_what_is_right_is_left_alone(body: str, schema: dict[str, str] | None) -> None:
    assert findings(body, "RN203", schema) == []


def test_other_calls_are_told_what_the_parameters_are() -> None:
    found = findings('regex::is_match("a")', "RN203")
    assert [(item.message, item.fix) for item in found] == [
        ("`regex::is_match` takes 2 arguments (pattern, text), and gets 1", None)
    ]


def test_a_call_without_any_arguments_is_told() -> None:
    assert [item.message for item in findings("shell::exec()", "RN203")] == [
        "`shell::exec` takes 3 arguments (program, arguments, options), and gets none"
    ]
