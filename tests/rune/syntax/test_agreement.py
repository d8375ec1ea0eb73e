"""The tree against Rune's own parser: what that takes is read completely, and its declarations are the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.facts import ParseError, read_facts
from crucible_tools.rune.syntax.parser import parse
from tests.rune.support import database
from tests.rune.syntax.snippets import FILES, STATEMENTS
from tests.rune.syntax.support import declared, described, unreadable

ROOT = Path(__file__).parent.parent.parent.parent
SOURCES = sorted(path for folder in ("tests", "examples", "bench") for path in (ROOT / folder).rglob("*.rn"))


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What Rune says of a source."""

    parsed: bool
    error: ParseError | None
    functions: list[dict[str, object]]


async def inspect(texts: list[str]) -> dict[str, Inspected]:
    found: dict[str, Inspected] = {}
    async with ScriptEngine(modules=[database()]) as engine:
        for text in texts:
            inspection = await engine.inspect(text, "source.rn")
            facts = read_facts(inspection.facts)
            inspection.close()
            found[text] = Inspected(facts.parsed, facts.error, described(facts))
    return found


@pytest.fixture(scope="module")
def inspected() -> dict[str, Inspected]:
    """What Rune says of all sources of this file, asked in one engine."""
    snippets = [*FILES.values(), *map(in_function, STATEMENTS.values())]
    return asyncio.run(inspect([*snippets, *map(text_of, SOURCES)]))


def in_function(text: str) -> str:
    return f"pub fn main(a) {{ {text} }}"


def agree(text: str, inspected: dict[str, Inspected]) -> None:
    tree = parse(text)
    assert unreadable(tree) == []
    assert declared(tree) == inspected[text].functions


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_that_rune_takes_is_read_completely(name: str, inspected: dict[str, Inspected]) -> None:
    text = in_function(STATEMENTS[name])
    assert inspected[text].parsed, inspected[text].error
    agree(text, inspected)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_rune_takes_is_read_completely(name: str, inspected: dict[str, Inspected]) -> None:
    assert inspected[FILES[name]].parsed, inspected[FILES[name]].error
    agree(FILES[name], inspected)


def test_every_valid_source_of_the_repository_is_read_completely(
    inspected: dict[str, Inspected],
) -> None:
    valid = [text for text in map(text_of, SOURCES) if text in inspected and inspected[text].parsed]
    assert len(valid) > 80
    for text in valid:
        agree(text, inspected)
