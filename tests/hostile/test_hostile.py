"""Hostile scripts against the real engine: each is stopped for the right reason, and the engine goes on."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest
import pytest_asyncio

from crucible_tools import (
    CallRefused,
    CompileFailed,
    Policy,
    ScriptEngine,
    ScriptEngineConfig,
    SecurityLevel,
    StopReason,
    ToolDefinition,
)
from tests.hostile.case import Case, Limit
from tests.hostile.collection import COLLECTION
from tests.hostile.probe import probe

MIB = 2**20
MEMORY = 50 * MIB
TIGHT_S = 0.3
# A fifth of what the quickest of these cases takes on a fast machine: which limit ends a case is no matter of luck.
TIGHT_COMPILE_S = 0.02
# Not a limit of any case: it only keeps a broken engine from hanging the run.
GUARD_S = 120.0

TIME = {Limit.SCRIPT_TIME, Limit.NATIVE_TIME, Limit.CALLBACK_TIME, Limit.HOST_TIME}


def policy_of(case: Case) -> Policy:
    """50 MB, and 300 ms where time is what the case attacks; room in all limits that it does not attack."""
    room: dict[str, Any] = {"timeout_s": 60.0, "compile_timeout_s": 60.0}
    if case.limit in TIME:
        room = {"timeout_s": TIGHT_S, "compile_timeout_s": 60.0}
    elif case.limit is Limit.COMPILE_TIME:
        room = {"compile_timeout_s": TIGHT_COMPILE_S, "memory_bytes": 1024 * MIB}
    base = replace(
        Policy.for_level(SecurityLevel.SAFE),
        memory_bytes=MEMORY,
        capabilities=frozenset({"basic", "json", "probe"}),
    )
    return replace(base, **{**room, **case.policy})


@dataclass(frozen=True)
class Ending:
    """How a case ended, by what the engine says to its callers."""

    stage: str
    reason: StopReason
    message: str
    peak_memory: int
    result: Any = None


class Engines:
    """One engine a policy, each with a healthy tool, so that a case is judged by the limits that it attacks."""

    def __init__(self) -> None:
        self._engines: dict[str, ScriptEngine] = {}

    async def of(self, policy: Policy) -> ScriptEngine:
        key = repr(policy.to_json())
        if key not in self._engines:
            engine = ScriptEngine(ScriptEngineConfig(policy=policy), modules=[probe()])
            await engine.start()
            self._engines[key] = engine
            healthy = definition("healthy", "f")
            await engine.register_tool(healthy, "pub fn f(a) { 2 }", policy=Policy.for_level(SecurityLevel.SAFE))
        return self._engines[key]

    async def stop(self) -> None:
        for engine in self._engines.values():
            await engine.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engines() -> AsyncIterator[Engines]:
    engines = Engines()
    yield engines
    await engines.stop()


def definition(name: str, entry: str) -> ToolDefinition:
    return ToolDefinition(name=name, description="", input_schema={"type": "object"}, form="direct", entry=entry)


async def run(engine: ScriptEngine, case: Case) -> Ending:
    """Loads a case and, when it loads, calls it."""
    source = case.build()
    compiled = await engine.check_source(source, case.name)
    if not compiled.ok:
        with pytest.raises((CompileFailed, CallRefused)):
            await engine.register_tool(definition(case.name, case.entry), source)
        return Ending("compile", compiled.reason, compiled.message, compiled.memory_bytes)
    await engine.register_tool(definition(case.name, case.entry), source)
    answer = await engine.execute_tool(case.name, case.build_arguments())
    await engine.unregister_tool(case.name)
    reason = StopReason(answer.metadata["stop_reason"])
    message = answer.error.message if answer.error else ""
    return Ending("call", reason, message, answer.metadata["peak_memory_bytes"], answer.result)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", COLLECTION, ids=lambda case: case.name)
@pytest.mark.seed("overview.security")
async def test_a_hostile_script_is_stopped_and_the_engine_goes_on(engines: Engines, case: Case) -> None:
    policy = policy_of(case)
    engine = await engines.of(policy)
    async with asyncio.timeout(GUARD_S):
        ending = await run(engine, case)
        healthy = await engine.execute_tool("healthy", {})
    assert (ending.stage, ending.reason) in {(case.stage, reason) for reason in case.reasons}, ending
    assert ending.peak_memory <= policy.memory_bytes
    assert len(ending.message) <= 10_000
    if case.message is not None:
        assert case.message in ending.message
    if case.result is not None:
        assert ending.result == case.result
    assert healthy.result == 2


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", [case for case in COLLECTION if case.stage == "compile"], ids=lambda case: case.name)
async def test_a_hostile_source_is_read_or_refused_and_the_engine_goes_on(engines: Engines, case: Case) -> None:
    """Reading a folder compiles and describes whatever lies in it, under SAFE and its own limits."""
    engine = await engines.of(Policy.for_level(SecurityLevel.SAFE))
    async with asyncio.timeout(GUARD_S):
        inspection = await engine.inspect(case.build(), "hostile.rn")
        inspection.close()
        healthy = await engine.execute_tool("healthy", {})
    assert not inspection.compiles or case.limit is Limit.COMPILE_TIME
    assert healthy.result == 2


def test_the_collection_has_at_least_300_cases() -> None:
    assert len(COLLECTION) >= 300


def test_the_collection_hits_every_limit_at_least_twice() -> None:
    hits = Counter(case.limit for case in COLLECTION)
    assert [limit.name for limit in Limit if hits[limit] < 2] == []


def test_the_collection_has_no_two_cases_of_one_name() -> None:
    names = Counter(case.name for case in COLLECTION)
    assert [name for name, count in names.items() if count > 1] == []


def test_the_collection_only_sets_limits_that_a_policy_has() -> None:
    known = {field.name for field in fields(Policy)}
    assert [case.name for case in COLLECTION if not case.policy.keys() <= known] == []
