"""RN043: `a ** b`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from crucible_tools.rune.rules.operands import tight
from crucible_tools.rune.rules.purity import is_pure
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Expr, Literal, Paren
from crucible_tools.rune.types.values import FLOAT, INT


def check(script: Script) -> Iterator[Finding]:
    """Finds `**` between two values; those of `a ** b ** c` are mended together."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op != "**":
            continue
        start, end = tokens.starts[node.token], tokens.ends[node.token]
        message = "there is no `**` in Rune: integers have `pow`, floats have `powi` and `powf`"
        up = node.parent
        inner = isinstance(up, Binary) and up.op == "**" and up.left is node
        yield Finding("RN043", start, end, message, fix=None if inner else _fix(script, node))


def _fix(script: Script, node: Binary) -> Fix | None:
    if script.word(node.first) in ("-", "!", "not"):
        return None  # what it belongs to differs from language to language
    operands = _operands(node)
    if not all(tight(operand) for operand in operands[:-1]):
        return None
    if len(operands) > 2:
        return _tower(script, operands)
    left, right = operands
    if script.source(right) == "2" and is_pure(script, left):
        text = script.source(left)
        inside = isinstance(node.parent, Binary)
        edits = [Edit(script.end(left), script.end(node), f" * {text}{')' if inside else ''}")]
        if inside:
            edits.insert(0, Edit(script.start(node), script.start(node), "("))
        return Fix(True, f"Write `{text} * {text}`", tuple(edits))
    return _method(script, left, right)


def _operands(node: Binary) -> list[Expr]:
    """What stands between the `**` of a chain."""
    operands: list[Expr] = [node.right]
    left = node.left
    while isinstance(left, Binary) and left.op == "**":
        operands.append(left.right)
        left = left.left
    return [left, *reversed(operands)]


def _method(script: Script, left: Expr, right: Expr) -> Fix:
    """`pow` for whole numbers, `powi` for a float to the power of a whole number, `powf` for what is no whole one."""
    base, power = script.types.of(left), script.types.of(right)
    name, safe = "pow", _is_whole(left) and _is_whole(right)
    before, after = "", ""
    if power.only(FLOAT):
        name, safe = "powf", True
        if not base.only(FLOAT):
            # Leaves a float as it is.
            before, after = "(", " as f64)"
    elif base.only(FLOAT) and power.only(INT):
        name, safe = "powi", True
    start, end = script.start(right), script.end(right)
    edits = [Edit(script.start(left), script.start(left), before)] if before else []
    if isinstance(right, Paren):
        edits.append(Edit(script.end(left), start, f"{after}.{name}"))
    else:
        edits += [Edit(script.end(left), start, f"{after}.{name}("), Edit(end, end, ")")]
    return Fix(safe, f"Write `.{name}(..)`", tuple(edits))


def _is_whole(expr: Expr) -> bool:
    return isinstance(expr, Literal) and expr.kind == "int"


def _tower(script: Script, operands: list[Expr]) -> Fix | None:
    """`a ** b ** c`, which is `a ** (b ** c)`."""
    if any(script.types.of(operand).only(FLOAT) for operand in operands):
        return None
    edits: list[Edit] = []
    closing = len(operands) - 1
    last = script.end(operands[-1])
    for left, right in pairwise(operands):
        if right is operands[-1] and script.source(right) == "2" and is_pure(script, left):
            edits.append(Edit(script.end(left), last, f" * {script.source(left)}{')' * (closing - 1)}"))
            break
        edits.append(Edit(script.end(left), script.start(right), ".pow("))
    else:
        edits.append(Edit(last, last, ")" * closing))
    return Fix(all(_is_whole(operand) for operand in operands), "Write `.pow(..)`", tuple(edits))


RULE = Rule(
    code="RN043",
    name="power",
    summary="`a ** b`: there is no such operator; integers have `pow`, floats `powi` and `powf`.",
    why="""\
Powers are methods in Rune, and different ones for integers (`2.pow(3)`) and for floats (`x.powi(3)`, `x.powf(0.5)`).

The repair writes `x * x` for `x ** 2`, and `(x as f64).powf(0.5)` for a power that is no whole number; `as f64` leaves
a float alone. Otherwise it writes `.pow(..)`, or `.powi(..)` for what is known to be a float. `pow` is unsafe unless
both sides are whole numbers: it fails for floats. `a ** b ** c` means `a ** (b ** c)`.
""",
    before="""\
pub async fn call(args) {
    args.a ** 2
}
""",
    after="""\
pub async fn call(args) {
    args.a * args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("**",),
)
