"""RN901: a file that is not UTF-8."""

from __future__ import annotations

from crucible_tools.rune.rules.found_by_reading import found_by_reading
from crucible_tools.rune.rules.rule import Kind, Rule

RULE = Rule(
    code="RN901",
    name="not-utf8",
    summary="The bytes of the file are no UTF-8: it was saved as Latin-1, Windows-1252 or UTF-16.",
    why="A source must be UTF-8. Which encoding a file has is a guess, and a wrong one silently turns its texts into "
    "others, so nothing is converted. Save it as UTF-8, for example with `iconv -f latin1 -t utf-8 FILE`, and look at "
    "the result.",
    before="",
    after="",
    kind=Kind.FILE,
    fix="none",
    check=found_by_reading,
)
