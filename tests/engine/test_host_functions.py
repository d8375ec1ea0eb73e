"""Modules that an application adds, and what the policy makes of calls to them."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine, ToolFailure
from crucible_tools.engine.host.effects import HostContext
from crucible_tools.errors import CompileFailed, RegistrationError
from tests.engine.support import level, run

DEVELOPMENT = level("development")


def database() -> HostModule:
    module = HostModule("db", capability="db")

    @module.function(params={"sql": "string", "params": "array"})
    async def query(sql: str, params: list[Any]) -> list[Any]:
        await asyncio.sleep(0)
        return [{"sql": sql, "params": params}]

    @module.function(params={"n": "integer"}, awaited=True, gives="result")
    def half(n: int) -> int:
        if n % 2:
            raise ToolFailure({"odd": n})
        return n // 2

    return module


async def test_a_script_calls_a_module_of_the_application() -> None:
    async with ScriptEngine(modules=[database()]) as engine:
        result = await run(engine, 'pub fn call(args) { db::query("select", [1, ()]) }', policy=DEVELOPMENT)
    assert result.result == [{"sql": "select", "params": [1, None]}]


async def test_an_awaited_result_function_gives_ok_and_err() -> None:
    source = "pub async fn call(args) { match db::half(args.n).await { Ok(h) => [h], Err(e) => e } }"
    async with ScriptEngine(modules=[database()]) as engine:
        assert (await run(engine, source, {"n": 4}, policy=DEVELOPMENT)).result == [2]
        assert (await run(engine, source, {"n": 3}, policy=DEVELOPMENT)).result == {"odd": 3}


async def test_a_policy_without_the_capability_stops_the_script() -> None:
    async with ScriptEngine(modules=[database()]) as engine:
        result = await run(engine, 'pub fn call(args) { db::query("x", []) }')
        assert result.error is not None
        assert result.error.kind == "denied"
        assert result.error.data == {"capability": "db", "function": "db::query"}
        again = await run(engine, "pub fn call(args) { 1 }")
    assert again.result == 1


async def test_a_custom_policy_may_add_the_capability_to_safe() -> None:
    policy = level("safe", capabilities=frozenset({"basic", "db"}))
    async with ScriptEngine(modules=[database()]) as engine:
        result = await run(engine, 'pub fn call(args) { db::query("x", []).len() }', policy=policy)
    assert result.result == 1


async def test_an_unknown_function_does_not_compile_and_is_named() -> None:
    async with ScriptEngine(modules=[database()]) as engine:
        with pytest.raises(CompileFailed, match="db::nope"):
            await run(engine, "pub fn call(args) { db::nope() }", policy=DEVELOPMENT)
        assert engine.missing_functions(["db::nope", "db::query", "crucible::read_note", "fs::exists"]) == (
            "crucible::read_note",
            "db::nope",
        )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("db::query(1, [])", "argument 1 (sql) must be of type string"),
        ('db::query("x", #{})', "argument 2 (params) must be of type array"),
        ('db::query("x", |x| x)', "argument 2 cannot be passed on"),
    ],
)
async def test_arguments_of_the_wrong_type_stop_the_script_and_name_the_argument(call: str, says: str) -> None:
    async with ScriptEngine(modules=[database()]) as engine:
        result = await run(engine, f"pub fn call(args) {{ {call} }}", policy=DEVELOPMENT)
    assert result.error is not None
    assert result.error.kind == "script"
    assert says in result.error.message


async def test_a_pure_function_of_a_module_that_the_policy_lacks_is_denied(engine: ScriptEngine) -> None:
    source = 'pub fn call(args) { json::from_string("[1]") }'
    denied = await run(engine, source)
    assert denied.error is not None
    assert (denied.error.kind, denied.error.data["capability"]) == ("denied", "json")
    allowed = await run(engine, source, policy=level("production"))
    assert allowed.result == [1]


async def test_an_application_replaces_a_function_that_the_guest_has() -> None:
    module = HostModule("oq", capability="json")
    module.add("query", lambda text, program: [text, program], params={"text": "any", "expression": "string"})
    async with ScriptEngine(modules=[module]) as engine:
        source = 'pub fn call(args) { oq::query("x", "keys") }'
        result = await run(engine, source, policy=level("production"))
    assert result.result == ["x", "keys"]


async def test_a_failure_of_a_plain_function_stops_the_script_with_its_words() -> None:
    module = HostModule("shop")

    @module.function(params={})
    def price() -> int:
        raise ToolFailure("no price today")

    async with ScriptEngine(modules=[module]) as engine:
        result = await run(engine, "pub fn call(args) { shop::price() }", policy=DEVELOPMENT)
    assert result.error is not None
    assert result.error.kind == "script"
    assert "shop::price: no price today" in result.error.message


async def test_an_exception_of_a_host_function_reaches_the_caller_and_the_engine_goes_on() -> None:
    module = HostModule("shop")

    @module.function(params={})
    def broken() -> int:
        raise ZeroDivisionError("a bug of the application's")

    async with ScriptEngine(modules=[module]) as engine:
        with pytest.raises(ZeroDivisionError):
            await run(engine, "pub fn call(args) { shop::broken() }", policy=DEVELOPMENT)
        assert (await run(engine, "pub fn call(args) { 1 }")).result == 1


async def test_ctrl_c_inside_of_a_host_function_is_not_swallowed() -> None:
    module = HostModule("shop")

    @module.function(params={})
    def interrupted() -> int:
        raise KeyboardInterrupt

    async with ScriptEngine(modules=[module]) as engine:
        with pytest.raises(KeyboardInterrupt):
            await run(engine, "pub fn call(args) { shop::interrupted() }", policy=DEVELOPMENT)


async def test_a_blocking_function_runs_on_a_thread_and_leaves_the_loop_alone() -> None:
    module = HostModule("shop")
    seen: list[str] = []

    @module.function(params={}, blocking=True)
    def slow() -> int:
        seen.append(threading.current_thread().name)
        return 3

    async with ScriptEngine(modules=[module]) as engine:
        result = await run(engine, "pub fn call(args) { shop::slow() }", policy=DEVELOPMENT)
    assert result.result == 3
    assert seen != [threading.main_thread().name]


async def test_host_calls_of_long_scripts_run_on_the_loops_own_thread() -> None:
    module = HostModule("shop")
    seen: set[str] = set()

    @module.function(params={})
    def where() -> None:
        seen.add(threading.current_thread().name)

    source = """
        pub fn call(args) {
            for i in 0..20 { let n = 0; for j in 0..100000 { n += j; } shop::where(); }
            true
        }
    """
    async with ScriptEngine(modules=[module]) as engine:
        result = await run(engine, source, policy=DEVELOPMENT)
    assert result.result is True
    assert seen == {threading.main_thread().name}


async def test_a_function_sees_the_context_of_its_caller_on_whatever_thread_it_runs() -> None:
    request: ContextVar[str] = ContextVar("request", default="nobody's")
    module = HostModule("shop")
    seen: dict[str, set[str]] = {}

    def note(kind: str) -> str:
        thread = threading.current_thread().name.partition("-worker")[0]
        seen.setdefault(kind, set()).add(f"{thread}: {request.get()}")
        return thread

    module.add("quick", lambda: note("quick"), params={}, inline=True)
    module.add("price", lambda: note("price"), params={}, pure=True, inline=True)
    module.add("plain", lambda: note("plain"), params={})
    module.add("blocking", lambda: bool(note("blocking")), params={}, blocking=True)
    # It goes on until a worker's thread has called each of those that may run there.
    source = """
        pub fn call(args) {
            while shop::quick() != "crucible" || shop::price() != "crucible" { }
            shop::plain();
            shop::blocking()
        }
    """
    async with ScriptEngine(modules=[module]) as engine:
        for name in ("first", "second"):
            seen.clear()
            request.set(name)
            assert (await run(engine, source, policy=DEVELOPMENT)).result is True
            assert {text.partition(": ")[2] for texts in seen.values() for text in texts} == {name}
            assert f"crucible: {name}" in seen["quick"]
            assert seen["plain"] == {f"MainThread: {name}"}


async def test_a_function_that_reports_effects_runs_on_the_loops_own_thread_though_it_is_safe_elsewhere() -> None:
    module = HostModule("shop")
    seen: set[str] = set()

    def where(context: HostContext) -> None:
        seen.add(threading.current_thread().name)
        context.allowed("the shop")

    module.add("where", where, params={}, inline=True, context=True)
    source = "pub fn call(args) { for i in 0..20 { let n = 0; for j in 0..100000 { n += j; } shop::where(); } true }"
    async with ScriptEngine(modules=[module]) as engine:
        assert (await run(engine, source, policy=DEVELOPMENT)).result is True
    assert seen == {threading.main_thread().name}


async def test_time_is_the_clocks_and_formats_are_utc_and_english() -> None:
    noon = datetime(2026, 3, 5, 12, 30, 7, tzinfo=UTC)
    source = """
        pub async fn call(args) {
            let now = crucible::time_now().await?;
            crucible::time_format(now, "%A %d %B %Y %H:%M:%S %F %%").await
        }
    """
    async with ScriptEngine(clock=lambda: noon) as engine:
        result = await run(engine, source)
    assert result.result == "Thursday 05 March 2026 12:30:07 2026-03-05 %"


async def test_an_unknown_time_directive_is_the_scripts_own_error(engine: ScriptEngine) -> None:
    source = 'pub async fn call(args) { crucible::time_format(0, "%999999999d").await }'
    result = await run(engine, source)
    assert result.error is not None
    assert (result.error.kind, result.error.data) == ("tool", "the time format has an unknown directive: %9")


async def test_names_and_formats_without_end_keep_nobody_waiting(engine: ScriptEngine) -> None:
    source = """
        pub async fn call(args) {
            [
                crucible::categorize_by_name(`${args.long}test`),
                crucible::categorize_by_name(`test ${args.long}`),
                crucible::time_format(0, args.long).await,
            ]
        }
    """
    result = await run(engine, source, {"long": "%Y " * 100_000})
    assert result.result[:2] == ["general", "testing"]
    assert "more than 4,096 characters" in str(result.result[2])


def test_a_name_is_registered_once_and_types_are_known() -> None:
    module = HostModule("shop")
    module.add("a", lambda: 1, params={})
    with pytest.raises(RegistrationError, match="registered already"):
        module.add("a", lambda: 1, params={})
    with pytest.raises(RegistrationError, match="is no type"):
        module.add("b", lambda x: x, params={"x": "text"})  # type: ignore[dict-item]
    with pytest.raises(RegistrationError, match="no module name"):
        HostModule("a b")
    with pytest.raises(RegistrationError, match="Rune's own"):
        HostModule("std::io")


def test_a_known_function_cannot_be_given_another_number_of_arguments() -> None:
    module = HostModule("fs")
    module.add("exists", lambda: True, params={})
    with pytest.raises(RegistrationError, match="takes 1 arguments in every script"):
        ScriptEngine(modules=[module])


async def test_an_object_with_an_asynchronous_call_is_awaited() -> None:
    class Price:
        async def __call__(self, n: int) -> int:
            await asyncio.sleep(0)
            return n + 1

    module = HostModule("shop")
    module.add("price", Price(), params={"n": "integer"})
    async with ScriptEngine(modules=[module]) as engine:
        assert (await run(engine, "pub fn call(args) { shop::price(1) }", policy=DEVELOPMENT)).result == 2


async def test_an_integer_that_scripts_cannot_hold_is_refused_in_a_reply_too() -> None:
    module = HostModule("shop")
    module.add("big", lambda: [2**70], params={})
    async with ScriptEngine(modules=[module]) as engine:
        result = await run(engine, "pub fn call(args) { shop::big() }", policy=DEVELOPMENT)
    assert result.error is not None
    assert "does not fit 64 bits" in result.error.message
