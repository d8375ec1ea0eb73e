"""The world of the corpus: what answers a script's host calls, and what a call must have come to."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from crucible_tools.engine import HostModule, ToolFailure
from crucible_tools.model.tools import ToolExecutionResult

CORPUS = Path(__file__).parent.parent / "corpus"
EXPECTED: dict[str, Any] = json.loads((CORPUS / "expected.json").read_text())
HOSTS: dict[str, Any] = json.loads((CORPUS / "hosts.json").read_text())["functions"]
OWN_WORK = re.compile(r"json::|regex::|crucible::(json_|string_|math_|validate_|log_)|http::Client")


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
