"""RN056: a missing comma."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Arm, Block, If, Match, Node, Object


def check(script: Script) -> Iterator[Finding]:
    """Finds entries of objects, and arms of a `match`, that nothing or a semicolon separates."""
    found: list[Finding] = []
    for node in script.tree.of(Object):
        for entry, after in zip(node.entries, node.entries[1:], strict=False):
            found += _between(script, entry.last, after.first)
        found += _behind_last(script, node, node.entries)
    for match in script.tree.of(Match):
        for arm, after in zip(match.arms, match.arms[1:], strict=False):
            joins = script.word(after.first) in ("(", "[", "-")  # `{ .. } (a, b)` is a call
            if joins or not _needs_none(arm) or script.word(arm.last + 1) == ";":
                found += _between(script, arm.last, after.first)
        found += _behind_last(script, match, match.arms)
    yield from sorted(found, key=lambda item: item.start)


def _needs_none(arm: Arm) -> bool:
    return isinstance(arm.body, (Block, Match, If))


def _behind_last(script: Script, node: Node, parts: Sequence[Node]) -> Iterator[Finding]:
    """A semicolon behind the last entry or arm, where a comma may stand, or nothing."""
    if parts and script.word(parts[-1].last + 1) == ";" and script.tree.tokens.texts[node.last] == "}":
        yield from _between(script, parts[-1].last, node.last)


def _between(script: Script, last: int, first: int) -> Iterator[Finding]:
    tokens = script.tree.tokens
    end = tokens.ends[last]
    if first == last + 1:
        fix = Fix(True, "Write `,`", (Edit(end, end, ","),))
        yield Finding("RN056", max(end - 1, 0), end, "a comma is missing behind this", fix=fix)
    elif first == last + 2 and script.word(last + 1) == ";":
        start, stop = tokens.starts[last + 1], tokens.ends[last + 1]
        fix = Fix(True, "Write `,`", (Edit(start, stop, ","),))
        yield Finding("RN056", start, stop, "a comma belongs here", fix=fix)


RULE = Rule(
    code="RN056",
    name="missing-comma",
    summary="`#{ a: 1` and `b: 2 }` on two lines without a comma: entries and arms are separated by commas.",
    why="""\
The entries of an object and the arms of a `match` are separated by commas; a line end is not enough, and a semicolon
is wrong, behind the last one, too. Only an arm whose body is a block needs none, unless the next pattern
begins with a bracket or a minus, which Rune takes for more of the same.

The repair writes the comma.
""",
    before="""\
pub async fn call(args) {
    #{
        a: args.a
        b: 2,
    }
}
""",
    after="""\
pub async fn call(args) {
    #{
        a: args.a,
        b: 2,
    }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("{",),
)
