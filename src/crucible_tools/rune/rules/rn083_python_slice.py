"""RN083: `list[1:3]`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Index


def check(script: Script) -> Iterator[Finding]:
    """Finds a colon in the brackets behind a value."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "[" or i == 0 or tokens.ends[i - 1] != tokens.starts[i]:
            continue
        close = tokens.partner[i]
        if close < 0 or not (tokens.kinds[i - 1] in ("name", "string") or script.word(i - 1) in (")", "]", "}")):
            continue
        colons = _colons(script, i, close)
        if not colons:
            continue
        start, end = tokens.starts[colons[0]], tokens.ends[colons[0]]
        fix = Fix(True, "Write `..`", (Edit(start, end, ".."),)) if len(colons) == 1 else _stepped(script, i, close)
        hint = None if fix else "`list.iter().step_by(n)` takes every n-th item, `list.iter().rev()` goes backwards"
        yield Finding("RN083", start, end, "a part of a list or of a text is written `[a..b]`", hint=hint, fix=fix)


def _stepped(script: Script, open_: int, close: int) -> Fix | None:
    """`x[::-1]` and `x[::2]`."""
    tokens = script.tree.tokens
    inside = "".join(tokens.texts[open_ + 1 : close])
    step = inside.removeprefix("::")
    index = next((node for node in script.tree.of(Index) if node.open == open_), None)
    if index is None or not inside.startswith("::") or not (step == "-1" or (step.isdigit() and step != "0")):
        return None
    name, additions = inserted(script, index, "reversed_either" if step == "-1" else "every")
    behind = ")" if step == "-1" else f", {step})"
    start = script.start(index)
    edits = (Edit(start, start, f"{name}("), Edit(script.end(index.base), tokens.ends[close], behind))
    return Fix(True, f"Call a function `{name}` that the repair adds", edits, additions)


def _colons(script: Script, open_: int, close: int) -> list[int]:
    tokens = script.tree.tokens
    found: list[int] = []
    at = open_ + 1
    while at < close:
        if tokens.texts[at] in (":", "::") and tokens.kinds[at] == "punct":
            # `a::b` is a path; `[::2]` and `[1::2]` are not.
            path = tokens.texts[at] == "::" and tokens.kinds[at - 1] == "name" and tokens.kinds[at + 1] == "name"
            found += [] if path else [at] * len(tokens.texts[at])
        elif tokens.texts[at] in (",", "?"):
            return []
        at = max(tokens.partner[at], at) + 1
    return found


RULE = Rule(
    code="RN083",
    name="python-slice",
    summary="`list[1:3]`, `text[:5]`: a part is written `list[1..3]`, `text[..5]`.",
    why="""\
A range says which part of a list or of a text is meant: `list[1..3]`, `list[1..]`, `text[..5]`. It is an error if there
are fewer items.

The repair writes `..` for the colon.
""",
    before="""\
pub async fn call(args) {
    args.l[1:]
}
""",
    after="""\
pub async fn call(args) {
    args.l[1..]
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(":",),
)
