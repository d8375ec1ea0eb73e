"""RN087: a bracket that closes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script

_CLOSERS: Final = frozenset({")", "]", "}"})


def check(script: Script) -> Iterator[Finding]:
    """Finds a closing bracket too many."""
    tokens = script.tree.tokens
    if tokens.cut is not None:
        return
    for token in tokens.unclosed:
        if tokens.texts[token] in _CLOSERS:
            message = f"this `{tokens.texts[token]}` closes nothing: there is one too many, or one is missing above"
            hint = "the first function that does not look right above this place is the one to look at"
            yield Finding("RN087", tokens.starts[token], tokens.ends[token], message, hint=hint)
            return


RULE = Rule(
    code="RN087",
    name="stray-bracket",
    summary="A `}`, `]` or `)` that closes nothing.",
    why="""\
Every bracket closes one that was opened. One too many is often left over from an edit, and sometimes shows that one
that opens is missing far above.

There is no repair, since nothing says which of the brackets is wrong.
""",
    before="""\
pub async fn call(args) {
    args.a
}
}
""",
    after="""\
pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="none",
    check=check,
)
