"""RN059: `True` and `False`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Path

_WORDS: Final = {"True": "true", "False": "false", "TRUE": "true", "FALSE": "false"}


def check(script: Script) -> Iterator[Finding]:
    """Finds the truth values of Python."""
    bound: set[str] | None = None
    for path in script.tree.of(Path):
        word = path.name
        if word not in _WORDS:
            continue
        bound = bound_names(script) if bound is None else bound
        if word not in bound:
            start, end = script.start(path), script.end(path)
            fix = Fix(True, f"Write `{_WORDS[word]}`", (Edit(start, end, _WORDS[word]),))
            yield Finding("RN059", start, end, f"`{word}` is written `{_WORDS[word]}` in Rune", fix=fix)


RULE = Rule(
    code="RN059",
    name="python-boolean",
    summary="`True`, `False`: Rune writes `true` and `false`.",
    why="""\
The repair writes them.
""",
    before="""\
pub async fn call(args) {
    args.a == 1 && True
}
""",
    after="""\
pub async fn call(args) {
    args.a == 1 && true
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("True", "False", "TRUE", "FALSE"),
)
