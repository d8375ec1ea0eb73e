"""RN067: escapes that Rune does not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.escapes import BadEscape, bad_escapes
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Literal, Path

_LITERALS: Final = frozenset({"string", "text", "char", "bytes", "byte"})


def check(script: Script) -> Iterator[Finding]:
    """Finds literals and templates with a backslash in front of something that needs none."""
    tokens = script.tree.tokens
    texts = tokens.texts
    patterns: set[int] | None = None
    for i, kind in enumerate(tokens.kinds):
        if kind not in _LITERALS or "\\" not in texts[i]:
            continue
        if patterns is None:
            patterns = _patterns(script)
        found = bad_escapes(texts[i], kind, pattern=i in patterns)
        if found:
            yield _finding(script, i, found, pattern=i in patterns)


def _patterns(script: Script) -> set[int]:
    """The literals that are handed to functions of `regex`."""
    found: set[int] = set()
    for call in script.tree.of(Call):
        callee = call.callee
        if isinstance(callee, Path) and len(callee.segments) > 1 and callee.segments[-2].lower() in ("regex", "re"):
            found |= {item.first for item in call.args.items if isinstance(item, Literal)}
    return found


def _finding(script: Script, token: int, found: list[BadEscape], *, pattern: bool) -> Finding:
    tokens = script.tree.tokens
    begin, text = tokens.starts[token], tokens.texts[token]
    first = found[0]
    message = f"Rune does not know the escape `{text[first.start : first.end]}`"
    start, end = begin + first.start, begin + first.end
    if tokens.kinds[token] == "char":
        return Finding("RN067", start, end, message, fix=_char(script, token, pattern=pattern))
    edits = tuple(Edit(begin + bad.start, begin + bad.end, bad.text) for bad in found if bad.text is not None)
    if len(edits) < len(found):
        return Finding("RN067", start, end, message, hint="a sign by its number is written `\\u{e9}`")
    safe = all(bad.certain for bad in found)
    return Finding("RN067", start, end, message, fix=Fix(safe, _title(found), edits))


def _title(found: list[BadEscape]) -> str:
    if any(bad.text is not None and bad.text.startswith("\\\\") for bad in found):
        return "Double the backslash"
    return f"Write `{found[0].text}`"


def _char(script: Script, token: int, *, pattern: bool) -> Fix:
    """`'\\.'`: what JavaScript and Python put into single quotes is a text."""
    tokens = script.tree.tokens
    text = tokens.texts[token]
    inner = text[1:-1]
    if not pattern and len(inner) == 2 and not inner[1].isalnum():
        return Fix(True, "Delete the backslash", (Edit(tokens.starts[token] + 1, tokens.starts[token] + 2, ""),))
    changed = list(inner)
    for bad in reversed(bad_escapes(inner, "string", pattern=pattern)):
        changed[bad.start : bad.end] = bad.text or ""
    written = f'"{"".join(changed)}"'
    return Fix(pattern, f"Write `{written}`", (Edit(tokens.starts[token], tokens.ends[token], written),))


RULE = Rule(
    code="RN067",
    name="bad-escape",
    summary='`"^\\d+$"`, `"C:\\Users"`: a backslash that Rune knows no meaning of does not compile.',
    why="""\
A backslash in a text announces a sign that is hard to write. Rune knows `\\n`, `\\r`, `\\t`, `\\0`, `\\\\`, `\\"`,
`\\'`, `\\x41` (up to `\\x7f`), `\\u{e9}` and, between backticks, `\\$` and the backtick; any other is refused. A
backslash itself, which regular expressions and paths of Windows are full of, is written `\\\\`.

The repair doubles the backslash. `\\/` becomes `/`, and `\\u00e9` and `\\xe9` become `\\u{e9}`. `"\\b"` and `"\\$"` on
their own may mean two things, so that their repair is unsafe.
""",
    before="""\
pub async fn call(args) {
    regex::is_match("^\\d+$", args.a)
}
""",
    after="""\
pub async fn call(args) {
    regex::is_match("^\\\\d+$", args.a)
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("\\",),
)
