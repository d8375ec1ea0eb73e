"""RN046: `#` comments."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds comments as Python and shells have them."""
    tokens, text = script.tree.tokens, script.text
    for i, word in enumerate(tokens.texts):
        if word != "#" or (script.word(i - 1) == "#" and tokens.ends[i - 1] == tokens.starts[i]):
            continue
        last = i
        while script.word(last + 1) == "#" and tokens.ends[last] == tokens.starts[last + 1]:
            last += 1
        start, end = tokens.starts[i], tokens.ends[last]
        after = text[end : end + 1]
        alone = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        if (
            after in ("[", "{", "!")
            or script.word(last + 1) in ("[", "{")
            or not (after.isspace() or not after or alone)
        ):
            continue
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
