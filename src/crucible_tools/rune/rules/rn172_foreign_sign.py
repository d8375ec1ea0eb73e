"""RN172: signs that look like those of Rune and are others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_SIGNS: Final = {
    "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u00d7": "*",
    "\u00f7": "/", "\u22c5": "*", "\u2227": "&&", "\u2228": "||", "\u00ac": "!", "\u2192": "->", "\u21d2": "=>",
    "\u2026": "...",
    # As they are as wide as Chinese and Japanese letters.
    "\uff08": "(", "\uff09": ")", "\uff1b": ";", "\uff0c": ",", "\uff1a": ":", "\uff5b": "{", "\uff5d": "}",
    "\uff3b": "[", "\uff3d": "]", "\uff1d": "=", "\uff0b": "+", "\uff0d": "-", "\uff0a": "*", "\uff0f": "/",
    "\uff1c": "<", "\uff1e": ">", "\uff01": "!", "\uff06": "&", "\uff5c": "|", "\uff0e": ".", "\uff1f": "?",
    "\uff03": "#", "\uff05": "%", "\u3001": ",",
    # Of no width at all.
    "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u200e": "", "\u200f": "", "\u00ad": "",
}  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds them outside of texts and comments."""
    yield from foreign_signs(script)


@remembered
def foreign_signs(script: Script) -> tuple[Finding, ...]:
    """What is found."""
    return tuple(_found(script))


def _found(script: Script) -> Iterator[Finding]:
    if script.compiles or script.text.isascii():
        return
    tokens = script.tree.tokens
    for i, kind in enumerate(tokens.kinds):
        sign = _SIGNS.get(tokens.texts[i]) if kind == "unknown" else None
        if sign is None:
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        code = f"U+{ord(tokens.texts[i]):04X}"
        if sign:
            message = f"`{tokens.texts[i]}` ({code}) is no sign of Rune: it writes `{sign}`"
            yield Finding("RN172", start, end, message, fix=Fix(True, f"Write `{sign}`", (Edit(start, end, sign),)))
        else:
            message = f"here stands a sign that nobody sees ({code})"
            yield Finding("RN172", start, end, message, fix=Fix(True, "Delete it", (Edit(start, end, ""),)))


RULE = Rule(
    code="RN172",
    name="foreign-sign",
    summary="`a \u2264 b`, `a \u2212 b`, `f\uff08x\uff09`, a sign without width: what looks right and is not.",
    why="Word processors, chats and keyboards of other scripts write signs that look like those of Rune, or cannot be "
    "seen at all.\n\nThe repair writes the signs that Rune knows, and deletes what has no width.",
    before="""\
pub async fn call(args) {
    args.a \u2264 3
}
""",
    after="""\
pub async fn call(args) {
    args.a <= 3
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
)
