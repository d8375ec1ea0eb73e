"""RN133: lists that are added."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from crucible_tools.rune.rules.receivers import bare, kinds
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Await,
    Binary,
    Call,
    Expr,
    Field,
    Index,
    List,
    MethodCall,
    Node,
    Paren,
    Path,
    Try,
)  # fmt: skip
from crucible_tools.rune.types.values import ITERATOR, LIST

_POSTFIX = (Await, Call, Field, Index, List, MethodCall, Paren, Path, Try)


def check(script: Script) -> Iterator[Finding]:
    """Finds `+` and `+=` where one side is certainly a list and the other may be one."""
    inner: set[Node] = set()
    for added in script.tree.of(Binary):
        if added.op != "+" or added in inner:
            continue
        parts = _parts(added, inner)
        if not any(_is_list(script, part) for part in parts[:2]):
            continue
        tokens = script.tree.tokens
        start, end = tokens.starts[added.token], tokens.ends[added.token]
        yield Finding(
            "RN133", start, end, "lists have no `+`", hint="`a.iter().chain(b.iter())` walks over both",
            fix=_chained(script, added, parts),
        )  # fmt: skip
    for assign in script.tree.of(Assign):
        if assign.op != "+=":
            continue
        target, value = kinds(script, assign.target), kinds(script, assign.value)
        if not (_is_list(script, assign.target) or (_is_list(script, assign.value) and target & LIST)):
            continue
        tokens = script.tree.tokens
        start, end = tokens.starts[assign.token], tokens.ends[assign.token]
        yield Finding(
            "RN133", start, end, "lists have no `+=`", hint="`list.extend(more)` adds all items of another list",
            fix=_extended(script, assign) if value & (LIST | ITERATOR) else None,
        )  # fmt: skip


def _parts(added: Binary, inner: set[Node]) -> list[Expr]:
    """What is added, from left to right."""
    parts: list[Expr] = [added.right]
    left: Node = bare(added.left)
    while isinstance(left, Binary) and left.op == "+":
        inner.add(left)
        parts.append(left.right)
        left = bare(left.left)
    if isinstance(left, Expr):
        parts.append(left)
    return parts[::-1]


def _is_list(script: Script, node: Expr) -> bool:
    return kinds(script, node) == LIST


def _chained(script: Script, added: Binary, parts: list[Expr]) -> Fix | None:
    if not all(kinds(script, part) & LIST and isinstance(bare(part), _POSTFIX) for part in parts):
        return None
    edits: list[Edit] = []
    for one, other in pairwise(parts):
        gap = script.text[script.end(one) : script.start(other)]
        if gap.strip() != "+":
            return None  # a comment or parentheses between the parts
        end = "" if one is parts[0] else ")"
        edits.append(Edit(script.end(one), script.start(other), f".iter(){end}.chain("))
    edits.append(Edit(script.end(added), script.end(added), ".iter()).collect::<Vec>()"))
    return Fix(True, "Chain the iterators", tuple(edits))


def _extended(script: Script, assign: Assign) -> Fix:
    edits = (
        Edit(script.end(assign.target), script.start(assign.value), ".extend("),
        Edit(script.end(assign.value), script.end(assign.value), ")"),
    )
    return Fix(True, "Extend the list", edits)


RULE = Rule(
    code="RN133",
    name="adding-lists",
    summary="`old + new` on two lists: lists have no `+`.",
    why="""\
`+` adds numbers and joins strings; with a list on either side it fails. The repair chains the iterators of the
lists and collects: `old.iter().chain(new.iter()).collect::<Vec>()`. `list += more` becomes `list.extend(more)`,
which changes the list in place.
""",
    before="""\
pub async fn call(args) {
    args.a + ["z"]
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().chain(["z"].iter()).collect::<Vec>()
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("+",),
)
