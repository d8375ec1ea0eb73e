"""RN019: a bare `$` in a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_PIECE: Final = re.compile(r"\\.|\$", re.DOTALL)


def check(script: Script) -> Iterator[Finding]:
    """Finds each `$` between backticks that neither begins `${` nor has a backslash in front."""
    tokens = script.tree.tokens
    for i, kind in enumerate(tokens.kinds):
        if kind != "text" or "$" not in tokens.texts[i]:
            continue
        for piece in _PIECE.finditer(tokens.texts[i]):
            if piece[0] == "$":
                at = tokens.starts[i] + piece.start()
                fix = Fix(True, "Write `\\$`", (Edit(at, at, "\\"),))
                message = "in a template `$` must be followed by `{`, or have a backslash in front"
                yield Finding("RN019", at, at + 1, message, fix=fix)


RULE = Rule(
    code="RN019",
    name="bare-dollar",
    summary="`` `costs $5` ``, `` `$${price}` ``: between backticks a `$` must be followed by `{`.",
    why="""\
In a template, `$` announces `${..}`. One that means dollars needs a backslash: `\\$`.

The repair writes it. Ordinary strings in double quotes are left alone: `$` is a sign like any other there.
""",
    before="""\
pub async fn call(args) {
    `$${args.a}`
}
""",
    after="""\
pub async fn call(args) {
    `\\$${args.a}`
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("$",),
)
