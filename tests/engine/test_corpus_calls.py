"""Every call of the corpus, on the real engine: what the script is given, what it asks the host for, what it gives.

Functions of the world (files, network, processes, a database) are answered by modules that this test registers
through the public API, with the replies that the call lists; pure functions do their own work.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine, ToolFailure
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolExecutionResult
from crucible_tools.rune.discovery import discover
from crucible_tools.rune.reader import read_file

CORPUS = Path(__file__).parent.parent / "corpus"
EXPECTED = json.loads((CORPUS / "expected.json").read_text())
HOSTS = json.loads((CORPUS / "hosts.json").read_text())["functions"]
OWN_WORK = re.compile(r"json::|regex::|crucible::(json_|string_|math_|validate_|log_)|http::Client")
FILES = [entry for entry in EXPECTED["files"] if entry.get("valid_as_is") and entry["kind"] == "tool"]


class World:
    """Answers host calls from the list of the call at hand, in its order, and compares what it is asked."""

    def __init__(self) -> None:
        self.expected: list[dict[str, Any]] = []
        self.wrong: list[str] = []

    def answer(self, name: str, arguments: list[Any]) -> Any:
        if not self.expected:
            self.wrong.append(f"unexpected {name}({arguments})")
            raise ToolFailure("unexpected")
        call = self.expected.pop(0)
        if (call["fn"], call["args"]) != (name, arguments):
            self.wrong.append(f"{name}({arguments}) instead of {call['fn']}({call['args']})")
        if "error" in call:
            raise ToolFailure(call["error"])
        return call["returns"]

    def modules(self) -> list[HostModule]:
        found: dict[str, HostModule] = {}
        for name, about in HOSTS.items():
            if OWN_WORK.match(name):
                continue
            path, _, last = name.rpartition("::")
            capability = about["module"].rpartition("::")[2]
            module = found.setdefault(path, HostModule(path, capability=capability))

            def call(*arguments: Any, _name: str = name) -> Any:
                return self.answer(_name, list(arguments))

            module.add(
                last,
                call,
                params=dict.fromkeys(about["args"], "any"),
                awaited=about["async"],
                gives=about["gives"],
                capability=capability,
            )
        return list(found.values())


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture
async def engine(world: World) -> AsyncIterator[ScriptEngine]:
    async with ScriptEngine(modules=world.modules()) as running:
        yield running


def told(result: ToolExecutionResult) -> dict[str, Any]:
    """A result in the words of expected.json."""
    if result.error is None:
        return {"result": result.result}
    kind = result.error.kind
    if kind == "tool":
        return {"error": {"kind": kind, "data": result.error.data}}
    return {"error": {"kind": kind, "message": re.sub(r"0x[0-9a-f]+", "…", result.error.message)}}


def check(call: dict[str, Any], result: ToolExecutionResult) -> None:
    expected = call.get("error")
    found = told(result)
    if expected is None:
        assert found == {"result": call["result"]}
    elif expected["kind"] == "tool":
        assert found == {"error": expected}
    else:
        assert found["error"]["kind"] == expected["kind"]
        assert expected.get("rune_says", "") in found["error"]["message"]
    logs = [[line["level"], line["text"]] for line in result.metadata.get("logs", []) if line["level"] != "print"]
    printed = "".join(line["text"] for line in result.metadata.get("logs", []) if line["level"] == "print")
    assert logs == call.get("logs", [])
    assert printed == call.get("stdout", "")


@pytest.mark.parametrize("entry", FILES, ids=[entry["path"] for entry in FILES])
async def test_every_call_gives_what_is_expected(engine: ScriptEngine, world: World, entry: dict[str, Any]) -> None:
    root = CORPUS / EXPECTED["root"]
    file = next(file for file in discover(root) if file.relative == entry["path"])
    report = await read_file(file, engine, capability_of=engine.capability_of)
    assert report.source is not None
    policy = Policy.for_level(SecurityLevel(entry["lowest_level"]))
    for definition in report.tools:
        await engine.register_tool(definition, report.source.text, policy=policy)
    assert entry["calls"]
    for call in entry["calls"]:
        world.expected, world.wrong = list(call.get("host", [])), []
        result = await engine.execute_tool(call["tool"], call["args"])
        check(call, result)
        assert world.wrong == []
        assert world.expected == []
