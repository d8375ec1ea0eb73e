"""A thousand calls that wait for a server: no thread each, and all of them end."""

from __future__ import annotations

import asyncio
import threading

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from tests.engine.host.support import GET, http_policy, ok, serving
from tests.engine.support import tool

CALLS = 1000
# It only keeps a broken engine from hanging the run.
GUARD_S = 300.0


async def test_a_thousand_calls_that_wait_on_http_need_no_thousand_threads() -> None:
    arrived, all_there, go = 0, asyncio.Event(), asyncio.Event()

    async def answer(writer: asyncio.StreamWriter) -> None:
        nonlocal arrived
        arrived += 1
        if arrived == CALLS:
            all_there.set()
        await go.wait()
        writer.write(ok("x"))

    policy = http_policy("development", private={"127.0.0.1/32"}, timeout_s=GUARD_S)
    config = ScriptEngineConfig(max_concurrent_operations=CALLS)
    async with serving() as server, ScriptEngine(config) as engine:
        server.answers["/"] = answer
        await engine.register_tool(tool(), GET, policy=policy)
        calls = [asyncio.create_task(engine.execute_tool("tool", {"url": f"{server.url}/"})) for _ in range(CALLS)]
        async with asyncio.timeout(GUARD_S):
            await all_there.wait()
            threads = threading.active_count()
            go.set()
            results = await asyncio.gather(*calls)
    assert threads < 50
    assert [result.error for result in results if result.error] == []
