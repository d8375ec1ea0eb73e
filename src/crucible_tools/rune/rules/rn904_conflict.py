"""RN904: the markers of an unfinished merge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script

_MARKER: Final = re.compile(r"^(<{7}|={7}|>{7})(?=[ \r\n]|\Z)", re.MULTILINE)


def check(script: Script) -> Iterator[Finding]:
    """Finds where each side of a conflict begins and ends, if all three kinds of markers are there."""
    markers = list(_MARKER.finditer(script.text))
    if {marker[0][0] for marker in markers} != set("<=>"):
        return
    inside = _quoted(script)
    for marker in markers:
        if marker[0][0] == "=" or any(start <= marker.start() < end for start, end in inside):
            continue
        which = "begins" if marker[0][0] == "<" else "ends"
        message = f"an unfinished merge {which} here: the file holds both sides"
        yield Finding("RN904", marker.start(), marker.end(), message, hint="a person has to choose one side")


def _quoted(script: Script) -> list[tuple[int, int]]:
    """Where texts and comments over several lines stand."""
    tokens = script.tree.tokens
    texts = [
        (tokens.starts[i], tokens.ends[i])
        for i, kind in enumerate(tokens.kinds)
        if kind in ("string", "text", "rawstring") and "\n" in tokens.texts[i]
    ]
    return [*texts, *(span for span in tokens.comments if "\n" in script.text[span[0] : span[1]])]


RULE = Rule(
    code="RN904",
    name="conflict",
    summary="`<<<<<<<`, `=======`, `>>>>>>>`: the file holds both sides of an unfinished merge.",
    why="Version control put both sides into the file and left the choice to a person. Keep one side, or join the two, "
    "and delete the markers.",
    before="""\
pub async fn call(args) {
<<<<<<< HEAD
    args.week + 1
=======
    args.week
>>>>>>> trains
}
""",
    after="""\
pub async fn call(args) {
    args.week + 1
}
""",
    kind=Kind.SYNTAX,
    fix="none",
    check=check,
    words=("<<<<<<<",),
)
