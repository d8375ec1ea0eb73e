"""What host functions are told about the call that they serve, and who hears what they did."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import Effect, HostContext, HostModule, ScriptEngine, World
from crucible_tools.engine.host.effects import bounded
from crucible_tools.model.grants import ALL, FileGrant, HttpGrant
from crucible_tools.model.tools import ToolExecutionContext
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.rehearsal import Part
from tests.engine.host.support import GET, Heard, Net, http_policy, serving
from tests.engine.support import level, tool

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def shop(seen: list[HostContext]) -> HostModule:
    """A module whose functions ask who calls."""
    module = HostModule("shop")

    @module.function(params={"item": "string"}, context=True)
    async def buy(context: HostContext, item: str) -> str:
        seen.append(context)
        if item == "gun":
            raise context.denied(f"buy {item}", "this shop has none")
        context.allowed(f"buy {item}")
        return item

    @module.function(params={"item": "string"}, context=True)
    def price(context: HostContext, item: str) -> int:
        seen.append(context)
        return len(item)

    @module.function(params={"item": "string"}, context=True, blocking=True)
    def weigh(context: HostContext, item: str) -> int:
        seen.append(context)
        return len(item)

    return module


async def test_a_function_is_told_the_policy_and_the_call() -> None:
    seen: list[HostContext] = []
    heard = Heard()
    policy = level("development")
    context = ToolExecutionContext(call_id="c-1", user="ada", deadline=datetime.now(UTC) + timedelta(hours=1))
    source = 'pub fn call(args) { [shop::buy("pen"), shop::price("pen"), shop::weigh("pen")] }'
    async with ScriptEngine(modules=[shop(seen)], effects=heard, clock=lambda: NOON) as engine:
        await engine.register_tool(tool(), source, policy=policy)
        result = await engine.execute_tool("tool", {}, context)
    assert result.result == ["pen", 3, 3]
    assert [context.function for context in seen] == ["shop::buy", "shop::price", "shop::weigh"]
    told = seen[0]
    assert (told.policy, told.call.tool, told.call.call_id, told.call.user) == (policy, "tool", "c-1", "ada")
    assert 3500 < told.seconds_left(10_000) <= 3600
    assert told.seconds_left(5) == 5
    assert heard.effects == [Effect("tool", "c-1", "ada", "shop::buy", "shop", "buy pen", True, "", NOON)]


async def test_a_function_that_denies_stops_the_script_and_is_heard() -> None:
    heard = Heard()
    source = 'pub fn call(args) { shop::buy("gun") }'
    async with ScriptEngine(modules=[shop([])], effects=heard, clock=lambda: NOON) as engine:
        await engine.register_tool(tool(), source, policy=level("development"))
        result = await engine.execute_tool("tool", {}, ToolExecutionContext(call_id="c-2"))
    assert result.error is not None
    assert (result.error.kind, result.error.message) == ("denied", "shop::buy: this shop has none")
    assert result.error.data == {"capability": "shop", "function": "shop::buy", "target": "buy gun"}
    assert heard.effects == [
        Effect("tool", "c-2", None, "shop::buy", "shop", "buy gun", False, "this shop has none", NOON)
    ]


@pytest.mark.parametrize("long", ["", "let n = 0; for i in 0..300000 { n += i; }"])
async def test_a_missing_capability_is_heard_on_the_loops_own_thread(long: str) -> None:
    threads: list[threading.Thread] = []

    class Listener(Heard):
        def effect(self, effect: Effect) -> None:
            threads.append(threading.current_thread())
            super().effect(effect)

    heard = Listener()
    async with ScriptEngine(effects=heard) as engine:
        await engine.register_tool(tool(), f'pub fn call(args) {{ {long} fs::exists("x") }}', policy=level("safe"))
        result = await engine.execute_tool("tool", {}, ToolExecutionContext(call_id="c-3", user="ada"))
    assert result.error is not None
    assert result.error.kind == "denied"
    [effect] = heard.effects
    assert (effect.call_id, effect.user, effect.function, effect.capability) == ("c-3", "ada", "fs::exists", "file")
    assert (effect.allowed, effect.reason) == (False, "the policy does not have the capability file")
    assert threads == [threading.main_thread()]


async def test_a_rehearsal_does_nothing_outside_and_is_not_heard(tmp_path: Path) -> None:
    heard, seen = Heard(), list[HostContext]()
    net = Net()
    source = f"""
        pub async fn call(args) {{
            fs::write_file("{tmp_path}/made.txt", "x")?;
            shell::exec("touch", ["{tmp_path}/touched.txt"], #{{}})?;
            crucible::http_get("http://127.0.0.1:9/").await?;
            http::Client::new().get("http://127.0.0.1:9/").send().await?;
            shop::buy("pen")
        }}
    """
    async with ScriptEngine(modules=[shop(seen)], effects=heard, world=net.world()) as engine:
        rehearsal = await engine.rehearse(source, "tool.rn", [Part(tool(), (Variant({}, "0"),))])
    [trial] = rehearsal.trials
    assert trial.error is None, trial.error
    assert [effect.name for effect in trial.effects] == [
        "fs::write_file",
        "shell::exec",
        "crucible::http_get",
        "http::request",
        "shop::buy",
    ]
    assert trial.effects[-1].arguments == ("pen",)
    assert (list(tmp_path.iterdir()), net.connections, heard.effects, seen) == ([], [], [], [])


async def test_calls_that_wait_for_servers_need_no_threads() -> None:
    async with serving() as server, ScriptEngine(world=World()) as engine:
        server.silent.add("/")
        await engine.register_tool(tool(), GET, policy=http_policy("development", timeout_s=60.0))
        calls = [asyncio.create_task(engine.execute_tool("tool", {"url": server.url})) for _ in range(100)]
        while len(server.requests) < 100:
            await asyncio.sleep(0)
        assert threading.active_count() < 20
        for waiting in calls:
            waiting.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\nb\x1b[31m", "a\\x0ab\\x1b[31m"),
        ("\u202egnp.exe", "\\x202egnp.exe"),
        ("\ud800", "\\xd800"),
        ("x" * 301, "x" * 300 + "…"),
    ],
)
def test_what_scripts_say_is_bounded_and_printable(text: str, shown: str) -> None:
    assert bounded(text) == shown
    assert bounded(text).encode()


async def test_what_is_heard_of_a_request_has_no_query_and_no_password() -> None:
    heard = Heard()
    async with ScriptEngine(effects=heard, world=Net().world()) as engine:
        await engine.register_tool(tool(), GET, policy=level("production"))
        for url in ("http://10.0.0.1/path?token=hidden", "http://ada:hidden@10.0.0.1/?token=hidden"):
            result: Any = await engine.execute_tool("tool", {"url": url})
            assert "hidden" not in repr(result)
    assert [effect.target for effect in heard.effects] == ["GET http://10.0.0.1/path", "GET http://…@10.0.0.1/"]


async def test_a_denial_names_the_setting_that_would_allow_it(tmp_path: Path) -> None:
    policy = replace(
        level("production", capabilities=ALL),
        files=FileGrant(read=frozenset({str(tmp_path)})),
        http=HttpGrant(methods=ALL),
    )
    cases = {
        'crucible::http_get("http://a.test/").await': "http_hosts",
        'fs::read_to_string("/etc/passwd")': "read_folders",
        f'fs::read_to_string("{tmp_path}/../etc/passwd")': "read_folders",
        f'fs::write_file("{tmp_path}/x", "")': "write_folders",
        'shell::exec("git", [], #{})': "programs",
    }
    async with ScriptEngine(world=Net().world()) as engine:
        for call, setting in cases.items():
            await engine.register_tool(tool(), f"pub async fn call(args) {{ {call} }}", policy=policy)
            error = (await engine.execute_tool("tool", {})).error
            assert error is not None
            assert error.data["setting"] == setting
            assert error.message.endswith(f" in {setting}")
