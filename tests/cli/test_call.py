"""`crucible call`: every way to give arguments, every way to fail, and Ctrl-C."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from crucible_tools import ScriptEngine
from tests.cli.conftest import Crucible

SCHEMA = """#{
    type: "object",
    properties: #{ text: #{ type: "string" }, times: #{ type: "integer" }, deep: #{ type: "array", items: #{ type: "integer" } } },
    required: ["text"],
}"""  # noqa: E501


@pytest.fixture
def migrated(crucible: Crucible) -> Crucible:
    """A project with a few tools in service."""
    crucible.tool("echo", schema=SCHEMA)
    crucible.tool("hello", '"Hello"')
    crucible.tool("fail", 'Err(#{ message: "no such note", code: 7 })')
    crucible.tool("crash", "args.missing.field")
    crucible.tool("talk", 'crucible::log_warn("careful"); 1')
    crucible.tool("endless", "loop {}")
    assert crucible("migrate", "--validation", "skip").code == 0  # or `endless` would not be migrated
    return crucible


def test_a_result_is_printed_as_json(migrated: Crucible) -> None:
    done = migrated("call", "echo", "--args", '{"text": "ü"}')
    assert (done.code, done.document, done.err) == (0, {"text": "ü"}, "")


def test_a_text_is_printed_as_it_is(migrated: Crucible) -> None:
    assert migrated("call", "hello").out == "Hello\n"


def test_pairs_are_text_where_the_schema_says_text_and_json_elsewhere(migrated: Crucible) -> None:
    done = migrated("call", "echo", "-a", "text=5", "-a", "times=5", "-a", "deep=[1, 2]", "-a", "free=a=b")
    assert done.document == {"text": "5", "times": 5, "deep": [1, 2], "free": "a=b"}


def test_arguments_come_from_stdin(migrated: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "piped"}')))
    assert migrated("call", "echo", "--args", "-").document == {"text": "piped"}


def test_as_json_a_call_is_the_execution_result(migrated: Crucible) -> None:
    done = migrated("call", "echo", "--args", '{"text": "x"}', "--format", "json")
    assert done.code == 0
    assert done.document["success"] is True
    assert done.document["result"] == {"text": "x"}
    assert done.document["metadata"]["stop_reason"] == "finished"


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ('{"times": "x"}', {"$", "$.times"}),
        ('{"text": "t", "deep": [1, "two", 3, null]}', {"$.deep[1]", "$.deep[3]"}),
        ("[]", {"$"}),
    ],
)
def test_each_violation_of_the_schema_is_named_with_its_path(
    migrated: Crucible, arguments: str, paths: set[str]
) -> None:
    done = migrated("call", "echo", "--args", arguments, "--format", "json")
    assert done.code == 1
    assert done.document["error"]["kind"] == "invalid_arguments"
    if arguments != "[]":
        assert {violation["path"] for violation in done.document["error"]["data"]} == paths
        text = migrated("call", "echo", "--args", arguments)
        assert all(f"  {path}: " in text.err for path in paths)


@pytest.mark.parametrize("arguments", ["{", "nonsense", "", "\udcff"])
def test_arguments_that_are_no_json_are_refused(migrated: Crucible, arguments: str) -> None:
    done = migrated("call", "echo", "--args", arguments, "--format", "json")
    assert done.code == 1
    assert done.document["error"]["kind"] == "invalid_arguments"
    assert "no JSON" in done.document["error"]["message"]


@pytest.mark.parametrize("pairs", [["text"], ["=x"], ["text=a", "text=b"]])
def test_a_pair_that_is_none_is_wrong_usage(migrated: Crucible, pairs: list[str]) -> None:
    done = migrated("call", "echo", *[part for pair in pairs for part in ("-a", pair)])
    assert done.code == 2
    assert "error: -a" in done.err


def test_both_ways_to_give_arguments_at_once_are_wrong_usage(migrated: Crucible) -> None:
    assert migrated("call", "echo", "--args", "{}", "-a", "text=x").code == 2


def test_a_tools_own_error_ends_with_1_and_shows_its_data(migrated: Crucible) -> None:
    done = migrated("call", "fail")
    assert done.code == 1
    assert "error: no such note" in done.err
    assert '"code": 7' in done.err
    assert "crucible: the call of fail failed: tool" in done.err
    assert migrated("call", "fail", "--format", "json").document["error"]["data"]["code"] == 7


def test_a_script_that_stops_shows_where(migrated: Crucible) -> None:
    done = migrated("call", "crash")
    assert done.code == 1
    assert "args.missing.field" in done.err


def test_what_a_script_logs_goes_to_stderr_unless_quiet(migrated: Crucible) -> None:
    assert migrated("call", "talk").err == "warn: careful\n"
    assert migrated("call", "talk", "--quiet").err == ""


def test_an_unknown_tool_ends_with_1_and_near_names(migrated: Crucible) -> None:
    done = migrated("call", "ehco")
    assert (done.code, done.out) == (1, "")
    assert "did you mean 'echo'?" in done.err
    assert migrated("call", "ehco", "--format", "json").document["error"]["near"] == ["echo"]


def test_without_a_state_a_tool_is_unknown_and_the_hint_says_migrate(crucible: Crucible) -> None:
    done = crucible("call", "echo")
    assert done.code == 1
    assert "crucible migrate" in done.err
    assert not (crucible.root / ".crucible").exists()


def test_an_inactive_tool_is_refused_with_the_reason(migrated: Crucible) -> None:
    (migrated.root / "tools" / "echo.rn").unlink()
    migrated("migrate")
    done = migrated("call", "echo", "--format", "json")
    assert done.code == 1
    assert done.document["error"]["code"] == "tool-inactive"


@pytest.mark.parametrize("output", ["text", "json"])
def test_ctrl_c_during_a_call_stops_the_script_at_once_and_ends_with_130(
    migrated: Crucible, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    original = ScriptEngine.execute_tool

    async def interrupted_soon(self: ScriptEngine, *arguments: Any) -> Any:
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)
        return await original(self, *arguments)

    monkeypatch.setattr(ScriptEngine, "execute_tool", interrupted_soon)
    started = time.monotonic()
    done = migrated("call", "endless", "--format", output)
    assert done.code == 130
    assert time.monotonic() - started < 8, "SAFE itself would have stopped it after 10 s"
    if output == "json":
        assert done.document["success"] is False
        assert done.document["error"]["kind"] == "cancelled"
        assert done.document["tool_name"] == "endless"
    else:
        assert "interrupted" in done.err
    assert "Traceback" not in done.err


def test_a_call_imports_neither_the_database_layer_nor_the_models_nor_rich(migrated: Crucible) -> None:
    code = (
        "import sys\n"
        "from crucible_tools.cli.calling import run_call\n"
        "from crucible_tools.cli.terminal import Terminal\n"
        "from crucible_tools.operations.configuration import Flags\n"
        "run_call(Terminal(), Flags(), 'hello', text='{}', pairs=())\n"
        "print([name for name in ('sqlalchemy', 'pydantic', 'rich', 'filelock') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=migrated.root, timeout=120
    )
    assert done.stdout == "Hello\n[]\n"


@pytest.fixture
def powerful(crucible: Crucible) -> Crucible:
    """A project with a tool that may do more than SAFE."""
    crucible.tool("one", "1")
    done = crucible("migrate", "--level", "production")
    assert "crucible call --state ./.crucible" in done.err
    return crucible


def test_a_state_that_was_merely_found_raises_no_powers(powerful: Crucible) -> None:
    done = powerful("call", "one")
    assert (done.code, done.out) == (1, "")
    assert "migrated at PRODUCTION" in done.err
    assert "--state ./.crucible" in done.err
    assert powerful("call", "one", "--format", "json").document["error"]["code"] == "call-refused"
    powerful.write("crucible.toml", 'state = ".crucible"\n')
    assert powerful("call", "one").code == 1


def test_naming_the_state_is_trust(powerful: Crucible, monkeypatch: pytest.MonkeyPatch) -> None:
    assert powerful("call", "one", "--state", "./.crucible").out == "1\n"
    powerful.write("crucible.toml", 'state = ".crucible"\n')
    assert powerful("call", "one", "--config", "crucible.toml").out == "1\n"
    (powerful.root / "crucible.toml").unlink()
    monkeypatch.setenv("CRUCIBLE_STATE", ".crucible")
    assert powerful("call", "one").out == "1\n"


def test_a_custom_policy_above_safe_needs_trust_and_one_below_does_not(crucible: Crucible) -> None:
    crucible.tool("one", "1")
    toml = crucible.write("more.toml", "[policy]\nmemory_mb = 51\n")
    crucible("migrate", "--config", str(toml))
    assert crucible("call", "one").code == 1
    toml.write_text("[policy]\nmemory_mb = 49\n")
    crucible("migrate", "--config", str(toml))
    assert crucible("call", "one").code == 0
