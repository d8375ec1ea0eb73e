"""RN001: `mut`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds every `mut` but that of `&mut`, which goes with its `&` (RN006)."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "mut" or tokens.kinds[i] != "name" or script.word(i - 1) in ("&", "&&", "."):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        behind = tokens.starts[i + 1] if i + 1 < len(tokens) else end
        if script.text[end:behind].isspace():
            end = behind
        fix = Fix(safe=True, title="Delete `mut`", edits=(Edit(start, end, ""),))
        yield Finding("RN001", start, tokens.ends[i], "everything is mutable in Rune: there is no `mut`", fix=fix)


RULE = Rule(
    code="RN001",
    name="mut",
    summary="`let mut x`, `|mut x|`, `mut self`: everything is mutable in Rune, and its parser refuses the word.",
    why="Rune has no immutable variables, so there is nothing to say. The repair deletes `mut` and the blank after it.",
    before="""\
pub async fn call(args) {
    let mut n = args.a;
    n += 1;
    n
}
""",
    after="""\
pub async fn call(args) {
    let n = args.a;
    n += 1;
    n
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("mut",),
)
