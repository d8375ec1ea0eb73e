"""Numbers by chance: within their bounds, from where the application says, and the same again in a replay."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.config import RecordConfig, ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.host.world import World
from crucible_tools.model.calls import CallRecord
from tests.engine.support import run, tool


class Records:
    def __init__(self) -> None:
        self.found: list[CallRecord] = []

    def recorded(self, record: CallRecord) -> None:
        self.found.append(record)


async def rolled(body: str, entropy: bytes) -> Any:
    world = World(entropy=lambda count: (entropy * count)[:count])
    async with ScriptEngine(world=world) as engine:
        return (await run(engine, f"pub fn call(args) {{ {body} }}")).result


@pytest.mark.parametrize(("entropy", "number"), [(b"\0", 0.0), (b"\x80" + b"\0" * 7, 0.5), (b"\xff", 1 - 2**-53)])
async def test_a_number_is_from_zero_to_below_one(entropy: bytes, number: float) -> None:
    assert await rolled("random::number()", entropy) == number


@pytest.mark.parametrize(
    ("low", "high"), [(1, 6), (-3, -3), (-(2**63), 2**63 - 1)], ids=["a die", "one choice", "all there are"]
)
async def test_an_integer_is_between_its_bounds(engine: ScriptEngine, low: int, high: int) -> None:
    source = "pub fn call(args) { let l = []; for _ in 0..50 { l.push(random::integer(args.low, args.high)?); } l }"
    found = (await run(engine, source, {"low": low, "high": high})).result
    assert len(found) == 50
    assert all(low <= number <= high for number in found)
    assert len(set(found)) > 1 or low == high


async def test_no_number_is_an_error_of_the_function(engine: ScriptEngine) -> None:
    result = await run(engine, "pub fn call(args) { random::integer(2, 1)?; 3 }")
    assert result.error is not None
    assert (result.error.kind, result.error.message) == ("tool", "random::integer: there is no number from 2 to 1")


async def test_a_source_may_have_a_module_of_the_same_name(engine: ScriptEngine) -> None:
    source = "mod random { pub fn number() { 7 } } pub fn call(args) { random::number() }"
    assert (await run(engine, source)).result == 7


async def test_a_replay_has_the_same_chance() -> None:
    records = Records()
    config = ScriptEngineConfig(record=RecordConfig(enabled=True))
    source = "pub fn call(args) { [random::number(), random::integer(1, 1000000)?] }"
    async with ScriptEngine(config, recorder=records) as engine:
        result = await run(engine, source)
        again = await engine.execute_tool(tool().name, {})
        replay = await engine.replay(records.found[0])
    assert replay.same
    assert replay.result.result == result.result
    assert again.result != result.result
