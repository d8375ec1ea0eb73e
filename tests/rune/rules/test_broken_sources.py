"""Whatever a source is, the rules look at it, and their repairs lie inside of it."""

from __future__ import annotations

import pytest

from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.registry import find
from crucible_tools.rune.rules.script import Script
from tests.rune.rules.support import any_fix
from tests.rune.support import CORPUS

PATHS = sorted(path for path in CORPUS.rglob("*.r*n*") if path.is_file())
PIECES = 6


def cut(text: str) -> list[str]:
    """A text that ends too early, begins too late, and lacks a piece in its middle, at several places."""
    step = max(1, len(text) // PIECES)
    places = range(step, len(text), step)
    return [part for at in places for part in (text[:at], text[at:], text[:at] + text[at + 7 :])]


@pytest.mark.parametrize("path", PATHS, ids=[str(path.relative_to(CORPUS)) for path in PATHS])
def test_a_broken_source_is_looked_at_and_its_repairs_lie_inside_of_it(path: object) -> None:
    data = (CORPUS / str(path)).read_bytes()
    for text in cut(data.decode("utf-8", errors="replace")):
        for finding in find(Script(text)):
            last = 0
            for edit in finding.fix.edits if finding.fix else ():
                assert last <= edit.start <= edit.end <= len(text), finding.code
                last = edit.end
            assert 0 <= finding.start <= finding.end <= len(text), finding.code
        assert repair(text, accept=any_fix).settled
