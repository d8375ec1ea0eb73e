"""What holds of every source, whatever is in it: sources are made from those of the corpus, by breaking them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import RepairMode
from crucible_tools.rune.check.comparing import Version, rehearse_repair
from crucible_tools.rune.check.examining import Examiner
from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.rules.registry import find
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.source import Source
from crucible_tools.rune.syntax.lexer import lex
from tests.engine.world import EXPECTED, World
from tests.rune.rules.support import any_fix, safe_only
from tests.rune.rules.test_idiom_cases import CASES
from tests.rune.support import CORPUS

# What people who thought of another language put between the tokens.
PIECES = [
    "mut ",
    "&",
    "?",
    ".unwrap()",
    ".await",
    "null",
    "()",
    " == ()",
    "{}",
    "[0]",
    ".len()",
    "+ 1",
    "\n",
    "//",
    "`",
    '"',
    "lambda x: ",
    " for x in y ",
    " if x else y ",
    "switch (x) { case 1: y; break; default: z }",
    "\nimport x\n",
    "new Map()",
    "\ndel x.y\n",
    "do { x } while (y);",
    '"""x"""',
    "[1:2]",
    " ??= ",
    ":\n",
    " is None",
    " instanceof Number ",
    "unless x ",
    " f(b: 1, a: 2) ",
    "async pub ",
    " = 1",
    " -> 1",
    "case 1: ",
    "\nstatic int f(int x) { x }\n",
    "\nfunc f(a map[string]any) any { a }\n",
    "\nenum E { A = 1 }\n",
    "\u201cx\u201d",
    "}",
    "{",
]


@cache
def sources() -> tuple[str, ...]:
    """Everything of the corpus that is UTF-8, broken and repaired, and both sides of the idioms."""
    found = [case[side] for case in CASES for side in ("before", "after")]
    for file in sorted((*CORPUS.rglob("*.rn"), *CORPUS.rglob("*.rune"))):
        text = file.read_bytes().decode("utf-8", "replace")
        if text.isprintable() or "\ufffd" not in text:
            found.append(text)
    return tuple(found)


def broken(chance: random.Random, text: str, most: int = 4) -> str:
    """A source with some of its tokens left out, doubled, exchanged, or with something between them."""
    parts = lex(text).all_texts
    for _ in range(chance.randint(1, most)):
        if len(parts) < 3:
            break
        at = chance.randrange(len(parts) - 1)
        match chance.randrange(4):
            case 0:
                del parts[at]
            case 1:
                parts.insert(at, parts[at])
            case 2:
                parts[at], parts[at + 1] = parts[at + 1], parts[at]
            case _:
                parts.insert(at, chance.choice(PIECES))
    return "".join(parts)


def a_source(seed: int) -> str:
    chance = random.Random(seed)
    return broken(chance, chance.choice(sources()))


@given(st.integers(0, 10**9))
def test_rules_never_raise_and_their_places_lie_in_the_text(seed: int) -> None:
    text = a_source(seed)
    for finding in find(Script(text)):
        assert 0 <= finding.start <= finding.end <= len(text)
        if finding.fix:
            ends = [edit.end for edit in finding.fix.edits]
            starts = [edit.start for edit in finding.fix.edits]
            assert all(start <= end <= len(text) for start, end in zip(starts, ends, strict=True))
            assert all(end <= start for end, start in zip(ends[:-1], starts[1:], strict=True))


@given(st.text())
def test_rules_take_any_text(text: str) -> None:
    find(Script(text))


@given(st.integers(0, 10**9), st.booleans())
def test_a_repaired_text_has_nothing_left_that_a_repair_could_mend(seed: int, unsafe: bool) -> None:
    text = a_source(seed)
    accept = any_fix if unsafe else safe_only
    made = repair(text, accept=accept)
    assert made.settled
    again = repair(made.text, accept=accept)
    assert again.text == made.text
    assert again.applied == ()


@given(st.integers(0, 10**9))
def test_a_repair_keeps_comments_and_line_ends(seed: int) -> None:
    text = a_source(seed).replace("\r\n", "\n").replace("\n", "\r\n")
    made = repair(text, accept=safe_only)
    assert made.text.count("\n") == made.text.count("\r\n")
    before, after = lex(text), lex(made.text)
    if before.cut is None:
        kept = {made.text[start:end].lstrip("/!* ") for start, end in after.comments}
        assert {text[start:end].lstrip("/!* ") for start, end in before.comments} <= kept


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    async with ScriptEngine(modules=World().modules()) as running:
        yield running


@cache
def misbehaving() -> tuple[str, ...]:
    """Sources that compile and do not do what is meant, or only sometimes."""
    idioms = [case["before"] for case in CASES if case["before_gives"]["kind"] != "compile"]
    files = [
        CORPUS / "legacy" / "tools" / entry["path"] for entry in EXPECTED["files"] if entry["validity"]["compiles"]
    ]
    return (*idioms, *(file.read_text(encoding="utf-8-sig") for file in files))


async def test_a_safe_repair_never_changes_what_a_call_that_worked_gave(engine: ScriptEngine, tmp_path: Path) -> None:
    file = DiscoveredFile(tmp_path / "tool.rn", tmp_path, "tool.rn")
    examiner = Examiner(engine, RepairMode.SAFE, capability_of=engine.capability_of)
    repaired, worse = 0, list[str]()
    for seed in range(300):
        chance = random.Random(seed)
        text = chance.choice(misbehaving())
        text = broken(chance, text, most=1) if seed % 2 else text
        file.path.write_bytes(text.encode())
        examination = await examiner.examine(file)
        if examination.mended is None or not examination.report.compiles:
            continue
        repaired += 1
        assert isinstance(examination.report.source, Source)
        before = Version(examination.report.source.text, examination.report.tools)
        after = Version(examination.mended.repaired.text, examination.mended.report.tools)
        comparison = await rehearse_repair(engine, "tool.rn", before, after)
        worse += [f"seed {seed}: {pair}" for pair in comparison.violations]
    assert repaired > 60
    assert worse == []
