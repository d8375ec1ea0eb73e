"""RN074: blocks that begin with a colon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import begins_line, ends_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_HEADS: Final = frozenset({"if", "elif", "else", "for", "while", "def", "fn", "pub", "async", "loop", "match"})
_OTHERS: Final = frozenset({"class", "try", "except", "finally", "with"})
_GOES_ON: Final = frozenset({"elif", "else", "except", "finally"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `if x:` and what else ends a line with a colon and goes on with deeper lines."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != ":" or not ends_line(script, i):
            continue
        first = _head(script, i)
        if first < 0:
            continue
        fix = _fix(script, first, i) if script.word(first) in _HEADS else None
        message = "a block of Rune stands in braces: `{` in front of it, `}` behind it"
        hint = None if fix else "put braces around what is indented"
        yield Finding("RN074", tokens.starts[i], tokens.ends[i], message, hint=hint, fix=fix)


def _head(script: Script, colon: int) -> int:
    """The word that the line of a colon begins with, if it is one that has a block; -1 else."""
    tokens = script.tree.tokens
    line = script.text.rfind("\n", 0, tokens.starts[colon]) + 1
    at = colon
    while at > 0 and tokens.starts[at - 1] >= line:
        at -= 1
        if tokens.texts[at] in ("{", "#", "?"):
            return -1
    while at < colon and tokens.texts[at] == "}":
        at += 1
    return at if tokens.texts[at] in _HEADS | _OTHERS else -1


def _fix(script: Script, first: int, colon: int) -> Fix | None:
    tokens, text = script.tree.tokens, script.text
    indent = script.indent_at(tokens.starts[first])
    if not begins_line(script, first - (script.word(first - 1) == "}")):
        return None
    last = _last(script, colon + 1, indent)
    if last <= colon:
        return None
    edits = [Edit(tokens.starts[colon], tokens.ends[colon], " {")]
    after = last + 1
    joined = (
        script.word(after) in _GOES_ON
        and begins_line(script, after)
        and script.indent_at(tokens.starts[after]) == indent
    )
    if joined:
        edits.append(Edit(tokens.starts[after], tokens.starts[after], "} "))
    else:
        end = text.find("\n", tokens.ends[last])
        end = len(text) if end < 0 else end - text[:end].endswith("\r")
        edits.append(Edit(end, end, f"{script.newline}{indent}}}"))
    return Fix(True, "Write braces", tuple(edits))


def _last(script: Script, first: int, indent: str) -> int:
    """The last token of the lines that are deeper than an indentation."""
    tokens = script.tree.tokens
    at = first
    while at < len(tokens):
        if begins_line(script, at):
            own = script.indent_at(tokens.starts[at])
            if not (own.startswith(indent) and len(own) > len(indent)):
                break
        at = max(tokens.partner[at], at) + 1
    return at - 1


RULE = Rule(
    code="RN074",
    name="python-block",
    summary="`if x > 1:` with deeper lines below: a block of Rune stands in braces.",
    why="""\
Blanks at the beginning of a line mean nothing in Rune: what belongs together stands between `{` and `}`.

The repair puts braces around the lines that are deeper. `class`, `try` and `with` have no counterpart and are only
reported.
""",
    before="""\
pub async fn call(args) {
    if args.a > 1:
        return "many";
    return "one";
}
""",
    after="""\
pub async fn call(args) {
    if args.a > 1 {
        return "many";
    }
    return "one";
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=(":\n", ":\r\n", ": #", ":  #", ": //"),
)
