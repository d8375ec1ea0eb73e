"""Scripts: compiled, executed by their functions, revalidated, cached and deleted, by an id."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import (
    CompileFailed,
    EngineBusy,
    EngineClosed,
    RegistrationError,
    ScriptNotFound,
    ToolNotFound,
)
from crucible_tools.model.enums import SecurityLevel, StopReason
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.support import level, tool

MAIN = "pub fn main() { 1 }\npub fn add(args) { args.a + args.b }\npub mod report { pub fn make() { [2] } }"
BROKEN = "pub fn main() { let x = ; }"


async def test_a_compiled_script_is_executed_by_its_id_and_its_functions(engine: ScriptEngine) -> None:
    info = await engine.compile_script(MAIN, "sums")
    assert (info.valid, info.loaded, info.name, info.diagnostics) == (True, True, "sums", ())
    assert (await engine.execute_script(info.script_id)).result == 1
    result = await engine.execute_script(info.script_id, {"a": 1, "b": 2}, function="add")
    assert (result.result, result.tool_name) == (3, "sums")
    assert (await engine.execute_script(info.script_id, function="report::make")).result == [2]
    known = engine.get_script_info(info.script_id)
    assert known.calls == 3
    assert known.last_called is not None


async def test_a_function_that_a_script_does_not_have_is_an_error_of_the_call(engine: ScriptEngine) -> None:
    info = await engine.compile_script(MAIN)
    result = await engine.execute_script(info.script_id, function="missing")
    assert result.error is not None
    assert "missing" in result.error.message


async def test_the_same_source_under_the_same_name_is_one_script(engine: ScriptEngine) -> None:
    first, again = await engine.compile_script(MAIN, "a"), await engine.compile_script(MAIN, "a")
    other = await engine.compile_script(MAIN, "b")
    assert first.script_id == again.script_id != other.script_id
    assert [info.name for info in engine.list_scripts()] == ["a", "b"]


async def test_a_source_that_does_not_compile_is_kept_for_its_findings(engine: ScriptEngine) -> None:
    info = await engine.compile_script(BROKEN, "broken")
    assert not info.valid
    errors = engine.get_compilation_errors(info.script_id)
    assert errors[0].location is not None
    assert (errors[0].location.path, errors[0].location.line) == ("broken", 1)
    with pytest.raises(CompileFailed) as caught:
        await engine.execute_script(info.script_id)
    assert caught.value.diagnostics == info.diagnostics
    valid = await engine.compile_script(MAIN)
    assert engine.get_compilation_errors(valid.script_id) == ()


async def test_a_source_that_is_too_large_says_so() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_source_size=10)) as engine:
        info = await engine.compile_script(MAIN)
    assert not info.valid
    assert "the limit is 10" in info.message


async def test_a_file_is_compiled_under_its_name(engine: ScriptEngine, tmp_path: Path) -> None:
    path = tmp_path / "sums.rn"
    path.write_text(MAIN)
    info = await engine.compile_script_file(path)
    assert info.name == "sums.rn"
    assert (await engine.execute_script(info.script_id)).result == 1
    with pytest.raises(RegistrationError, match=r"missing\.rn"):
        await engine.compile_script_file(tmp_path / "missing.rn")
    path.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(RegistrationError, match="UTF-8"):
        await engine.compile_script_file(path)


async def test_a_source_is_compiled_once_however_many_first_calls_it_has(engine: ScriptEngine) -> None:
    results = await asyncio.gather(*(engine.execute_script_source(MAIN) for _ in range(5)))
    assert [result.result for result in results] == [1] * 5
    assert len(engine.list_scripts()) == 1
    before = engine.get_cache_stats().misses
    await engine.execute_script_source(MAIN)
    assert engine.get_cache_stats().misses == before


async def test_a_source_that_does_not_compile_is_not_kept_when_it_is_executed(engine: ScriptEngine) -> None:
    with pytest.raises(CompileFailed):
        await engine.execute_script_source(BROKEN)
    assert engine.list_scripts() == []
    assert engine.instances == 0


async def test_scripts_that_are_executed_by_their_source_go_when_the_cache_lets_them_go() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_cache_size=3)) as engine:
        kept = await engine.compile_script(MAIN)
        for number in range(50):
            assert (await engine.execute_script_source(f"pub fn main() {{ {number} }}")).result == number
        assert len(engine.list_scripts()) <= 6
        assert engine.instances <= 3
        assert (await engine.execute_script(kept.script_id)).result == 1


async def test_a_cached_script_stays_until_it_is_deleted() -> None:
    async with ScriptEngine(ScriptEngineConfig(max_cache_size=2)) as engine:
        await engine.execute_script_source(MAIN)
        (info,) = engine.list_scripts()
        assert not info.kept
        assert (await engine.cache_script(info.script_id)).kept
        for number in range(10):
            await engine.execute_script_source(f"pub fn main() {{ {number} }}")
        assert (await engine.execute_script(info.script_id)).result == 1
        assert await engine.delete_script(info.script_id)
        assert not await engine.delete_script(info.script_id)
        with pytest.raises(ScriptNotFound):
            await engine.execute_script(info.script_id)


async def test_deleting_a_script_cancels_its_calls(engine: ScriptEngine) -> None:
    info = await engine.compile_script("pub fn main() { loop {} }")
    call = asyncio.create_task(engine.execute_script(info.script_id))
    async with asyncio.timeout(10):
        while not engine.list_executions():
            await asyncio.sleep(0)
    await engine.delete_script(info.script_id)
    result = await asyncio.wait_for(call, 10)
    assert result.error is not None
    assert result.error.kind == "cancelled"
    assert engine.instances == 0


async def test_revalidating_finds_out_whether_a_script_still_compiles() -> None:
    async with ScriptEngine() as engine:
        info = await engine.compile_script(MAIN)
        assert (await engine.revalidate_script(info.script_id)).valid
        await engine.update_config(max_source_size=10)
        again = await engine.revalidate_script(info.script_id)
        assert not again.valid
        assert "the limit is 10" in again.message
        with pytest.raises(ScriptNotFound):
            await engine.revalidate_script("script-0")


async def test_precompiling_loads_what_is_not_loaded_and_clearing_frees_it(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), "pub fn call(args) { 1 }")
    info = await engine.compile_script(MAIN)
    assert engine.clear_cache() == 2
    assert engine.instances == 0
    assert await engine.precompile() == 2
    assert await engine.precompile() == 0
    assert engine.clear_cache("tool") == 1
    assert engine.get_script_info(info.script_id).loaded
    assert await engine.precompile(["tool", info.script_id]) == 1
    misses = engine.get_cache_stats().misses
    assert (await engine.execute_tool("tool", {})).result == 1
    assert engine.get_cache_stats().misses == misses
    with pytest.raises(ToolNotFound):
        await engine.precompile(["missing"])


async def test_the_hit_rate_of_the_cache_is_that_of_the_calls(engine: ScriptEngine) -> None:
    await engine.register_tool(tool(), "pub fn call(args) { 1 }")
    engine.clear_cache()
    for _ in range(4):
        await engine.execute_tool("tool", {})
    stats = engine.get_execution_stats()
    assert (stats.cache.hits, stats.cache.misses, stats.cache.hit_rate) == (3, 1, 0.75)
    assert (stats.calls, stats.succeeded, stats.failed, stats.running, stats.waiting) == (4, 4, 0, 0, 0)
    assert stats.average_time.total_seconds() > 0
    assert engine.get_metrics().tools["tool"]["calls"] == 4
    engine.reset_metrics()
    assert engine.get_execution_stats().calls == 0


async def test_what_a_source_needs_is_compared_with_a_policy(engine: ScriptEngine) -> None:
    source = 'pub fn NAME() { "x" }\npub async fn call(args) { crucible::http_get("https://a.example").await }'
    found = await engine.validate_script_security(source)
    assert not found.allowed
    assert (found.capabilities, found.missing) == (("http",), ("http",))
    assert found.lowest_level is SecurityLevel.PRODUCTION
    production = Policy.for_level(SecurityLevel.PRODUCTION)
    assert (await engine.validate_script_security(source, policy=production)).allowed
    broken = await engine.validate_script_security(BROKEN)
    assert not broken.allowed
    assert broken.message


async def test_a_tool_gets_another_policy_and_gives_it_back(engine: ScriptEngine) -> None:
    source = 'pub fn call(args) { json::from_string("1") }'
    await engine.register_tool(tool(), source)
    assert engine.get_security_policy("tool") == engine.get_security_policy()
    denied = await engine.execute_tool("tool", {})
    await engine.set_security_policy(level("production"), "tool")
    allowed = await engine.execute_tool("tool", {})
    await engine.set_security_policy(None, "tool")
    again = await engine.execute_tool("tool", {})
    assert [each.success for each in (denied, allowed, again)] == [False, True, False]
    with pytest.raises(ToolNotFound):
        engine.get_security_policy("missing")


async def test_the_engines_policy_is_that_of_all_without_one_of_their_own(engine: ScriptEngine) -> None:
    source = 'pub fn call(args) { json::from_string("1") }'
    await engine.register_tool(tool("own"), source, policy=level("safe"))
    await engine.register_tool(tool("follows"), source)
    script = await engine.compile_script('pub fn main() { json::from_string("1") }')
    await engine.set_security_policy(level("production"))
    assert not (await engine.execute_tool("own", {})).success
    assert (await engine.execute_tool("follows", {})).success
    assert (await engine.execute_script(script.script_id)).success


async def test_a_deadline_includes_compiling() -> None:
    source = "pub fn main() { 1 }" + "".join(f"\nfn f{i}() {{ [{i}, {i}] }}" for i in range(3000))
    context = ToolExecutionContext(deadline=datetime.now(UTC) + timedelta(milliseconds=3))
    async with ScriptEngine() as engine:
        with pytest.raises(CompileFailed) as caught:
            await engine.execute_script_source(source, context=context)
        assert caught.value.reason is StopReason.TIMED_OUT
        assert engine.instances == 0
        assert engine.get_resource_usage().running_calls == 0


@pytest.mark.parametrize("waits", [False, True])
async def test_a_call_of_a_source_is_cancelled_while_it_is_compiled_or_waits_for_that(*, waits: bool) -> None:
    source = "pub fn main() { 1 }" + "".join(f"\nfn f{i}() {{ [{i}, {i}] }}" for i in range(3000))
    config = ScriptEngineConfig(max_concurrent_operations=1, policy=level("safe", compile_timeout_s=60.0))
    async with ScriptEngine(config) as engine:
        async with asyncio.timeout(60):
            first = asyncio.create_task(
                engine.execute_script_source(source, name="first", context=ToolExecutionContext(call_id="first"))
            )
            second = asyncio.create_task(
                engine.execute_script_source(source, name="second", context=ToolExecutionContext(call_id="second"))
            )
            while engine.list_executions() != ["first", "second"] or not engine.instances:
                await asyncio.sleep(0)
            assert engine.cancel_execution("second" if waits else "first")
            with pytest.raises(CompileFailed) as caught:
                await (second if waits else first)
            assert (await (first if waits else second)).result == 1
        assert caught.value.reason is StopReason.CANCELLED
        assert engine.list_executions() == []


async def test_compiling_scripts_is_bounded_as_calls_are() -> None:
    config = ScriptEngineConfig(max_concurrent_operations=1, max_queued_calls=1)
    async with ScriptEngine(config) as engine:
        sources = [f"pub fn main() {{ {n} }}" + "\nfn f() { [1] }" * 1 for n in range(4)]
        ends = await asyncio.gather(*(engine.compile_script(source) for source in sources), return_exceptions=True)
        assert engine.get_resource_usage().running_calls == 0
        assert len([end for end in ends if not isinstance(end, EngineBusy)]) >= 1
        assert all(isinstance(end, EngineBusy) or end.valid for end in ends)  # type: ignore[union-attr]


async def test_scripts_need_an_engine_that_runs() -> None:
    engine = ScriptEngine()
    for call in (engine.compile_script(MAIN), engine.execute_script_source(MAIN), engine.execute_script("x")):
        with pytest.raises(EngineClosed):
            await call
