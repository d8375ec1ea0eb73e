"""RN181: comments that begin with two dashes."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.dash_comments import dash_comments
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `-- text`."""
    for start, _ in dash_comments(script):
        fix = Fix(True, "Write `//`", (Edit(start, start + 2, "//"),))
        yield Finding("RN181", start, start + 2, "a comment of Rune begins with `//`", fix=fix)


RULE = Rule(
    code="RN181",
    name="dash-comment",
    summary="`-- text`: a comment begins with `//`.",
    why="Lua and SQL begin a comment with two dashes: for Rune two signs of a number.\n\nThe repair writes `//`.",
    before="""\
-- Adds one.
pub fn call(args) {
    args.a + 1 -- more
}
""",
    after="""\
// Adds one.
pub fn call(args) {
    args.a + 1 // more
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("-- ",),
)
