"""Sources, readers and the corpus for the tests of reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.rune.discovery import DiscoveredFile, discover
from crucible_tools.rune.reader import read_file
from crucible_tools.rune.report import FailedTool, SourceReport

CORPUS = Path(__file__).parent.parent / "corpus"
TOOLS = CORPUS / "legacy" / "tools"
EXPECTED: dict[str, Any] = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))


def database() -> HostModule:
    """The application's own module that some tools of the corpus use; it answers nothing."""
    module = HostModule("db", capability="db")

    @module.function(params={"sql": "string", "params": "array"})
    def query(sql: str, params: list[Any]) -> list[Any]:
        return []

    @module.function(params={"sql": "string"})
    def query_simple(sql: str) -> list[Any]:
        return []

    assert query, query_simple
    return module


async def read(engine: ScriptEngine, folder: Path, text: str, path: str = "tool.rn", **options: Any) -> SourceReport:
    """Writes a source into a folder and reads it."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return await read_file(DiscoveredFile(file, folder, path), engine, **options)


async def failure(engine: ScriptEngine, folder: Path, text: str, path: str = "tool.rn") -> FailedTool:
    """Writes and reads a source whose one tool fails."""
    report = await read(engine, folder, text, path)
    assert report.tools == ()
    [failed] = report.failed
    return failed


def corpus_files(root: Path) -> dict[str, DiscoveredFile]:
    """The sources of a folder by their paths."""
    return {file.relative: file for file in discover(root)}


def within(wanted: Any, given: Any) -> bool:
    """Whether `given` says all that `wanted` says: objects may have more, `required` is a set."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(
            key in given and (set(value) == set(given[key]) if key == "required" else within(value, given[key]))
            for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        same_length = isinstance(given, list) and len(wanted) == len(given)
        return same_length and all(within(a, b) for a, b in zip(wanted, given, strict=True))
    return wanted == given
