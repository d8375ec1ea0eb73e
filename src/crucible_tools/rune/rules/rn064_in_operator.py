"""RN064: `x in list`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary


def check(script: Script) -> Iterator[Finding]:
    """Finds `in` between two values."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op != "in":
            continue
        item, whole = script.source(node.left), script.source(node.right)
        start, end = tokens.starts[node.token], tokens.ends[node.token]
        sign = ""
        if item == "not":
            # `x not in list`: what stands in front was read apart from it.
            item, sign = _in_front(script, node.first), "!"
            start = tokens.starts[node.first]
        choices = (
            f"{sign}{whole}.iter().any(|item| item == {item})",
            f"{sign}{whole}.contains_key({item})",
            f"{sign}{whole}.contains({item})",
        )
        message = "`in` belongs to `for` in Rune: lists, objects and strings are asked in different ways"
        hint = f"for a list `{choices[0]}`, for an object `{choices[1]}`, for a string `{choices[2]}`"
        yield Finding("RN064", start, end, message, hint=hint, choices=choices)


def _in_front(script: Script, token: int) -> str:
    """The name or literal in front of a token."""
    tokens = script.tree.tokens
    first = token - 1
    while first > 1 and script.word(first - 1) == "." and tokens.kinds[first - 2] == "name":
        first -= 2
    return script.text[tokens.starts[first] : tokens.ends[token - 1]] if first >= 0 else "x"


RULE = Rule(
    code="RN064",
    name="in-operator",
    summary="`if x in list {`: `in` belongs to `for`, there is no such operator.",
    why="""\
Python and JavaScript ask with `in` whether something is part of something else. In Rune a list is asked with
`list.iter().any(|item| item == x)`, an object with `object.contains_key(x)`, a string with `text.contains(x)`.

There is no repair, since nothing says which of them is meant.
""",
    before="""\
pub async fn call(args) {
    if "a" in args.names { 1 } else { 2 }
}
""",
    after="""\
pub async fn call(args) {
    if args.names.iter().any(|item| item == "a") { 1 } else { 2 }
}
""",
    kind=Kind.SYNTAX,
    fix="none",
    check=check,
    words=(" in ",),
)
