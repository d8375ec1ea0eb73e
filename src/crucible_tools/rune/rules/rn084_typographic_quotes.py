"""RN084: typographic quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_PAIR: Final = re.compile(
    r"[\u201c\u201d\u201e\u201f]([^\u201c\u201d\u201e\u201f\n]*)[\u201c\u201d]|[\u2018\u2019]([^\u2018\u2019\n]*)[\u2018\u2019]"
)


def check(script: Script) -> Iterator[Finding]:
    """Finds texts in quotes that a word processor made."""
    for start, end in typographic(script):
        inside = script.text[start + 1 : end - 1]
        message = "a string of Rune stands in straight quotes"
        fix = None
        if '"' not in inside and not inside.endswith("\\"):
            fix = Fix(True, "Write straight quotes", (Edit(start, start + 1, '"'), Edit(end - 1, end, '"')))
        yield Finding("RN084", start, end, message, fix=fix)


@remembered
def typographic(script: Script) -> tuple[tuple[int, int], ...]:
    """The extents of texts in typographic quotes, outside of strings and comments."""
    tokens = script.tree.tokens
    unknown = {start for start, kind in zip(tokens.starts, tokens.kinds, strict=True) if kind == "unknown"}
    if not unknown:
        return ()
    return tuple(match.span() for match in _PAIR.finditer(script.text) if match.start() in unknown)


RULE = Rule(
    code="RN084",
    name="typographic-quotes",
    summary="`\u201ctext\u201d`: a string stands in straight quotes.",
    why='Word processors and chats make typographic quotes of straight ones; Rune knows only `"`.\n\n'
    "The repair writes straight ones.",
    before="""\
pub async fn call(args) {
    let greeting = \u201chello\u201d;
    greeting
}
""",
    after="""\
pub async fn call(args) {
    let greeting = "hello";
    greeting
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("\u201c", "\u201d", "\u201e", "\u2018", "\u2019"),
)
