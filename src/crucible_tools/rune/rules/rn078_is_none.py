"""RN078: `x is None`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import bare, tight
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Is, Path
from crucible_tools.rune.types.values import OPTION

_NOTHING: Final = frozenset({"None", "null", "undefined", "nil", "()"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `x is None`, `x is not None`, `x is null`."""
    for node in script.tree.of(Is):
        word = script.source(node.type)
        if word not in _NOTHING:
            continue
        base = bare(node.base)
        start, end = script.end(node.base), script.end(node)
        asked = script.source(node)[start - script.start(node) :].strip()
        message = f"`is` asks for a type in Rune, and `{word}` is none: the type of `()` is `Tuple`"
        fix: Fix | None = None
        if isinstance(base, Path) and base.name and script.types.binding(base) is None:
            pass  # what it is shows when it is declared
        elif script.types.of(node.base).only(OPTION) and tight(node.base):
            method = "is_some" if node.negated else "is_none"
            fix = Fix(True, f"Write `.{method}()`", (Edit(start, end, f".{method}()"),))
        else:
            place = script.start(node.type)
            fix = Fix(True, "Write `Tuple`", (Edit(place, end, "Tuple"),))
        yield Finding("RN078", end - len(asked), end, message, fix=fix)


RULE = Rule(
    code="RN078",
    name="is-none",
    summary="`x is None`, `x is not null`: `is` asks for a type, that of nothing is `Tuple`.",
    why="""\
What is null in JSON is `()` in Rune, an empty tuple: `x is Tuple` says whether it is there. An Option is asked with
`x.is_none()`.

The repair writes the one or the other.
""",
    before="""\
pub async fn call(args) {
    if args.a is None { "nothing" } else { args.a }
}
""",
    after="""\
pub async fn call(args) {
    if args.a is Tuple { "nothing" } else { args.a }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(" is ",),
)
