"""RN176: `...` where code is left out."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.extents import begins_line, ends_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds lines of code with nothing but `...`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "..." or not begins_line(script, i) or not ends_line(script, i):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        fix = Fix(False, "Make a comment of it", (Edit(start, start, "// "),))
        message = "here code was left out: Rune reads `...` as a range without a beginning"
        yield Finding("RN176", start, end, message, hint="write what belongs here", fix=fix)


RULE = Rule(
    code="RN176",
    name="placeholder",
    summary="`...` on a line of its own: code that was left out.",
    why="""\
In explanations `...` stands for code that is not shown. Rune takes it for the beginning of a range, together with what
follows, and never gives what was meant.

The repair makes a comment of it. It is unsafe: what was left out nobody but its author knows.
""",
    before="""\
pub async fn call(args) {
    ...
    args.a
}
""",
    after="""\
pub async fn call(args) {
    // ...
    args.a
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
    words=("...",),
)
