"""RN167: `0 <= n < 10`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.receivers import is_simple
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, MethodCall

_COMPARING: Final = frozenset({"<", ">", "<=", ">=", "==", "!="})


def check(script: Script) -> Iterator[Finding]:
    """Finds comparisons of what a comparison gives."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        left = node.left
        if node.op not in _COMPARING or not isinstance(left, Binary) or left.op not in _COMPARING:
            continue
        start, end = tokens.starts[node.token], tokens.ends[node.token]
        message = f"`{node.op}` compares two values: what stands in front of it is a comparison already"
        fix = _fix(script, node, left)
        yield Finding("RN167", start, end, message, hint=None if fix else "join two comparisons with `&&`", fix=fix)


def _fix(script: Script, node: Binary, left: Binary) -> Fix | None:
    """`0 <= n && n < 10`, if what stands in the middle can be asked twice."""
    middle = left.right
    if has_comment(script, script.start(node), script.end(node)):
        return None
    if not is_simple(middle) and not (
        isinstance(middle, MethodCall) and is_simple(middle.base) and _is_length(script, middle)
    ):
        return None
    at = script.end(left)
    around = isinstance(node.parent, Binary) and node.parent.op not in ("&&", "||", "and", "or")
    if around:
        return None
    return Fix(True, "Join two comparisons", (Edit(at, at, f" && {script.source(middle)}"),))


def _is_length(script: Script, call: MethodCall) -> bool:
    return script.word(call.name) == "len" and not call.args.items


RULE = Rule(
    code="RN167",
    name="chained-comparison",
    summary="`0 <= n < 10`: a comparison of Rune has two sides.",
    why="""\
In Python `a < b < c` asks both at once. In Rune it would compare the answer of the first with the third value, and does
not parse.

The repair asks both: `a < b && b < c`. Where the middle calls something that may not be called twice, it is only
reported.
""",
    before="""\
pub async fn call(args) {
    if 0 <= args.a < 10 { "low" } else { "high" }
}
""",
    after="""\
pub async fn call(args) {
    if 0 <= args.a && args.a < 10 { "low" } else { "high" }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("<", ">", "=="),
)
