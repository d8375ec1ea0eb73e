"""RN016: `counts[key] += 1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.purity import is_pure, needs_parentheses
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Expr, Index, Paren, Unary

_TIGHTER: Final = {
    "+": frozenset({"*", "/", "%"}), "-": frozenset({"*", "/", "%"}), "*": frozenset[str](), "/": frozenset[str](),
    "%": frozenset[str](), "&": frozenset({"+", "-", "*", "/", "%", "<<", ">>"}),
    "^": frozenset({"+", "-", "*", "/", "%", "<<", ">>", "&"}),
    "|": frozenset({"+", "-", "*", "/", "%", "<<", ">>", "&", "^"}), "<<": frozenset({"+", "-", "*", "/", "%"}),
    ">>": frozenset({"+", "-", "*", "/", "%"}),
}  # fmt: skip


def check(script: Script) -> Iterator[Finding]:
    """Finds `+=` and its like behind an index."""
    tokens = script.tree.tokens
    for node in script.tree.of(Assign):
        if node.op == "=" or not isinstance(_bare(node.target), Index):
            continue
        start, end = tokens.starts[node.token], tokens.starts[node.token] + len(node.op)
        message = f"`{node.op}` works on a name and on a field in Rune, not on an element"
        if not is_pure(script, node.target):
            hint = "a call in it would run twice: give its result a name first"
            yield Finding("RN016", start, end, message, hint=hint)
            continue
        sign = node.op[:-1]
        target = script.source(node.target)
        value_start, value_end = script.start(node.value), script.end(node.value)
        edits = [Edit(start, end, f"= {target} {sign}")]
        if needs_parentheses(node.value, _TIGHTER[sign]):
            edits += [Edit(value_start, value_start, "("), Edit(value_end, value_end, ")")]
        fix = Fix(True, f"Write `= {target} {sign}`", tuple(edits))
        yield Finding("RN016", start, end, message, fix=fix)


def _bare(target: Expr) -> Expr:
    while isinstance(target, (Unary, Paren)):
        inner = target.operand if isinstance(target, Unary) else target.inner
        if inner is None:
            return target
        target = inner
    return target


RULE = Rule(
    code="RN016",
    name="compound-index",
    summary="`counts[key] += 1;`: `+=` works on a name and on a field, not on an element.",
    why="""\
Rune refuses `+=`, `-=` and the like behind an index, although `n += 1` and `o.n += 1` are fine.

The repair writes the element out: `counts[key] = counts[key] + 1;`. Where the container or the index is the result of
a call, that call would run twice, so the place is only reported.
""",
    before="""\
pub async fn call(args) {
    let counts = #{};
    counts["k"] = args.a;
    counts["k"] += 1;
    counts
}
""",
    after="""\
pub async fn call(args) {
    let counts = #{};
    counts["k"] = args.a;
    counts["k"] = counts["k"] + 1;
    counts
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("]",),
)
