"""Anybody may have written the state that a record comes out of: whatever it says, its replay comes to an end."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import CrucibleError
from crucible_tools.model.calls import Answer, CallRecord, HostCallRecord, Program
from crucible_tools.model.enums import StopReason
from tests.engine.support import level, tool

SOURCE = """
pub async fn call(args) {
    let a = db::q(args.n).await;
    let b = crucible::time_now().await?;
    #{ a, b }
}
"""
MODULE = {"path": "db", "functions": [{"name": "q", "params": 1, "awaited": True, "gives_result": False}]}


def recorded() -> CallRecord:
    """A record as a call leaves it; its digests are those of the arguments."""
    program = Program(
        definition=tool(), source=SOURCE, policy=level("development", timeout_s=5.0), modules=(MODULE,), engine="e"
    )
    asked = HostCallRecord(
        function="db::q",
        arguments="[1]",
        digest=sha256(b"[1]").hexdigest(),
        answer=Answer.VALUE,
        text='{"x":[1,2]}',
    )
    return CallRecord(
        call_id="c",
        program=program,
        at=datetime(2026, 11, 24, tzinfo=UTC),
        seconds=0.1,
        arguments='{"n":1}',
        stop_reason=StopReason.FINISHED,
        result="1",
        host_calls=(asked,),
    )


async def replay_all(records: list[CallRecord]) -> list[Any]:
    async with ScriptEngine() as engine:
        ended = [await _ended(engine, record) for record in records]
        assert engine.instances == 0
    return ended


async def _ended(engine: ScriptEngine, record: CallRecord) -> Any:
    try:
        return (await engine.replay(record)).to_json()
    except CrucibleError as error:
        return error.to_json()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEPT = ("host_calls", "arguments", "result", "error", "stop_reason", "metadata", "logs", "program")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


@settings(max_examples=10)
@given(st.data())
def test_records_that_were_changed_by_hand_are_refused_or_replayed_to_an_end(data: st.DataObject) -> None:
    records: list[CallRecord] = []
    for _ in range(20):
        written = json.loads(json.dumps(recorded().to_json()))
        ways = [place for place in places(written) if place and place[0] in KEPT and place[-1] != "timeout_s"]
        path = data.draw(st.sampled_from(ways))
        inner: Any = written
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = data.draw(JSON)
        try:
            records.append(CallRecord.from_json(json.loads(json.dumps(written))))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    for ended in asyncio.run(replay_all(records)):
        json.dumps(ended)


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": Answer.STOPPED, "reason": StopReason.TIMED_OUT, "text": ""},
        {"answer": Answer.STOPPED, "reason": StopReason.DENIED, "details": {"reason": 1, "message": 2, "self": 3}},
        {"answer": Answer.VALUE, "text": "[" * 200 + "]" * 200},
        {"answer": Answer.VALUE, "text": "123456789012345678901234567890"},
        {"answer": Answer.VALUE, "text": '"\\ud800"'},
        {"answer": Answer.ERROR, "text": ""},
        {"answer": Answer.REFUSED, "text": ""},
        {"answer": Answer.RAISED, "text": "x" * 100_000},
        {"answer": Answer.NONE},
    ],
)
@pytest.mark.parametrize("timeout_s", [None, 5.0])
async def test_answers_that_no_function_gives_end_the_replay_as_a_call_ends(
    changed: dict[str, Any], timeout_s: float | None
) -> None:
    record = recorded()
    policy = level("development", timeout_s=timeout_s)
    asked = replace(record.host_calls[0], **changed)
    async with ScriptEngine() as engine:
        replay = await engine.replay(replace(record, host_calls=(asked,)), policy=policy)
        assert engine.instances == 0
    assert replay.host_calls == 1
    assert replay.result.error is not None or replay.differences
    json.dumps(replay.to_json())
