"""RN116: one character of a text by its index."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import bare, outer
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Binary, Expr, Index, Literal, Unary
from crucible_tools.rune.types.values import ANY, CHAR, INT, STRING


def check(script: Script) -> Iterator[Finding]:
    """Finds `text[0]` where the text certainly is one."""
    for node in script.tree.of(Index):
        if node.index is None or not script.types.of(node.base).only(STRING):
            continue
        index = script.types.of(node.index)
        if index.kinds in (0, ANY) or not index.only(INT) or isinstance(bare(node.index), Unary):
            continue  # of what counts from the end RN115 speaks
        source, at = script.source(node.base), script.source(node.index)
        tokens = script.tree.tokens
        fix = _repair(script, node)
        yield Finding(
            "RN116",
            tokens.starts[node.open],
            tokens.ends[node.last],
            f"`{source}` is a text, which has slices like `[0..1]`, but no single elements",
            hint=None if fix else "`.chars().nth(n)` gives an Option of a character",
            choices=(f"{source}.chars().nth({at}).unwrap()", f"{source}[{at}..{at} + 1]"),
            fix=fix,
        )


def _repair(script: Script, node: Index) -> Fix | None:
    here = outer(node)
    up = here.parent
    if node.index is None or (isinstance(up, Assign) and up.target is here):
        return None
    index = bare(node.index)
    if isinstance(index, Literal) and isinstance(up, Binary):
        other = up.right if up.left is here else up.left
        if script.types.of(other).only(CHAR):
            return _character(script, node)
    if not isinstance(index, Literal) or not script.source(index).isdigit() or len(script.source(index)) > 9:
        return None
    return _slice(script, index)


def _slice(script: Script, index: Expr) -> Fix:
    after = int(script.source(index)) + 1
    end = script.end(index)
    return Fix(False, f"Write `[{after - 1}..{after}]`", (Edit(end, end, f"..{after}"),))


def _character(script: Script, node: Index) -> Fix:
    tokens = script.tree.tokens
    edits = (
        Edit(tokens.starts[node.open], tokens.ends[node.open], ".chars().nth("),
        Edit(tokens.starts[node.last], tokens.ends[node.last], ").unwrap()"),
    )
    return Fix(False, "Write `.chars().nth(..).unwrap()`", edits)


RULE = Rule(
    code="RN116",
    name="text-index",
    summary="`text[0]`: a text has slices, `text[0..1]`, but no single elements.",
    why="""\
A text is no list of characters in Rune, so an index of one number is an error. `text[0..1]` is a text of one byte,
and an error where a character has several; `text.chars().nth(0)` gives an Option of the character.

The repair takes the slice, or the character where it is compared with one. It is unsafe: the two differ for letters
that are no ASCII.
""",
    before="""\
pub async fn call(args) {
    let name = `${args.a}`;
    name[0]
}
""",
    after="""\
pub async fn call(args) {
    let name = `${args.a}`;
    name[0..1]
}
""",
    kind=Kind.CERTAIN,
    fix="unsafe",
    check=check,
    words=("[",),
)
