"""RN038: `let .. else`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Block, Expr, Let


def check(script: Script) -> Iterator[Finding]:
    """Finds `let pattern = value else {..};`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Let):
        if node.otherwise is None or node.value is None:
            continue
        word = node.otherwise.first - 1
        start, end = tokens.starts[word], tokens.ends[word]
        message = "a `let` of Rune has no `else`: a `match` tells what fits from what does not"
        fix = Fix(True, "Write a `match`", tuple(_edits(script, node, node.value, node.otherwise)))
        yield Finding("RN038", start, end, message, fix=fix)


def _edits(script: Script, node: Let, value: Expr, otherwise: Block) -> Iterator[Edit]:
    tokens = script.tree.tokens
    pattern, word = script.source(node.pattern), otherwise.first - 1
    names = list(dict.fromkeys(tokens.texts[token] for token in node.pattern.names))
    bound = names[0] if len(names) == 1 else f"({', '.join(names)})"
    yield Edit(script.start(node.pattern), script.end(node.pattern), bound if names else "_")
    yield Edit(script.start(value), script.start(value), "match ")
    yield Edit(tokens.starts[word], tokens.ends[word], f"{{ {pattern} => {bound}, _ =>")
    yield Edit(script.end(otherwise), script.end(otherwise), " }")


RULE = Rule(
    code="RN038",
    name="let-else",
    summary="`let Some(x) = y else { return; };`: a `let` has no `else` in Rune.",
    why="""\
A pattern of `let` that does not fit ends the call with an error; there is no way to go on.

The repair writes what is meant as a `match`: `let x = match y { Some(x) => x, _ => { return; } };`.
""",
    before="""\
pub async fn call(args) {
    let Some(x) = args.get("a") else { return "nothing"; };
    x
}
""",
    after="""\
pub async fn call(args) {
    let x = match args.get("a") { Some(x) => x, _ => { return "nothing"; } };
    x
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("else",),
)
