"""RN117: a field of an Option or a Result."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import outer
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Field, Index
from crucible_tools.rune.types.values import OPTION, RESULT


def check(script: Script) -> Iterator[Finding]:
    """Finds fields and elements that are read of what certainly is an Option or a Result."""
    nodes = [*script.tree.of(Field), *script.tree.of(Index)]
    for node in sorted(nodes, key=lambda item: item.last):
        value = script.types.of(node.base)
        if not value.only(OPTION) and not value.only(RESULT):
            continue
        if isinstance(node, Field) and node.number:
            continue  # an Option has a part 0
        called = "an Option" if value.only(OPTION) else "a Result"
        source = script.source(node.base)
        tokens = script.tree.tokens
        if isinstance(node, Field):
            start, end = tokens.starts[node.name], tokens.ends[node.name]
        else:
            start, end = tokens.starts[node.open], tokens.ends[node.last]
        at = script.end(node.base)
        written = isinstance(outer(node).parent, Assign)
        yield Finding(
            "RN117",
            start,
            end,
            f"`{source}` is {called}, and the value is inside of it",
            hint="take the value out first: `?`, `.unwrap_or(..)`, `match`",
            choices=(f"{source}.unwrap()", f"{source}?"),
            fix=None if written else Fix(False, "Take it out with `.unwrap()`", (Edit(at, at, ".unwrap()"),)),
        )


RULE = Rule(
    code="RN117",
    name="inside-of-option",
    summary="`notes.get(0).title`: an Option and a Result have no fields, the value is inside of them.",
    why="""\
`get`, `find`, `pop`, `next` and `json::from_string` give an Option or a Result. Reading a field of that is an error,
even when there is a value: it has to be taken out first.

What a missing value means is a decision, so the repair, `.unwrap()`, is unsafe: it stops the tool when there is none.
`?` leaves the function instead, `.unwrap_or(..)` takes a default.
""",
    before="""\
pub async fn call(args) {
    let notes = [#{ title: args.a }];
    notes.get(0).title
}
""",
    after="""\
pub async fn call(args) {
    let notes = [#{ title: args.a }];
    notes.get(0).unwrap().title
}
""",
    kind=Kind.CERTAIN,
    fix="unsafe",
    check=check,
)
