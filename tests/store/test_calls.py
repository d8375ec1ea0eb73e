"""Recorded calls are kept as they were, for a bounded time, number and size; what is damaged is named."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_tools.config import RecordConfig
from crucible_tools.errors import CallNotFound, StateDamaged, StateLocked, UsageError
from crucible_tools.model.calls import Answer, CallRecord, Cut, HostCallRecord, Program
from crucible_tools.model.enums import SecurityLevel, StopReason
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.store.call_writer import CallWriter
from crucible_tools.store.calls import CallLog
from crucible_tools.store.place import resolve
from crucible_tools.store.state import State
from tests.on_server import execute
from tests.store.conftest import fill

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEEP = RecordConfig(enabled=True)


def program(name: str = "tool", source: str = "pub fn call(args) { 1 }") -> Program:
    return Program(
        definition=ToolDefinition(name=name, description="é", input_schema={}, form="direct", entry="call"),
        source=source,
        policy=Policy.for_level(SecurityLevel.DEVELOPMENT),
        modules=({"path": "db", "functions": [{"name": "q", "params": 1, "awaited": True, "gives_result": False}]},),
        routed=("json::parse",),
        engine="an engine",
        names=("pin",),
    )


def record(call_id: str, tool: str = "tool", at: datetime = NOON, **fields: Any) -> CallRecord:
    given: dict[str, Any] = {
        "arguments": '{"é":"\\u0000"}',
        "stop_reason": StopReason.FINISHED,
        "result": "1",
        "seconds": 0.5,
        **fields,
    }
    return CallRecord(call_id=call_id, program=program(tool), at=at, **given)


def whole() -> CallRecord:
    """A record that has everything."""
    answered = HostCallRecord(function="db::q", arguments="[1]", digest="x", answer=Answer.VALUE, text="2")
    denied = HostCallRecord(
        function="http::get", arguments="[]", digest="d", answer=Answer.STOPPED, reason=StopReason.DENIED,
        details={"capability": "http"}, seconds=0.25, redacted=True,
    )  # fmt: skip
    return record(
        "c-1",
        result=None,
        stop_reason=StopReason.DENIED,
        error={"kind": "denied", "message": "no", "data": None, "location": None},
        host_calls=(answered, denied),
        user="ada",
        context_ref="r",
        metadata={"page": [1]},
        logs=(("info", "é\x00"),),
        peak_memory_bytes=4096,
        cut=frozenset({Cut.RESULT}),
        redacted=True,
    )


@pytest.fixture
def log(state: State, folder: Path) -> Iterator[CallLog]:
    """The log of a state that exists."""
    fill(state)
    with CallLog(resolve(folder)) as opened:
        yield opened


def ids(log: CallLog, tool: str | None = None) -> list[str]:
    return [call.call_id for call in log.newest(tool)]


def test_a_record_is_read_as_it_was_kept(log: CallLog) -> None:
    assert log.append([whole()], KEEP, NOON) == 1
    found = log.find("c-1")
    assert found.to_json() == {
        "call_id": "c-1",
        "tool": "tool",
        "at": "2026-11-24T12:00:00+00:00",
        "stop_reason": "denied",
        "bytes": found.size,
    }
    assert log.load(found.number) == whole()
    assert log.count() == (1, found.size)


def test_what_was_called_is_kept_once_and_goes_with_its_last_call(log: CallLog, folder: Path) -> None:
    log.append([record("a"), record("b"), record("c", "other")], KEEP, NOON)
    assert execute(folder, "SELECT COUNT(*) FROM call_programs") == [(2,)]
    log.delete(log.find("a").number)
    assert execute(folder, "SELECT COUNT(*) FROM call_programs") == [(2,)]
    assert log.purge("tool") == 1
    assert execute(folder, "SELECT COUNT(*) FROM call_programs") == [(1,)]
    assert log.purge() == 1
    assert execute(folder, "SELECT COUNT(*) FROM call_programs") == [(0,)]


def test_calls_are_listed_newest_first_and_by_tool(log: CallLog) -> None:
    log.append([record("a"), record("b", "other"), record("c")], KEEP, NOON)
    assert ids(log) == ["c", "b", "a"]
    assert ids(log, "tool") == ["c", "a"]
    assert [call.call_id for call in log.newest(limit=1)] == ["c"]


def test_a_call_is_found_by_its_id_by_the_beginning_of_one_or_as_the_last(log: CallLog) -> None:
    with pytest.raises(CallNotFound):
        log.find("last")
    log.append([record("abc-1"), record("abd-1"), record("abc-1", result="2"), record("a%")], KEEP, NOON)
    assert log.load(log.find("abc-1").number).result == "2"
    assert log.find("abd").call_id == "abd-1"
    assert log.find("abc").call_id == "abc-1"
    assert log.find("last").call_id == "a%"
    assert log.find("a%").call_id == "a%"
    with pytest.raises(UsageError, match="2 recorded calls begin with 'ab': abc-1, abd-1"):
        log.find("ab")
    with pytest.raises(CallNotFound) as raised:
        log.find("abc-2")
    assert "abc-1" in raised.value.near
    with pytest.raises(CallNotFound):
        log.find("")


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        (RecordConfig(max_calls=2), ["d", "c"]),
        (RecordConfig(max_total_bytes=700), ["d", "c"]),
        (RecordConfig(max_total_bytes=1), ["d"]),
        (RecordConfig(keep_days=1.5), ["d", "c", "b"]),
        (RecordConfig(), ["d", "c", "b", "a"]),
    ],
)
def test_old_calls_are_forgotten_by_number_size_and_age(log: CallLog, keep: RecordConfig, left: list[str]) -> None:
    log.append([record("a", at=NOON - timedelta(days=2))], KEEP, NOON - timedelta(days=2))
    log.append([record(name) for name in "bc"], KEEP, NOON)
    log.append([record("d")], keep, NOON)
    assert 200 < log.newest()[0].size < 300
    assert ids(log) == left


def test_where_there_is_no_state_nothing_is_recorded_and_nothing_found(folder: Path) -> None:
    with CallLog(folder) as log:
        assert log.append([record("a")], KEEP) == 0
        assert (log.newest(), log.count(), log.purge()) == ([], (0, 0), 0)
        for wanted in ("last", "a"):
            with pytest.raises(CallNotFound):
                log.find(wanted)
    assert not folder.exists()


# Damage


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE calls SET body = '{'",
        "UPDATE calls SET body = 7",
        "UPDATE calls SET digest = 'x'",
        "UPDATE calls SET program = 'x'",
        "UPDATE call_programs SET content = '{}'",
        "UPDATE call_programs SET content = x'00'",
        "DELETE FROM call_programs",
        "UPDATE calls SET size = 'x'",
        "UPDATE calls SET at = 'noon'",
        "UPDATE calls SET outcome = x'00'",
        "UPDATE calls SET call_id = x'00'",
    ],
)
def test_a_damaged_record_is_named_and_no_traceback(log: CallLog, folder: Path, statement: str) -> None:
    log.append([whole()], KEEP, NOON)
    execute(folder, statement)
    with pytest.raises(StateDamaged):
        log.load(log.find("last").number)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


@settings(max_examples=100)
@given(st.data())
def test_whatever_a_record_says_it_is_read_or_refused(data: st.DataObject) -> None:
    written = json.loads(json.dumps(whole().to_json()))
    path = data.draw(st.sampled_from([path for path in paths(written) if path]))
    inner: Any = written
    for key in path[:-1]:
        inner = inner[key]
    if isinstance(inner, dict) and data.draw(st.booleans()):
        del inner[path[-1]]
    else:
        inner[path[-1]] = data.draw(JSON)
    try:
        read = CallRecord.from_json(json.loads(json.dumps(written)))
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    assert CallRecord.from_json(json.loads(json.dumps(read.to_json()))) is not None


def test_a_record_whose_grant_holds_no_texts_is_refused() -> None:
    written = json.loads(json.dumps(whole().to_json()))
    written["program"]["policy"]["programs"] = {"programs": [0, ""], "environment": []}
    with pytest.raises(TypeError, match="no list of texts"):
        CallRecord.from_json(written)


# The writer


def test_what_a_writer_takes_is_in_the_state_when_it_is_closed(log: CallLog) -> None:
    writer = CallWriter(log.place, KEEP)
    for number in range(250):
        writer.recorded(record(f"c-{number}", at=datetime.now(UTC)))
    writer.close()
    writer.close()
    assert (writer.written, writer.lost) == (250, 0)
    assert ids(log)[:2] == ["c-249", "c-248"]
    writer.recorded(record("late"))
    assert writer.lost == 1


def test_a_writer_of_a_state_that_does_not_exist_makes_none(folder: Path) -> None:
    writer = CallWriter(resolve(folder), KEEP)
    writer.recorded(record("a"))
    writer.close()
    assert (writer.written, writer.lost) == (0, 1)
    assert not folder.exists()


def test_what_can_not_be_written_is_counted_and_told(
    log: CallLog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def busy(*_: object) -> int:
        raise StateLocked("busy")

    monkeypatch.setattr(CallLog, "append", busy)
    writer = CallWriter(log.place, KEEP)
    writer.recorded(record("a"))
    writer.close()
    assert writer.lost == 1
    assert "1 calls could not be recorded: busy" in caplog.text


def test_a_writer_holds_a_bounded_number_and_counts_the_others(log: CallLog, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def wait(self: CallLog, records: list[CallRecord], *_: object) -> int:
        go.wait(60)
        return len(records)

    monkeypatch.setattr(CallLog, "append", wait)
    writer = CallWriter(log.place, KEEP)
    for _ in range(1200):
        writer.recorded(record("a"))
    large = replace(record("b"), result='"' + "x" * (40 << 20) + '"')
    writer.recorded(large)
    go.set()
    writer.close()
    assert writer.lost + writer.written == 1201
    assert 101 <= writer.lost <= 201
