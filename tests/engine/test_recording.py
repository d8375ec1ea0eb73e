"""A recorded call is run again exactly, without anything outside; what differs is found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import RecordConfig, ScriptEngineConfig, World
from crucible_tools.engine import HostModule, ScriptEngine, ToolFailure
from crucible_tools.errors import RecordIncomplete
from crucible_tools.model.calls import MARKER, Answer, CallRecord, Cut
from crucible_tools.model.enums import Isolation, SecurityLevel, StopReason
from crucible_tools.model.grants import HttpGrant, SecretHeader
from crucible_tools.model.replays import Replay, What
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.support import level, tool

UNORDERED = """
    let kept = std::collections::HashMap::new();
    let seen = std::collections::HashSet::new();
    for n in 0..20 { kept.insert(format!("k{n}"), n); seen.insert(n); }
    let order = [];
    for (name, n) in kept.iter() { order.push(name); }
    for n in seen.iter() { order.push(n); }
    order
"""


class Records:
    """Takes records."""

    def __init__(self) -> None:
        self.taken: list[CallRecord] = []

    def recorded(self, record: CallRecord) -> None:
        self.taken.append(record)

    @property
    def last(self) -> CallRecord:
        return self.taken[-1]


class Application:
    """Functions that tell when they are run: no replay may do that."""

    def __init__(self) -> None:
        self.runs: list[tuple[Any, ...]] = []
        self.waits = asyncio.Event()

    def module(self) -> HostModule:
        module = HostModule("app")
        numbers = count(1)

        @module.function(params={})
        def number() -> int:
            self.runs.append(("number",))
            return next(numbers)

        @module.function(params={"key": "any"}, awaited=True, gives="result")
        async def fetch(key: Any) -> Any:
            self.runs.append(("fetch", key))
            await asyncio.sleep(0)
            if key == "nothing":
                raise ToolFailure({"code": 404})
            return {"key": key, "text": "x" * 10, "access_token": "t0k3n-of-test"}

        @module.function(params={"text": "string"}, blocking=True)
        def block(text: str) -> str:
            self.runs.append(("block", text))
            return text.upper()

        @module.function(params={})
        def broken() -> None:
            self.runs.append(("broken",))
            raise ValueError("a bug of the application")

        @module.function(params={}, awaited=True)
        async def forever() -> None:
            self.runs.append(("forever",))
            self.waits.set()
            await asyncio.get_running_loop().create_future()

        return module


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
async def engine(application: Application, records: Records) -> AsyncIterator[ScriptEngine]:
    config = ScriptEngineConfig(
        security_level=SecurityLevel.DEVELOPMENT, record=RecordConfig(enabled=True, max_call_bytes=200_000)
    )
    async with ScriptEngine(config, modules=[application.module()], recorder=records) as running:
        yield running


def source(body: str) -> str:
    return f"pub async fn call(args) {{ {body} }}"


async def call(engine: ScriptEngine, body: str, arguments: dict[str, Any] | None = None, **limits: Any) -> Any:
    policy = level("development", **limits) if limits else None
    await engine.register_tool(tool(), source(body), policy=policy)
    return await engine.execute_tool("tool", arguments or {})


async def replayed(record: CallRecord, body: str | None = None, environment: dict[str, str] | None = None) -> Replay:
    """The replay of what is written of a record, in another engine, which has none of the functions."""
    read = CallRecord.from_json(json.loads(json.dumps(record.to_json())))
    assert read == record
    world = World(environment=environment or {})
    async with ScriptEngine(world=world) as other:
        return await other.replay(read, None if body is None else source(body))


async def test_a_call_is_run_again_from_its_record_and_no_function_is_run(
    engine: ScriptEngine, records: Records, application: Application
) -> None:
    body = """
        let number = app::number();
        let found = app::fetch(args.key).await?;
        let missing = app::fetch("nothing").await;
        println!("{}", crucible::time_now().await?);
        crucible::log_warn("seen");
        [number, found.text, app::block("a"), missing.is_err(), crucible::time_now().await?]
    """
    result = await call(engine, body, {"key": "k"})
    ran = list(application.runs)
    record = records.last

    replay = await replayed(record)

    assert replay.same
    assert not replay.engine_changed
    assert not replay.source_changed
    assert replay.result.result == result.result
    assert replay.result.metadata["logs"] == result.metadata["logs"]
    assert replay.result.metadata["peak_memory_bytes"] == record.peak_memory_bytes
    names = [function.function.rpartition("::")[2] for function in record.host_calls]
    assert names == ["number", "fetch", "fetch", "time_now", "block", "time_now"]
    assert replay.host_calls == 6
    assert application.runs == ran


async def test_what_a_script_makes_of_hash_maps_is_the_same_again_however_many_calls_there_were(
    engine: ScriptEngine, records: Records
) -> None:
    for _ in range(3):
        await call(engine, UNORDERED)
    assert len({record.result for record in records.taken}) == 1
    assert (await replayed(records.last)).same


@pytest.mark.parametrize("isolation", list(Isolation))
async def test_calls_of_one_tool_at_the_same_time_have_a_record_each(isolation: Isolation, records: Records) -> None:
    application = Application()
    config = ScriptEngineConfig(security_level="development", isolation=isolation, record=RecordConfig(enabled=True))
    async with ScriptEngine(config, modules=[application.module()], recorder=records) as engine:
        await engine.register_tool(tool(), source("let a = app::fetch(args.n).await?; [a.key, app::number()]"))
        made = await asyncio.gather(*(engine.execute_tool("tool", {"n": n}) for n in range(10)))
        assert engine.instances <= 1
    assert sorted(result.result[0] for result in made) == list(range(10))
    for record in records.taken:
        replay = await replayed(record)
        assert replay.same
        assert replay.result.result == json.loads(record.result or "")


async def test_host_calls_below_join_are_recorded_in_the_order_in_which_they_are_made(
    engine: ScriptEngine, records: Records, application: Application
) -> None:
    body = """
        let one = async |key| { let a = app::fetch(key).await?; let b = app::fetch([key]).await?; (a.key, b.key) };
        std::future::join([one(3), one(2), one(1)]).await
    """
    result = await call(engine, body)
    ran = list(application.runs)

    replay = await replayed(records.last)

    assert replay.same
    assert replay.host_calls == 6
    assert replay.result.result == result.result
    recorded = [json.loads(made.arguments)[0] for made in records.last.host_calls]
    assert recorded == [key for _, key in ran] == [run[1] for run in application.runs]


async def test_long_computing_calls_are_answered_on_a_workers_thread_too(
    engine: ScriptEngine, records: Records
) -> None:
    body = "let n = 0; for i in 0..600000 { n += i; } let a = app::number(); for i in 0..600000 { n += i; } [a, n]"
    await call(engine, body)
    assert (await replayed(records.last)).same


# Differences


async def test_a_changed_script_that_does_the_same_is_the_same(engine: ScriptEngine, records: Records) -> None:
    await call(engine, "let a = app::number(); a + 1")
    replay = await replayed(records.last, 'println!("new"); 1 + app::number()')
    assert replay.same
    assert replay.source_changed


@pytest.mark.parametrize(
    ("body", "what", "expected", "got"),
    [
        ('app::fetch("b").await?.text', What.HOST_CALL, 'app::fetch["a"]', 'app::fetch["b"]'),
        ("app::number()", What.HOST_CALL, 'app::fetch["a"]', "app::number[]"),
        ('app::fetch("a").await?; app::fetch("a").await?', What.UNRECORDED, None, 'app::fetch["a"]'),
        ('fs::read_to_string("/etc/passwd")', What.HOST_CALL, 'app::fetch["a"]', None),
        ('"xxxxxxxxxx"', What.LEFT, 'app::fetch["a"]', None),
        ('app::fetch("a").await?.key', What.RESULT, "xxxxxxxxxx", "a"),
        ('app::fetch("a").await?; panic!("no")', What.STOP_REASON, "xxxxxxxxxx", None),
        ("app::fetch(", What.COMPILE, None, None),
        ("app::fetch_all().await", What.COMPILE, None, None),
    ],
)
async def test_the_first_difference_of_a_changed_script_is_shown(
    engine: ScriptEngine, records: Records, application: Application, body: str, what: What, expected: Any, got: Any
) -> None:
    await call(engine, 'app::fetch("a").await?.text')
    ran = list(application.runs)

    replay = await replayed(records.last, body)

    first = replay.differences[0]
    assert first.what is what
    assert first.expected == expected
    assert got is None or first.got == got
    assert not replay.same
    assert application.runs == ran


async def test_another_error_is_a_difference_and_the_same_is_none(engine: ScriptEngine, records: Records) -> None:
    await call(engine, 'Err(#{ code: 1, why: app::block("x") })')
    assert records.last.stop_reason is StopReason.TOOL_ERROR
    assert (await replayed(records.last)).same
    assert (await replayed(records.last, 'let why = app::block("x"); Err(#{ why, code: 1 })')).same
    changed = await replayed(records.last, 'Err(#{ code: 2, why: app::block("x") })')
    assert [difference.what for difference in changed.differences] == [What.ERROR]


async def test_arguments_that_a_changed_tool_does_not_take_are_a_difference(
    engine: ScriptEngine, records: Records
) -> None:
    await call(engine, "args.n", {"n": 1})
    schema = {"type": "object", "properties": {"n": {"type": "string"}}}
    replay = await engine.replay(records.last, source("args.n + 1"), tool(input_schema=schema))
    assert [difference.what for difference in replay.differences] == [What.ARGUMENTS]


# How calls end


@pytest.mark.parametrize(
    ("body", "limits", "reason"),
    [
        ('panic!("no")', {}, StopReason.SCRIPT_ERROR),
        ('app::block(1)', {}, StopReason.SCRIPT_ERROR),
        ('loop { app::number(); }', {"max_host_calls": 20}, StopReason.LIMIT),
        ('app::fetch("x" ).await?; app::block(args.long)', {"max_host_call_bytes": 100}, StopReason.LIMIT),
        ('fs::read_to_string("x")', {"capabilities": frozenset({"basic"})}, StopReason.DENIED),
        ('http::get("http://127.0.0.1:1/").await', {"http": HttpGrant()}, StopReason.DENIED),
        ("let a = []; loop { a.push(app::number()); a.extend(a.clone()); }", {"memory_bytes": 8 << 20},
         StopReason.OUT_OF_MEMORY),
        ("0.0 / 0.0", {}, StopReason.BAD_VALUE),
        ("app::number(); loop {}", {"timeout_s": 0.05}, StopReason.TIMED_OUT),
        ("app::number(); app::forever().await", {"timeout_s": 0.05}, StopReason.TIMED_OUT),
    ],
)  # fmt: skip
async def test_every_end_of_a_call_comes_again(
    engine: ScriptEngine, records: Records, application: Application, body: str, limits: Any, reason: StopReason
) -> None:
    result = await call(engine, body, {"long": "x" * 200}, **limits)
    assert result.metadata["stop_reason"] == reason
    ran = list(application.runs)

    replay = await replayed(records.last)

    assert replay.differences == ()
    assert replay.result.metadata["stop_reason"] == reason
    assert replay.result.error is not None
    if reason is not StopReason.TIMED_OUT:
        assert replay.result.error.message == result.error.message
        assert replay.result.error.data == result.error.data
    assert application.runs == ran


async def test_an_exception_of_the_application_ends_the_replay_as_it_ended_the_call(
    engine: ScriptEngine, records: Records
) -> None:
    with pytest.raises(ValueError, match="a bug"):
        await call(engine, "app::broken()")
    assert records.last.host_calls[0].answer is Answer.RAISED
    replay = await replayed(records.last)
    assert replay.result.error is not None
    assert replay.result.error.kind == "crashed"
    assert "ValueError" in replay.result.error.message


async def test_a_call_that_was_cancelled_in_a_host_call_ends_there_again(
    engine: ScriptEngine, records: Records, application: Application
) -> None:
    await engine.register_tool(tool(), source("app::number(); app::forever().await; 1"))
    task = asyncio.create_task(engine.execute_tool("tool", {}, ToolExecutionContext(call_id="mine")))
    await application.waits.wait()
    engine.cancel_execution("mine")
    assert (await task).metadata["stop_reason"] == "cancelled"
    assert records.last.host_calls[1].answer is Answer.NONE
    replay = await replayed(records.last)
    assert replay.same
    assert replay.result.metadata["stop_reason"] == "cancelled"


async def test_a_call_whose_caller_went_away_is_recorded(
    engine: ScriptEngine, records: Records, application: Application
) -> None:
    await engine.register_tool(tool(), source("app::forever().await"))
    task = asyncio.create_task(engine.execute_tool("tool", {}))
    await application.waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert records.last.stop_reason is StopReason.CANCELLED
    assert (await replayed(records.last)).same


async def test_a_call_that_never_ran_has_no_record(engine: ScriptEngine, records: Records) -> None:
    schema = {"type": "object", "required": ["n"]}
    await engine.register_tool(tool(input_schema=schema), source("1"))
    assert (await engine.execute_tool("tool", {})).error is not None
    assert records.taken == []


# What is recorded


async def test_recording_is_off_unless_it_is_configured_and_somebody_takes_the_records(records: Records) -> None:
    async with ScriptEngine(recorder=records) as engine:
        await call(engine, "1")
        assert records.taken == []
        await engine.update_config(record={"enabled": True})
        await call(engine, "2")
        await engine.update_config(record=RecordConfig())
        await call(engine, "3")
    assert [record.result for record in records.taken] == ["2"]


async def test_a_record_says_what_was_called_by_whom_and_how_it_went(engine: ScriptEngine, records: Records) -> None:
    await engine.register_tool(tool(version="2.1.0"), source('println!("a"); args.n'))
    context = ToolExecutionContext(call_id="c-1", user="ada", context_ref="r", metadata={"page": 1, "odd": {1}})
    await engine.execute_tool("tool", {"n": 7}, context)
    record = records.last
    assert (record.call_id, record.tool, record.user, record.context_ref) == ("c-1", "tool", "ada", "r")
    assert record.metadata == {"page": 1, "odd": "{1}"}
    assert (record.arguments, record.result, record.logs) == ('{"n":7}', "7", (("print", "a\n"),))
    assert record.program.definition.version == "2.1.0"
    assert record.program.source == source('println!("a"); args.n')
    assert record.peak_memory_bytes > 0
    assert record.cut == frozenset()


async def test_functions_of_scripts_are_recorded_too(engine: ScriptEngine, records: Records) -> None:
    await engine.execute_script_source("pub fn main() { app::number() } pub fn double(args) { args.n * 2 }")
    assert (await replayed(records.last)).result.result == 1
    await engine.execute_script_source("pub fn double(args) { args.n * 2 }", {"n": 4}, function="double")
    assert (await replayed(records.last)).result.result == 8


async def test_a_function_that_answers_after_its_call_is_over_changes_no_record(records: Records) -> None:
    module, go = HostModule("app"), asyncio.Event()

    @module.function(params={}, awaited=True)
    async def deaf() -> str:
        while True:
            try:
                await go.wait()
            except asyncio.CancelledError:
                continue
            return "late"

    config = ScriptEngineConfig(security_level="development", record=RecordConfig(enabled=True))
    async with ScriptEngine(config, modules=[module], recorder=records) as engine:
        await call(engine, "app::deaf().await", timeout_s=0.05)
        go.set()
        await asyncio.sleep(0)
    assert records.last.host_calls[0].answer is Answer.NONE


async def test_a_record_is_capped_and_says_what_it_lacks(engine: ScriptEngine, records: Records) -> None:
    await call(engine, "args.long", {"long": "x" * 300_000})
    assert records.last.arguments is None
    assert records.last.cut == {Cut.ARGUMENTS, Cut.RESULT}
    with pytest.raises(RecordIncomplete):
        await replayed(records.last)

    await call(engine, 'let all = ""; for i in 0..300000 { all += "x"; } all')
    assert records.last.cut == {Cut.RESULT}
    assert (await replayed(records.last)).same

    await call(engine, "for i in 0..30 { app::block(args.long); } 1", {"long": "x" * 10_000})
    record = records.last
    assert record.cut == {Cut.HOST_CALLS}
    assert len(json.dumps(record.body())) < 210_000
    replay = await replayed(record)
    assert [difference.what for difference in replay.differences] == [What.CUT]
    assert replay.host_calls == len(record.host_calls) < 30


async def test_long_arguments_of_host_calls_are_compared_though_only_their_digest_is_kept(
    engine: ScriptEngine, records: Records
) -> None:
    body = 'app::fetch([args.long, "{end}"]).await.is_ok()'
    await call(engine, body.replace("{end}", "a"), {"long": "x" * 60_000})
    await call(engine, body.replace("{end}", "b" * 10_000), {"long": "x" * 60_000})
    long = records.last
    assert long.host_calls[0].arguments == ""
    assert (await replayed(long)).same
    changed = await replayed(long, body.replace("{end}", "c" * 10_000))
    assert [difference.what for difference in changed.differences] == [What.HOST_CALL]


# Secrets


async def test_secrets_are_in_no_record_and_a_replay_is_given_markers(records: Records) -> None:
    application = Application()
    header = SecretHeader("api.example.com", "X-Key", "API_KEY_OF_TEST")
    policy = level("development", http=HttpGrant(headers=(header,)))
    config = ScriptEngineConfig(
        policy=policy, record=RecordConfig(enabled=True, redact=("pin*",), redact_prefixes=("sk-",))
    )
    environment = {"API_KEY_OF_TEST": "h34d3r"}
    body = """
        let found = app::fetch(#{ password: args.password, q: `key=1&token=${args.pincode}` }).await?;
        println!("{}", found.access_token);
        crucible::log_info(`Authorization: Bearer ${args.password}`);
        app::block(`${args.word} h34d3r`);
        #{ token: found.access_token, word: args.word }
    """
    async with ScriptEngine(
        config, modules=[application.module()], recorder=records, world=World(environment=environment)
    ) as engine:
        arguments = {"password": "p4ss-of-test", "pincode": "p1nc0de", "word": "sk-abc"}
        await engine.register_tool(tool(), source(body))
        context = ToolExecutionContext(metadata={"cookie": "c00k1e"})
        result = await engine.execute_tool("tool", arguments, context)
    assert result.success
    record = records.last
    written = json.dumps(record.to_json())
    for secret in ("p4ss-of-test", "p1nc0de", "sk-abc", "t0k3n-of-test", "h34d3r", "c00k1e"):
        assert secret not in written.replace(json.dumps(source(body)), ""), secret
    assert record.redacted

    replay = await replayed(record, environment=environment)
    assert replay.redacted
    assert replay.same
    assert replay.result.result == {"token": MARKER, "word": MARKER}


# The world


@pytest.fixture
def tripwire(tmp_path: Path) -> tuple[World, list[str]]:
    """A world that tells what is done in it."""
    touched: list[str] = []

    async def resolve(name: str, port: int) -> list[str]:
        touched.append(f"resolve {name}")
        return ["127.0.0.1"]

    async def connect(address: str, port: int) -> Any:
        touched.append(f"connect {address}")
        raise OSError("refused")

    def open_file(path: Any, *arguments: Any, **named: Any) -> int:
        touched.append(f"open {path}")
        raise FileNotFoundError(2, "gone", str(path))

    def folder() -> str:
        touched.append("folder")
        return str(tmp_path)

    return World(resolve=resolve, connect=connect, open=open_file, working_directory=folder), touched


async def test_a_replay_touches_nothing_though_its_policy_allows_everything(
    records: Records, tripwire: tuple[World, list[str]], tmp_path: Path
) -> None:
    world, touched = tripwire
    ran = tmp_path / "ran"
    body = f"""
        let a = http::get("http://example.com/").await;
        let b = fs::read_to_string("/etc/hostname");
        let c = fs::write_file("{tmp_path}/new", "x");
        let d = shell::exec("touch", ["{ran}"], #{{}});
        let e = crucible::file_exists("/etc").await;
        [a.is_ok(), b.is_ok(), c.is_ok(), d.is_ok()]
    """
    config = ScriptEngineConfig(security_level="development", record=RecordConfig(enabled=True))
    heard: list[Any] = []

    class Effects:
        def effect(self, effect: Any) -> None:
            heard.append(effect)

    async with ScriptEngine(config, recorder=records, world=world, effects=Effects()) as engine:
        await call(engine, body)
        assert {line.split()[0] for line in touched} >= {"resolve", "connect", "open", "folder"}
        assert heard
        touched.clear()
        heard.clear()
        ran.unlink(missing_ok=True)

        same = await engine.replay(records.last)
        changed = await engine.replay(records.last, source(body.replace("example.com", "example.org")))

        assert same.differences == ()
        assert same.host_calls == 5
        assert [difference.what for difference in changed.differences] == [What.HOST_CALL]
        assert touched == []
        assert heard == []
        assert not ran.exists()
        assert engine.instances <= 1
