"""Whole files as authors of other languages write them: repaired, each gives what its author meant.

A file of `authors/` holds sources one behind the other: `=== name mode`, lines `--- [tool] arguments => result`, and
the source. The mode says which repairs it takes; a `valid` one takes none, and nothing is found in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import RepairMode
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.check.examining import Examiner
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.inspection import WithoutApplication
from crucible_tools.rune.report import SourceReport
from tests.engine.support import level

FOLDER = Path(__file__).parent / "authors"
FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Call:
    """A call: the tool, the first one when None; its arguments; the result, or `FAILS`."""

    tool: str | None
    arguments: dict[str, Any]
    result: Any


@dataclass(frozen=True, slots=True)
class Written:
    """A source with what its calls give once it is repaired."""

    name: str
    mode: str
    calls: tuple[Call, ...]
    text: str


def written() -> Iterator[Written]:
    """All sources."""
    for path in sorted(FOLDER.glob("*.txt")):
        for part in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[1:]:
            head, _, text = part.partition("\n")
            name, _, mode = head.partition(" ")
            calls: list[Call] = []
            while text.startswith("--- "):
                line, _, text = text.partition("\n")
                calls.append(_call(line.removeprefix("--- ")))
            yield Written(f"{path.stem}-{name}", mode, tuple(calls), text)


def _call(line: str) -> Call:
    tool, brace, rest = line.partition("{")
    arguments, end = json.JSONDecoder().raw_decode(brace + rest)
    result = (brace + rest)[end:].removeprefix(" => ").strip()
    return Call(tool.strip() or None, arguments, FAILS if result == FAILS else json.loads(result))


SOURCES = tuple(written())

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)


async def given(engine: ScriptEngine, report: SourceReport, call: Call) -> Any:
    """What a call of a tool of a source gives."""
    assert report.source is not None
    tool = next(tool for tool in report.tools if call.tool in (None, tool.name))
    await engine.register_tool(replace(tool, name="tool"), report.source.text, policy=level("development"))
    result = await engine.execute_tool("tool", call.arguments)
    return result.result if result.success else FAILS


@each_source
async def test_it_gives_what_its_author_meant(engine: ScriptEngine, tmp_path: Path, source: Written) -> None:
    file = DiscoveredFile(tmp_path / "tool.rn", tmp_path, "tool.rn")
    file.path.write_text(source.text, encoding="utf-8", newline="")
    checker = Checker(WithoutApplication(engine), capability_of=engine.capability_of, rehearser=engine)
    findings = (await checker.check(file)).findings
    mode = RepairMode.UNSAFE if source.mode == "unsafe" else RepairMode.SAFE
    examiner = Examiner(engine, mode, capability_of=engine.capability_of, rehearser=engine)
    examination = await examiner.examine(file)
    if source.mode == "valid":
        assert [(item.finding.code, item.line) for item in findings] == []
        assert examination.mended is None
    else:
        assert findings
        assert "compile" not in {item.finding.code for item in findings}
        assert examination.mended is not None, examination.unmended
        file.path.write_text(examination.mended.repaired.text, encoding="utf-8", newline="")
        assert (await examiner.examine(file)).mended is None, "repairing is not idempotent"
    for call in source.calls:
        assert await given(engine, examination.final, call) == call.result


def test_the_sources_are_of_many_authors() -> None:
    assert len(SOURCES) > 150
    assert {source.mode for source in SOURCES} == {"safe", "unsafe", "valid"}
