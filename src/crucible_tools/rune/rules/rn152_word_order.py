"""RN152: `async pub fn`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.extents import written
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Function

_BEHIND_PUB: Final = frozenset({"async", "const"})


def check(script: Script) -> Iterator[Finding]:
    """Finds functions whose `pub` stands behind `async` or `const`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Function):
        at = node.words.index(node.pub) if node.pub is not None else 0
        before = next((word for word in node.words[:at] if tokens.texts[word] in _BEHIND_PUB), None)
        if before is None:
            continue
        pub, kept = node.words[at], node.words[at + 1]
        place = tokens.starts[before]
        edits = (Edit(place, place, f"{written(script, pub, kept - 1)} "), *cut_up_to(script, pub, kept))
        message = f"`pub` stands in front of `{tokens.texts[before]}`"
        fix = Fix(True, f"Write `pub {tokens.texts[before]}`", edits)
        yield Finding("RN152", place, tokens.ends[pub], message, fix=fix)


RULE = Rule(
    code="RN152",
    name="word-order",
    summary="`async pub fn f() {`: `pub` comes first, `pub async fn`.",
    why="""\
The words in front of a function have one order in Rune: `pub`, then `const` or `async`, then `fn`.

The repair puts `pub` in front.
""",
    before="""\
async pub fn call(args) {
    args.a
}
""",
    after="""\
pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("pub",),
)
