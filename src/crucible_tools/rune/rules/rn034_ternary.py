"""RN034: `a ? b : c`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Block, Expr, Ternary


def check(script: Script) -> Iterator[Finding]:
    """Finds conditions as JavaScript writes them."""
    tokens = script.tree.tokens
    for node in script.tree.of(Ternary):
        start, end = tokens.starts[node.question], tokens.ends[node.question]
        message = "there is no `a ? b : c` in Rune: `if` gives a value"
        if isinstance(node.parent, Ternary) and node.parent.no is node:
            # The first one of a chain has the repair.
            yield Finding("RN034", start, end, message)
            continue
        fix = Fix(True, "Write `if .. else ..`", tuple(_edits(script, node)))
        yield Finding("RN034", start, end, message, fix=fix)


def _edits(script: Script, node: Ternary) -> Iterator[Edit]:
    yield Edit(script.start(node), script.start(node), "if ")
    yield _between(script, node.question, "{")
    yield from _empty(script, node.yes)
    while isinstance(node.no, Ternary):
        yield _between(script, node.colon, "} else if")
        node = node.no
        yield _between(script, node.question, "{")
        yield from _empty(script, node.yes)
    yield _between(script, node.colon, "} else {")
    yield from _empty(script, node.no)
    yield Edit(script.end(node), script.end(node), " }")


def _between(script: Script, token: int, text: str) -> Edit:
    tokens = script.tree.tokens
    start, end = tokens.starts[token], tokens.ends[token]
    before = "" if script.text[start - 1].isspace() else " "
    after = "" if script.text[end : end + 1].isspace() else " "
    return Edit(start, end, f"{before}{text}{after}")


def _empty(script: Script, value: Expr) -> Iterator[Edit]:
    """`{}` means an empty object where a value stands."""
    if isinstance(value, Block) and value.open + 1 == value.last:
        yield Edit(script.start(value), script.start(value), "#")


RULE = Rule(
    code="RN034",
    name="ternary",
    summary='`x > 1 ? "many" : "one"`: there is no such operator, `if` gives a value.',
    why="""\
A `?` behind a value ends the function early in Rune when there is an error. For a choice there is `if`, which gives
the value of its branch: `if x > 1 { "many" } else { "one" }`.

The repair writes that. Only `true` takes the first branch in Rune: what JavaScript holds for true, such as a text
that is not empty, has to be compared.
""",
    before="""\
pub async fn call(args) {
    let label = args.a > 1 ? "many" : "one";
    label
}
""",
    after="""\
pub async fn call(args) {
    let label = if args.a > 1 { "many" } else { "one" };
    label
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("?",),
)
