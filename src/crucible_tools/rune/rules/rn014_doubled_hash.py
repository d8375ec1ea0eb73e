"""RN014: `##[test]`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Attribute


def check(script: Script) -> Iterator[Finding]:
    """Finds attributes that begin with more than one `#`."""
    tokens = script.tree.tokens
    for attribute in script.tree.of(Attribute):
        if attribute.hashes < 2:
            continue
        start, last = script.start(attribute), attribute.first + attribute.hashes - 1
        fix = Fix(True, "Delete the `#` too many", (Edit(start, tokens.starts[last], ""),))
        message = f"an attribute begins with one `#`: `#[{attribute.name}]`"
        yield Finding("RN014", start, tokens.ends[last], message, fix=fix)


RULE = Rule(
    code="RN014",
    name="doubled-hash",
    summary="`##[test]`: an attribute begins with one `#`.",
    why="A second `#` ends the parse of the file. The repair deletes it.",
    before="""\
pub async fn call(args) {
    args.a
}

##[test]
fn one_is_one() {
    assert_eq!(1, 1);
}
""",
    after="""\
pub async fn call(args) {
    args.a
}

#[test]
fn one_is_one() {
    assert_eq!(1, 1);
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("##",),
)
