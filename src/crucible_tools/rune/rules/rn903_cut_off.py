"""RN903: a file that ends too early."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script

_NAMES = {"(": "parenthesis", "[": "bracket", "{": "block", "${": "template", "`": "template"}


def check(script: Script) -> Iterator[Finding]:
    """Finds what is still open where the file ends: the innermost string, comment or template, else a bracket."""
    tokens = script.tree.tokens
    open_ = [at for at in tokens.unclosed if tokens.texts[at] in _NAMES]
    at = tokens.cut
    if at is None and open_:
        at = tokens.starts[open_[0]]
    if at is None:
        return
    sign = script.text[at : at + 2] if script.text[at : at + 2] in ("/*", "${") else script.text[at]
    what = {'"': "string", "/*": "comment"}.get(sign) or _NAMES.get(sign, "string")
    line = tokens.place(at)[0]
    message = f"the {what} that begins here, on line {line}, is never closed"
    hint = "the file is cut off, or a sign is missing: nobody but its author knows what was meant"
    yield Finding("RN903", at, min(at + len(sign), len(script.text)), message, hint=hint)


RULE = Rule(
    code="RN903",
    name="cut-off",
    summary="The file ends inside a string, a comment, a template or a block.",
    why="Most often the file was cut off when it was written or copied; sometimes a closing sign is missing. What "
    "should stand there can't be known, so nothing in such a file is repaired.",
    before="""\
pub async fn call(args) {
    if args.ready {
        "go"
""",
    after="""\
pub async fn call(args) {
    if args.ready {
        "go"
    }
}
""",
    kind=Kind.SYNTAX,
    fix="none",
    check=check,
)
