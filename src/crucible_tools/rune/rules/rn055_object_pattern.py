"""RN055: `let { a, b } = o`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Pattern


def check(script: Script) -> Iterator[Finding]:
    """Finds patterns of objects without `#`, and the rest of a list or object with a name."""
    tokens = script.tree.tokens
    for pattern in script.tree.of(Pattern):
        for i in range(pattern.first, pattern.last + 1):
            close = tokens.partner[i]
            if (
                tokens.texts[i] != "{"
                or close < 0
                or script.word(i - 1) == "#"
                or (tokens.kinds[i - 1] == "name" and (i > pattern.first))
            ):
                continue
            start, end = tokens.starts[i], tokens.ends[i]
            message = "a pattern for an object begins with `#{` in Rune"
            yield Finding("RN055", start, end, message, fix=_fix(script, i, close))


def _fix(script: Script, open_: int, close: int) -> Fix | None:
    tokens = script.tree.tokens
    words = tokens.texts[open_ + 1 : close]
    if "=" in words or "..." in words or not words:
        return None
    start = tokens.starts[open_]
    edits = [Edit(start, start, "#")]
    if ".." not in words:
        end = tokens.ends[close - 1]
        edits.append(Edit(end, end, " .." if words[-1] == "," else ", .."))
    return Fix(True, "Write `#{ .. }`", tuple(edits))


RULE = Rule(
    code="RN055",
    name="object-pattern",
    summary=(
        "`let { a, b } = o;`: a pattern for an object begins with `#{`, and says `..` when there may be more fields."
    ),
    why="""\
As an object is written `#{ a: 1 }`, its pattern is `#{ a, .. }`. Without the `..` it fits only objects that have
these fields and no others.

The repair writes `#` and `..`. Defaults (`{ a = 1 }`) and a rest with a name (`...rest`) have no form in Rune and are
only reported.
""",
    before="""\
pub async fn call(args) {
    let { a, b } = args;
    a + b
}
""",
    after="""\
pub async fn call(args) {
    let #{ a, b, .. } = args;
    a + b
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("{",),
)
