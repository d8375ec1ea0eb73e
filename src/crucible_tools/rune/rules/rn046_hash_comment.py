"""RN046: `#` comments."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.hash_comments import hash_comments
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds comments as Python and shells have them."""
    for start, end in hash_comments(script):
        fix = Fix(True, "Write `//`", (Edit(start, end, "//"),))
        yield Finding("RN046", start, end, "a comment of Rune begins with `//`", fix=fix)


RULE = Rule(
    code="RN046",
    name="hash-comment",
    summary="`# text`: a comment begins with `//` in Rune.",
    why="""\
`#` announces an attribute (`#[test]`) or an object (`#{`).

The repair writes `//`. Where the comment had quotes in it, what stands behind it may have been misread; it is looked
at again.
""",
    before="""\
pub async fn call(args) {
    # one more
    args.a + 1
}
""",
    after="""\
pub async fn call(args) {
    // one more
    args.a + 1
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("#",),
)
