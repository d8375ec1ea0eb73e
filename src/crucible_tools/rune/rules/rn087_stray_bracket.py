"""RN087: a bracket that closes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
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
            fix = None
            if token == len(tokens) - 1 == tokens.unclosed[-1] and tokens.unclosed == [token]:
                start, end = tokens.starts[token], tokens.ends[token]
                fix = Fix(
                    False,
                    "Delete it",
                    (cut_line(script, start, end) if begins_line(script, token) else Edit(start, end, ""),),
                )
            yield Finding("RN087", tokens.starts[token], tokens.ends[token], message, hint=hint, fix=fix)
            return


RULE = Rule(
    code="RN087",
    name="stray-bracket",
    summary="A `}`, `]` or `)` that closes nothing.",
    why="""\
Every bracket closes one that was opened. One too many is often left over from an edit, and sometimes shows that one
that opens is missing far above.

The repair deletes the last sign of the file, when that is the one. It is unsafe: nothing says which of the brackets is
wrong.
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
    fix="unsafe",
    check=check,
)
