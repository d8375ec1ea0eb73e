"""RN043: `a ** b`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.purity import is_pure
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Literal, Paren


def check(script: Script) -> Iterator[Finding]:
    """Finds `**` between two values."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op != "**":
            continue
        start, end = tokens.starts[node.token], tokens.ends[node.token]
        message = "there is no `**` in Rune: integers have `pow`, floats have `powi` and `powf`"
        yield Finding("RN043", start, end, message, fix=_fix(script, node))


def _fix(script: Script, node: Binary) -> Fix | None:
    left = script.end(node.left)
    if isinstance(node.left, Binary) or script.word(node.first) in ("-", "!", "not"):
        return None  # what it belongs to differs from language to language
    if script.source(node.right) == "2" and is_pure(script, node.left):
        text = script.source(node.left)
        inside = isinstance(node.parent, Binary)
        edits = [Edit(left, script.end(node), f" * {text}{')' if inside else ''}")]
        if inside:
            edits.insert(0, Edit(script.start(node), script.start(node), "("))
        return Fix(True, f"Write `{text} * {text}`", tuple(edits))
    whole = (
        isinstance(node.left, Literal)
        and isinstance(node.right, Literal)
        and node.left.kind == node.right.kind == "int"
    )
    start, end = script.start(node.right), script.end(node)
    if isinstance(node.right, Paren):
        return Fix(False, "Write `.pow(..)`", (Edit(left, start, ".pow"),))
    return Fix(whole, "Write `.pow(..)`", (Edit(left, start, ".pow("), Edit(end, end, ")")))


RULE = Rule(
    code="RN043",
    name="power",
    summary="`a ** b`: there is no such operator; integers have `pow`, floats `powi` and `powf`.",
    why="""\
Powers are methods in Rune, and different ones for integers (`2.pow(3)`) and for floats (`x.powi(3)`, `x.powf(0.5)`).

The repair writes `x * x` for `x ** 2`. Otherwise it writes `.pow(..)`, which is unsafe unless both sides are whole
numbers: it fails for floats.
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
