"""The tree against Rune's own parser: what that takes is read completely, and its declarations are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.facts import read_facts
from crucible_tools.rune.syntax.parser import parse
from tests.rune.support import database
from tests.rune.syntax.snippets import FILES, STATEMENTS
from tests.rune.syntax.support import declared, described, unreadable

ROOT = Path(__file__).parent.parent.parent.parent
SOURCES = sorted(path for folder in ("tests", "examples", "bench") for path in (ROOT / folder).rglob("*.rn"))


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape").removeprefix("\ufeff")


@pytest.fixture(scope="module")
async def inspected() -> dict[str, dict[str, object]]:
    """What Rune says of all of these sources: whether it parses them, and their functions."""
    texts = [text_of(path) for path in SOURCES]
    texts += [*FILES.values(), *(f"pub fn main(a) {{ {text} }}" for text in STATEMENTS.values())]
    found: dict[str, dict[str, object]] = {}
    async with ScriptEngine(modules=[database()]) as engine:
        for text in texts:
            if not text.isprintable() and any("\udc80" <= sign <= "\udcff" for sign in text):
                continue  # no text that the engine would be given
            inspection = await engine.inspect(text, "source.rn")
            facts = read_facts(inspection.facts)
            inspection.close()
            found[text] = {"parsed": facts.parsed, "functions": described(facts), "error": facts.error}
    return found


def agree(text: str, inspected: dict[str, dict[str, object]]) -> None:
    tree = parse(text)
    assert unreadable(tree) == []
    assert declared(tree) == inspected[text]["functions"]


@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_statement_that_rune_takes_is_read_completely(
    name: str, inspected: dict[str, dict[str, object]]
) -> None:
    text = f"pub fn main(a) {{ {STATEMENTS[name]} }}"
    assert inspected[text]["parsed"], inspected[text]["error"]
    agree(text, inspected)


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_rune_takes_is_read_completely(name: str, inspected: dict[str, dict[str, object]]) -> None:
    assert inspected[FILES[name]]["parsed"], inspected[FILES[name]]["error"]
    agree(FILES[name], inspected)


async def test_every_valid_source_of_the_repository_is_read_completely(
    inspected: dict[str, dict[str, object]],
) -> None:
    valid = [text for text in map(text_of, SOURCES) if text in inspected and inspected[text]["parsed"]]
    assert len(valid) > 80
    for text in valid:
        agree(text, inspected)
