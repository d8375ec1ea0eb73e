"""RN104: `a || default`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.conditions import asked
from crucible_tools.rune.rules.defaults import defaulted
from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Expr, Jump, List, Literal, Object, Template
from crucible_tools.rune.types.values import ANY, BOOL, FUTURE


def check(script: Script) -> Iterator[Finding]:
    """Finds `||` outside of conditions with a side that is certainly no boolean."""
    candidates = [node for node in script.tree.of(Binary) if node.op == "||"]
    if not candidates:
        return
    conditions = asked(script)[1]
    for node in candidates:
        if node in conditions:
            continue
        sides = (node.left, node.right)
        if not any(_no_boolean(script, side) for side in sides):
            continue
        made = defaulted(script, node)
        left = script.source(node.left)
        tokens = script.tree.tokens
        yield Finding(
            "RN104",
            tokens.starts[node.token],
            tokens.ends[node.token],
            f"`||` gives no default: unless `{left}` is exactly `true`, the right side is taken",
            "warning",
            hint=None if made else "write `.unwrap_or(..)` on an Option, or `match x { () => .., value => value }`",
            choices=(made[1],) if made else (),
            fix=Fix(_is_default(script, node), f"Write `{made[1]}`", made[0]) if made else None,
        )


def _is_default(script: Script, node: Binary) -> bool:
    """Whether nothing ever worked, and the right side can only be a default."""
    right = bare(node.right)
    return (
        script.compiles is False
        and isinstance(right, (List, Literal, Object, Template))
        and not script.types.of(right).may(BOOL)
    )


def _no_boolean(script: Script, side: Expr) -> bool:
    side = bare(side)
    if isinstance(side, Jump):
        return False
    value = script.types.of(side)
    return value.kinds not in (0, ANY) and not value.may(BOOL) and not value.only(FUTURE)


RULE = Rule(
    code="RN104",
    name="default-by-or",
    summary='`args.get("limit") || 10`: `||` is for booleans, and always gives the right side for anything else.',
    why="""\
In JavaScript and Python `a || b` gives `a` unless that is empty. In Rune it gives `a` only when `a` is `true`, so the
default wins every time, without a word. An Option has `unwrap_or`, and a value that may be `()` takes a `match`.

The repair is unsafe where the source runs today, since results change. In a source that never compiled a literal on the
right can only be a default.
""",
    before="""\
pub async fn call(args) {
    args.get("limit") || 10
}
""",
    after="""\
pub async fn call(args) {
    args.get("limit").unwrap_or(10)
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
    words=("||",),
)
