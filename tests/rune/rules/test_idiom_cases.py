"""Every idiom of the corpus: found in what people write, repaired, and not found in what is right."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.registry import HostModule
from crucible_tools.rune.rules.registry import by_code
from tests.rune.rules.support import any_fix, found, outcome, repaired, safe_only
from tests.rune.support import CORPUS

CASES: list[dict[str, Any]] = json.loads((CORPUS / "idiom-cases.json").read_text(encoding="utf-8"))


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """An engine whose git tells that the work tree is clean."""
    shell = HostModule("shell", capability="process")

    def execute(program: str, arguments: list[Any], options: dict[str, Any]) -> dict[str, Any]:
        return {"stdout": "clean", "stderr": "", "exit_code": 0}

    params = {"program": "any", "arguments": "any", "options": "any"}
    shell.add("exec", execute, params=params, gives="result", capability="process")
    async with ScriptEngine(modules=[shell]) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_an_idiom_is_found_in_what_people_write(case: dict[str, Any]) -> None:
    assert case["id"] in {item.code for item in found(case["before"])}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_nothing_is_found_in_what_is_right(case: dict[str, Any]) -> None:
    assert found(case["after"]) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
async def test_what_a_repair_makes_of_an_idiom_gives_what_was_meant(engine: ScriptEngine, case: dict[str, Any]) -> None:
    accept = safe_only if case["class"] == "safe" else any_fix
    text = repaired(case["before"], accept=accept)
    given = await outcome(engine, text, case["args"], entry=case["entry"], positional=case.get("positional", ()))
    assert given == case["after_gives"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_an_idiom_that_is_unsafe_to_repair_is_left_alone_without_permission(case: dict[str, Any]) -> None:
    if case["class"] == "unsafe":
        assert case["id"] in {item.code for item in found(repaired(case["before"]))}
    else:
        assert case["id"] not in {item.code for item in found(repaired(case["before"]))}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_idiom_has_a_rule_of_its_name(case: dict[str, Any]) -> None:
    assert case["id"] in by_code()
