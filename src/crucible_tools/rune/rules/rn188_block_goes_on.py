"""RN188: a value on the line behind a block."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Block, If, Loop, Match, Select, Statement

_GOING_ON: Final = {"(": "a call", "[": "an index", "-": "a difference", "|": "an operator", "||": "an operator"}
"""What may begin a value, and what Rune makes of it behind the brace of an `if`, a `match` or a block."""


_BLOCKS: Final = (Block, If, Loop, Match, Select)
"""A `for` and a `while` end with their brace."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `if x { .. }` with `(a, b)`, `[a]` or `-1` on the next line."""
    tokens = script.tree.tokens
    found: list[Finding] = []
    for block in script.tree.of(Block):
        for one, after in pairwise(block.statements):
            if not isinstance(one, Statement) or not isinstance(after, Statement) or one.semicolon is not None:
                continue
            sign = _GOING_ON.get(tokens.texts[after.first])
            if sign is None or not isinstance(one.expression, _BLOCKS) or after.first != one.last + 1:
                continue
            if tokens.texts[one.last] != "}" or not begins_line(script, after.first):
                continue
            end = tokens.ends[one.last]
            start, stop = tokens.starts[after.first], tokens.ends[after.first]
            message = f"Rune makes {sign} of this, of what the block in front gives: `;` ends the block"
            fix = Fix(True, "Write `;` behind the block", (Edit(end, end, ";"),))
            found.append(Finding("RN188", start, stop, message, fix=fix))
    yield from sorted(found, key=lambda item: item.start)


RULE = Rule(
    code="RN188",
    name="block-goes-on",
    summary="`if x { return 1; }` and `(a, b)` on the next line: Rune takes the parentheses for a call of the `if`.",
    why="""\
In Rust an `if`, a `match` or a block that begins a statement ends with its brace. In Rune it is a value like any other,
and goes on: `(..)` on the next line calls it, `[..]` takes an item of it, and `-` subtracts from it. Nothing complains,
until it is reached and fails.

The repair writes `;` behind the block. It is safe, because such a call always failed.
""",
    before="""\
pub async fn call(args) {
    if args.a > 3 {
        return [];
    }
    [args.a]
}
""",
    after="""\
pub async fn call(args) {
    if args.a > 3 {
        return [];
    };
    [args.a]
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
)
