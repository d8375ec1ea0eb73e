"""RN163: asking whether a key is there by reading it."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import bare, has_comment, outer, same
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Binary, Expr, If, Index, Literal, Node, Unary
from crucible_tools.rune.types.values import BOOL, INT, LIST, OBJECT, OTHER, RANGE, STRING


def check(script: Script) -> Iterator[Finding]:
    """Finds `if !counts[word] {` and `if counts[word] {` where the other branch begins that key."""
    for index in script.tree.of(Index):
        key = index.index
        if key is None or not _is_map(script, index, key):
            continue
        expr = outer(index)
        up = expr.parent
        negated = isinstance(up, Unary) and up.op in ("!", "not")
        if negated and isinstance(up, Unary):
            expr = outer(up)
            up = expr.parent
        while isinstance(up, Binary) and up.op in ("&&", "||", "and", "or"):
            expr = outer(up)
            up = expr.parent
        if not isinstance(up, If) or up.condition is not expr:
            continue
        begun = _begun(script, up.then if negated else up.otherwise, index)
        if begun is None and not (negated and script.types.of(index.base).only(OBJECT)):
            continue
        start, end = script.start(index), script.end(index)
        source = script.source(index)
        message = f"`{source}` is an error where the key is missing: it cannot ask whether the key is there"
        safe = begun is not None and not script.types.of(begun).may(BOOL)
        gap = (script.end(index.base), script.start(key))
        fix = None
        if not has_comment(script, start, end):
            edits = (Edit(*gap, ".contains_key("), Edit(script.end(key), end, ")"))
            fix = Fix(safe, "Ask with `contains_key`", edits)
        yield Finding("RN163", start, end, message, hint="`map.contains_key(key)` asks for a key", fix=fix)


def _is_map(script: Script, index: Index, key: Expr) -> bool:
    """Whether what is asked is an object or a map by all that is known."""
    value, at = script.types.of(index.base), script.types.of(key)
    if at.only(INT | RANGE) or (isinstance(bare(key), Literal) and not at.only(STRING)):
        return False
    return (
        value.only(OBJECT)
        or (value.only(OTHER) and value.name == "HashMap")
        or (value.may(OBJECT) and not value.only(LIST | STRING) and at.only(STRING))
    )


def _begun(script: Script, branch: Node | None, index: Index) -> Expr | None:
    """What a branch first puts under the key."""
    if branch is None:
        return None
    for node in branch.walk():
        if isinstance(node, Assign) and node.op == "=" and same(script, node.target, index):
            return node.value
    return None


RULE = Rule(
    code="RN163",
    name="missing-key",
    summary="`if !groups[key] { groups[key] = []; }`: reading a key that is not there is an error.",
    why="""\
In JavaScript a missing key reads as `undefined`, which counts as false. In Rune reading it stops the tool, and so does
`!` of a list or a text.

The repair asks with `contains_key`. It is unsafe where the branch does not put something under that very key: then an
empty value may be meant as well.
""",
    before="""\
pub async fn call(args) {
    let groups = #{};
    if !groups[args.k] {
        groups[args.k] = [];
    }
    groups
}
""",
    after="""\
pub async fn call(args) {
    let groups = #{};
    if !groups.contains_key(args.k) {
        groups[args.k] = [];
    }
    groups
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("if",),
)
