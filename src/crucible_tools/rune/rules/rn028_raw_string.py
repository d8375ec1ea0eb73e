"""RN028: raw strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_RAW: Final = re.compile(r'(b?)r(#*)"(.*)"\2', re.DOTALL)


def check(script: Script) -> Iterator[Finding]:
    """Finds `r".."`, `r#".."#` and `br".."`."""
    tokens = script.tree.tokens
    for i, kind in enumerate(tokens.kinds):
        if kind != "rawstring":
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        raw = _RAW.fullmatch(tokens.texts[i])
        opening = start + tokens.texts[i].index('"') + 1
        message = "there are no raw strings in Rune"
        if raw is None:
            yield Finding("RN028", start, opening, message, hint="nothing closes this one")
            continue
        inner = raw[3].replace("\\", "\\\\").replace('"', '\\"')
        fix = Fix(True, "Write an ordinary string", (Edit(start, end, f'{raw[1]}"{inner}"'),))
        yield Finding("RN028", start, opening, message, fix=fix)


RULE = Rule(
    code="RN028",
    name="raw-string",
    summary='`r"\\d+"`, `r#".."#`: Rune has no raw strings.',
    why="""\
Rune reads `r` as a variable and the string behind it as a second expression.

The repair writes an ordinary string with the same contents: each backslash is doubled, each quote gets one in front.
""",
    before="""\
pub async fn call(args) {
    regex::is_match(r"^\\d+$", args.a)
}
""",
    after="""\
pub async fn call(args) {
    regex::is_match("^\\\\d+$", args.a)
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=('r"', "r#"),
)
