"""RN074: blocks that begin with a colon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import begins_line, ends_line, written
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_HEADS: Final = frozenset({
    "if", "elif", "else", "for", "while", "def", "fn", "pub", "async", "loop", "match", "try", "except",
    "class",
})  # fmt: skip
_ONE_LINE: Final = frozenset({"if", "elif", "else", "for", "while", "def"})
_OTHERS: Final = frozenset({"finally", "with"})
_GOES_ON: Final = frozenset({"elif", "else", "except", "finally"})

_MESSAGE: Final = "a block of Rune stands in braces: `{` in front of it, `}` behind it"


def check(script: Script) -> Iterator[Finding]:
    """Finds `if x:` and what else ends a line with a colon and goes on with deeper lines."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != ":":
            continue
        if not ends_line(script, i):
            fix = _in_one_line(script, i)
            if fix is not None:
                yield Finding("RN074", tokens.starts[i], tokens.ends[i], _MESSAGE, fix=fix)
            continue
        first = _head(script, i)
        if first < 0:
            continue
        fix = _fix(script, first, i) if script.word(first) in _HEADS else None
        hint = None if fix else "put braces around what is indented"
        yield Finding("RN074", tokens.starts[i], tokens.ends[i], _MESSAGE, hint=hint, fix=fix)


@remembered
def has_python_blocks(script: Script) -> bool:
    """Whether braces are yet to be put around lines that are deeper."""
    return any(finding.fix is not None for finding in check(script))


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


def _in_one_line(script: Script, colon: int) -> Fix | None:
    """`if x: return y` and `def f(x): return x`: what belongs to it stands behind the colon."""
    tokens = script.tree.tokens
    first = _head(script, colon)
    if first < 0 or not begins_line(script, first) or _is_pair(script, first, colon):
        return None
    at = first
    while script.word(at) in ("async", "pub"):
        at += 1
    if script.word(at) not in _ONE_LINE or (script.word(at) == "else" and colon != at + 1):
        return None
    last = colon
    while not ends_line(script, last):
        last = max(tokens.partner[last + 1], last + 1)
    after = script.word(colon + 1)
    if after in (":", "=", "{") or script.word(last) in ("{", ":", ",") or "\n" in written(script, colon, last):
        return None
    if script.word(at) == "def" and not (after in ("return", "raise", "pass") or script.word(colon - 1) == ")"):
        return None
    begin, end = tokens.starts[colon], tokens.ends[last]
    return Fix(True, "Write braces", (Edit(begin, tokens.ends[colon], " {"), Edit(end, end, " }")))


def _is_pair(script: Script, first: int, colon: int) -> bool:
    """Whether a colon stands in brackets, or belongs to a choice: `if x { a ? b : c`."""
    tokens = script.tree.tokens
    at = first
    while at < colon:
        if tokens.texts[at] in ("?", "=>") or tokens.texts[at] == "lambda":
            return True
        at = max(tokens.partner[at], at) + 1
    return at != colon


def _fix(script: Script, first: int, colon: int) -> Fix | None:
    tokens, text = script.tree.tokens, script.text
    indent = script.indent_at(tokens.starts[first])
    if not begins_line(script, first) and not (script.word(first - 1) == "}" and begins_line(script, first - 1)):
        return None
    last = _last(script, colon + 1, indent)
    if last <= colon:
        return None
    before = text[tokens.starts[colon] - 1]
    edits = [Edit(tokens.starts[colon], tokens.ends[colon], "{" if before.isspace() else " {")]
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

The repair puts braces around the lines that are deeper. `with` has no counterpart and is only reported.
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
    words=(":",),
)
