"""`crucible call --record`, `calls` and `replay`: recorded calls are listed, run again, compared and forgotten."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crucible_tools import ScriptEngine
from tests.cli.conftest import Crucible

BODY = """
    let now = crucible::time_now().await?;
    crucible::log_info("now");
    #{ name: args.name, year: crucible::time_format(now, "%Y").await? }
"""
SCHEMA = '#{ type: "object", properties: #{ name: #{ type: "string" }, token: #{ type: "string" } } }'


@pytest.fixture
def migrated(crucible: Crucible) -> Crucible:
    """A project with one migrated tool."""
    crucible.tool("clock", BODY, schema=SCHEMA)
    crucible.tool("other", "1")
    assert crucible("migrate", "--quiet").code == 0
    return crucible


def record(crucible: Crucible, *arguments: str) -> str:
    """The id of a call that is recorded now."""
    done = crucible("call", "clock", "-a", "name=Ada", "--record", *arguments)
    assert done.code == 0
    _, told, call_id = done.err.strip().rpartition("recorded: crucible replay ")
    assert told
    return call_id


def changed(crucible: Crucible, before: str, after: str) -> str:
    """The tool's source with a change, in a file of its own."""
    text = (crucible.root / "tools" / "clock.rn").read_text()
    assert before in text
    return str(crucible.write("changed.rn", text.replace(before, after)))


def test_a_recorded_call_is_listed_and_replayed(migrated: Crucible) -> None:
    call_id = record(migrated)
    listed = migrated("calls").out
    assert call_id in listed
    assert "finished" in listed
    done = migrated("replay", call_id)
    assert (done.code, done.err) == (0, "info: now\n")
    assert "the same result, 2 host calls answered from the record" in done.out
    document = migrated("replay", "last", "--format", "json").document
    assert document["same"] is True
    assert document["tool"] == "clock"
    assert document["result"]["result"]["name"] == "Ada"


def test_a_call_is_recorded_only_if_somebody_wants_it(migrated: Crucible) -> None:
    assert "recorded" not in migrated("call", "clock", "-a", "name=Ada").err
    assert migrated("calls", "--format", "json").document == []
    migrated.write("record.toml", "[record]\nenabled = true\n")
    call = ("call", "clock", "-a", "name=Ada", "--config", "record.toml", "--format", "json")
    assert migrated(*call).document["metadata"]["recorded"] is True
    assert "recorded" not in migrated(*call, "--no-record").document["metadata"]
    assert len(migrated("calls", "--format", "json").document) == 1


def test_a_failed_call_is_recorded_and_fails_again_the_same_way(migrated: Crucible) -> None:
    assert migrated("call", "clock", "--record").code == 1
    done = migrated("replay", "last")
    assert done.code == 0
    assert "the same end: script_error" in done.out


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ('"%Y"', '"%m"', "host call 2 is another one\n--- recorded\n+++ replayed\n crucible::time_format("),
        ("name: args.name", 'name: "Eve"', '-  "name": "Ada"'),
        ("crucible::log_info", "crucible::time_now().await?; crucible::log_info", "+crucible::time_now("),
        ("let now", "let = now", '+  "kind": "script"'),
    ],
)
def test_a_changed_script_shows_its_first_difference(migrated: Crucible, before: str, after: str, shown: str) -> None:
    call_id = record(migrated)
    done = migrated("replay", call_id, "--script", changed(migrated, before, after))
    assert done.code == 1
    assert shown in done.out
    assert f"the replay of {call_id} differs" in done.err


def test_a_changed_script_that_does_the_same_is_the_same(migrated: Crucible) -> None:
    record(migrated)
    assert migrated("replay", "last", "--script", changed(migrated, "args.name", "args[`name`]")).code == 0


def test_a_script_that_defines_other_tools_or_can_not_be_read_is_refused(migrated: Crucible) -> None:
    record(migrated)
    both = '#[tool(desc: "a")]\npub fn one(x) { x }\n#[tool(desc: "b")]\npub fn two(x) { x }\n'
    done = migrated("replay", "last", "--script", str(migrated.write("both.rn", both)))
    assert (done.code, "defines one, two, and no tool clock" in done.err) == (1, True)
    done = migrated("replay", "last", "--script", "nowhere.rn")
    assert (done.code, "Traceback" in done.err) == (2, False)


def test_secrets_are_not_in_the_state_and_the_replay_says_so(migrated: Crucible) -> None:
    record(migrated, "-a", "token=abcdefgh-secret")
    for file in (migrated.root / ".crucible").iterdir():
        assert b"abcdefgh-secret" not in file.read_bytes()
    done = migrated("replay", "last")
    assert done.code == 0
    assert "[redacted]" in done.err


def test_calls_are_forgotten_one_by_one_by_tool_or_all(migrated: Crucible) -> None:
    first, second = record(migrated), record(migrated)
    assert migrated("call", "other", "--record").code == 0
    assert migrated("calls", "--delete", first).out == "1 recorded call is forgotten\n"
    listed = migrated("calls", "clock", "--format", "json").document
    assert [call["call_id"] for call in listed] == [second]
    assert migrated("calls", "clock", "--purge", "--format", "json").document == {"deleted": 1}
    assert migrated("calls", "--limit", "5", "--format", "json").document[0]["tool"] == "other"
    assert migrated("calls", "clock", "--delete", second).code == 2
    assert migrated("calls", "--purge").out == "1 recorded call is forgotten\n"
    done = migrated("calls", "clock")
    assert (done.code, done.out) == (0, "")
    assert "no call of clock is recorded" in done.err


def test_a_call_that_is_not_recorded_is_an_error_that_names_near_ones(migrated: Crucible) -> None:
    assert migrated("replay", "last", "--format", "json").document["error"]["code"] == "call-not-found"
    call_id = record(migrated)
    done = migrated("replay", f"{call_id}x")
    assert done.code == 1
    assert call_id in done.err


def test_a_damaged_record_is_a_damaged_state(migrated: Crucible) -> None:
    record(migrated)
    connection = sqlite3.connect(migrated.root / ".crucible" / "crucible.db")
    connection.execute("UPDATE calls SET body = replace(body, 'Ada', 'Eve')")
    connection.commit()
    connection.close()
    done = migrated("replay", "last", "--format", "json")
    assert (done.code, done.document["error"]["code"]) == (5, "state-damaged")


def test_a_record_of_a_found_state_has_no_more_memory_and_time_than_safe(
    migrated: Crucible, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert migrated("migrate", "--level", "development", "--quiet", "--state", "dev").code == 0
    assert migrated("call", "other", "--state", "dev", "--record").code == 0
    Path("dev").rename("away")
    Path(".crucible").rename("old")
    Path("away").rename(".crucible")
    policies = []
    replay = ScriptEngine.replay

    async def seen(self: ScriptEngine, *arguments: object, **named: object) -> object:
        policies.append(named["policy"])
        return await replay(self, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ScriptEngine, "replay", seen)
    assert migrated("replay", "last").code == 0
    assert migrated("replay", "last", "--state", "./.crucible").code == 0
    found, named = policies
    assert (found.memory_bytes, found.timeout_s) == (50 << 20, 10.0)
    assert (named.memory_bytes, named.timeout_s) == (4 << 30, None)
