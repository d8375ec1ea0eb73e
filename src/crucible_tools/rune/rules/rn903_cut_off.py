"""RN903: a file that ends too early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.recovery import text_without_end
from crucible_tools.rune.rules.rn170_around_the_code import around_the_code
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script

_NAMES = {"(": "parenthesis", "[": "bracket", "{": "block", "${": "template", "`": "template"}


def check(script: Script) -> Iterator[Finding]:
    """Finds what is still open where the file ends: the innermost string, comment or template, else a bracket."""
    tokens = script.tree.tokens
    if around_the_code(script) is not None:
        return
    if script.compiles is not True and (early := _early(script)) is not None:
        yield early
        return
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


def _early(script: Script) -> Finding | None:
    """The first text that swallows what is declared behind it: another one's first quote ends it."""
    tokens, text = script.tree.tokens, script.text
    token = text_without_end(tokens)
    if token is not None:
        what = "template" if tokens.kinds[token] == "text" else "string"
        while what == "template" and token > 0 and not _opens_template(script, token):
            token -= 1
        start = tokens.starts[token]
        return _missing(script, start, start + 1, what)
    for i, kind in enumerate(tokens.kinds):
        quote = kind == "label" or (kind == "unknown" and tokens.texts[i] == "'")
        if not quote or script.word(i - 1) not in _BEFORE_TEXT:
            continue
        start = tokens.starts[i]
        end = text.find("\n", start)
        if "'" not in text[start + 1 : end if end >= 0 else len(text)] and script.word(i + 1) != ":":
            return _missing(script, start, start + 1, "text in single quotes")
    return None


def _opens_template(script: Script, token: int) -> bool:
    tokens = script.tree.tokens
    return tokens.kinds[token] == "backtick" and not 0 <= tokens.partner[token] < token


def _missing(script: Script, start: int, end: int, what: str) -> Finding:
    line = script.tree.tokens.place(start)[0]
    message = f"the {what} that begins here, on line {line}, has no end on this line"
    return Finding("RN903", start, end, message, hint="write the quote that closes it: what follows is read wrongly")


_BEFORE_TEXT: Final = frozenset({"=", "(", "[", ",", "return", "+", "==", "=>", ":"})


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
