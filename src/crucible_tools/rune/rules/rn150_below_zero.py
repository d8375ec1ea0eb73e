"""RN150: a length that is taken to fall below 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import around, bare
from crucible_tools.rune.rules.reads import single_name
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Expr,
    Is,
    Let,
    LetCondition,
    Literal,
    Match,
    Path,
    Tuple,
    Unary,
    While,
)
from crucible_tools.rune.types.values import COUNT

_COMPARISONS: Final = frozenset({"==", "!=", "<", ">", "<=", ">="})
_SIGNS: Final = frozenset({">=", "<"})
"""What asks whether something is below 0."""
_TITLE: Final = "Make it an `i64`"


def check(script: Script) -> Iterator[Finding]:
    """Finds `v.len() > -1`, `-v.len()`, `i - 1 >= 0` and `while i >= 0 { i -= 1; }` for what has no sign."""
    found: list[Finding] = []
    for node in script.tree.of(Unary):
        if node.op == "-" and script.types.of(node.operand) == COUNT:
            edits = around(script, node.operand, "", " as i64")
            start, end = script.start(node.operand), script.end(node.operand)
            edits = (Edit(start, start, "("), *edits[:-1], Edit(end, end, f"{edits[-1].text})"))
            found.append(_finding(script, node, node.operand, "it has no sign", "error", Fix(True, _TITLE, edits)))
    for node in script.tree.of(Binary):
        if node.op in _COMPARISONS and script.types.of(node.left) == COUNT:
            found += _compared(script, node)
    yield from sorted(found, key=lambda item: item.start)


def _compared(script: Script, node: Binary) -> Iterator[Finding]:
    """What is wrong with the comparison of a length."""
    right = bare(node.right)
    if isinstance(right, Unary) and right.op == "-" and isinstance(right.operand, Literal):
        why = f"comparing it with `{script.source(node.right)}` is an error"
        yield _finding(script, node, node.left, why, "error", Fix(True, _TITLE, _cast(script, node.left)))
        return
    left = bare(node.left)
    if node.op not in _SIGNS or script.source(right) != "0":
        return
    if isinstance(left, Binary) and left.op == "-":
        why = "falling below 0 stops the tool before anything is compared"
        yield _finding(script, node, node.left, why, "warning", Fix(True, _TITLE, _cast(script, left)))
    elif isinstance(left, Path) and isinstance(let := script.types.binding(left), Let) and _counts_down(script, let):
        loop = next((up for up in node.up() if isinstance(up, While)), None)
        if loop is not None and loop.condition.first <= node.first <= loop.condition.last:
            why = "the loop ends in an error below 0"
            yield _finding(script, node, left, why, "warning", _signed(script, let))


def _counts_down(script: Script, let: Let) -> bool:
    """Whether something is taken from a variable."""
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, Assign) and up.target is use:
            value = bare(up.value)
            if up.op == "-=" or (up.op == "=" and isinstance(value, Binary) and value.op == "-"):
                return True
    return False


def _signed(script: Script, let: Let) -> Fix | None:
    """Makes an `i64` of what a variable begins as, if that is all that makes it an `u64`."""
    if let.value is None or single_name(script, let) is None:
        return None
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, (Match, Is, LetCondition, Tuple)):
            return None  # there its type counts
        if isinstance(up, Assign) and up.target is use and up.op == "=":
            first = _first(up.value)
            if not isinstance(first, Path) or script.types.binding(first) is not let:
                return None
    return Fix(True, _TITLE, _cast(script, let.value))


def _first(expr: Expr) -> Expr:
    """The operand that says of which type a sum is: the first."""
    at = bare(expr)
    while isinstance(at, Binary):
        at = bare(at.left)
    return at


def _cast(script: Script, expr: Expr) -> tuple[Edit, ...]:
    return around(script, _first(expr), "", " as i64")


def _finding(script: Script, node: Expr, count: Expr, why: str, severity: str, fix: Fix | None) -> Finding:
    return Finding(
        "RN150",
        script.start(node),
        script.end(node),
        f"`{script.source(count)}` is a `u64`, never below 0: {why}",
        "error" if severity == "error" else "warning",
        hint=None if fix else "`.. as i64` makes a number with a sign of it",
        fix=fix,
    )


RULE = Rule(
    code="RN150",
    name="below-zero",
    summary="`let i = list.len() - 1; while i >= 0 { .. i -= 1; }`: a length has no sign, and 0 - 1 is an error.",
    why="""\
`len()`, `count()` and the numbers of `enumerate()` are integers without a sign, `u64`, and so is a sum that begins with
one. Below 0 there is nothing: `-1` cannot be compared with them, and what would be less than 0 stops the tool.

The repair makes an `i64` of it, with `as i64`. It is safe: where such a call gave a result, it gives the same.
""",
    before="""\
pub async fn call(args) {
    let out = [];
    let i = args.a.len() - 1;
    while i >= 0 {
        out.push(args.a[i]);
        i -= 1;
    }
    out
}
""",
    after="""\
pub async fn call(args) {
    let out = [];
    let i = args.a.len() as i64 - 1;
    while i >= 0 {
        out.push(args.a[i]);
        i -= 1;
    }
    out
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("len()", "count()", "enumerate()"),
)
