"""RN206: host functions that are awaited, and give their value at once."""

from __future__ import annotations

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import found, outcome, repaired


@pytest.mark.parametrize(
    ("written", "meant", "gives"),
    [
        ("json::from_string(args.a).await?", "json::from_string(args.a)?", 5),
        ('regex::is_match("5", args.a).await', 'regex::is_match("5", args.a)', True),
        ("crucible::log_info(args.a).await; 1", "crucible::log_info(args.a); 1", 1),
        ("(json::to_string(args.a)).await?", "(json::to_string(args.a))?", '"5"'),
        ("json::to_string(args.a)\n    .await?", "json::to_string(args.a)?", '"5"'),
    ],
)
async def test_the_await_is_deleted(engine: ScriptEngine, written: str, meant: str, gives: object) -> None:
    before, after = (f"pub async fn call(args) {{\n    {body}\n}}\n" for body in (written, meant))
    assert "INTO_FUTURE" in (await outcome(engine, before, {"a": "5"}))["error"]
    await engine.unregister_tool("tool")
    assert repaired(before) == after
    assert await outcome(engine, after, {"a": "5"}) == gives


@pytest.mark.parametrize(
    "body",
    [
        "crucible::time_now().await?",
        "http::get(args.u).await?",
        "db::query(args.q, []).await",
        "cru::mcp::a::b(args.q).await?",
        "own(args.a).await",
    ],
)
def test_what_waits_or_may_wait_is_awaited(body: str) -> None:
    assert found(f"pub async fn call(args) {{ {body} }}\nasync fn own(a) {{ a }}\n", "RN206") == []


def test_a_function_of_the_source_by_such_a_name_may_wait() -> None:
    text = "mod fs { pub async fn exists(p) { p } }\npub async fn call(args) { fs::exists(args.a).await }\n"
    assert found(text, "RN206") == []
