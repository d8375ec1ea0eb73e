"""RN189: a value at the end of a function that a semicolon throws away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Binary,
    Block,
    Closure,
    Expr,
    Field,
    Function,
    Index,
    Let,
    List,
    Literal,
    Object,
    Paren,
    Path,
    Statement,
    Template,
    Tuple,
)

_PLAIN: Final = (Field, Index, List, Literal, Object, Path, Template, Tuple)
_RUNS_NOTHING: Final = (*_PLAIN, Binary, Paren)
_MOST: Final = 60
_OF_RN308: Final = frozenset({
    "NAME", "DESCRIPTION", "INPUT_SCHEMA", "OUTPUT_SCHEMA", "VERSION", "CATEGORY", "TAGS", "AUTHOR",
})  # fmt: skip
"""Functions that another rule speaks of."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `fn f() { .. total; }` and `let x = { .. total; };`."""
    tokens = script.tree.tokens
    for block in script.tree.of(Block):
        last = block.statements[-1] if block.statements else None
        if not isinstance(last, Statement) or last.semicolon is None or not _gives(script, block):
            continue
        if not isinstance(last.expression, _PLAIN) or not _runs_nothing(last.expression):
            continue
        start, end = script.start(last.expression), script.end(last.expression)
        cut = (Edit(tokens.starts[last.semicolon], tokens.ends[last.semicolon], ""),)
        message = "the `;` throws this value away, and nothing is given back"
        yield Finding("RN189", start, end, message, "warning", fix=Fix(False, "Delete `;`", cut))


def _gives(script: Script, block: Block) -> bool:
    """Whether somebody may want what a block gives."""
    up = block.parent
    if isinstance(up, Function):
        return up.name is None or script.word(up.name) not in _OF_RN308
    return isinstance(up, (Closure, Let))


def _runs_nothing(expression: Expr) -> bool:
    """Whether an expression is worth nothing but its value."""
    for seen, node in enumerate(expression.walk()):
        if seen > _MOST or (isinstance(node, Expr) and not isinstance(node, _RUNS_NOTHING)):
            return False
    return True


RULE = Rule(
    code="RN189",
    name="value-thrown-away",
    summary="`fn f() { let n = g(); n; }`: a semicolon behind the last value throws it away.",
    why="""\
A function gives what its body ends with, and a semicolon ends a statement, which gives nothing. A value that stands
there all by itself is certainly meant to be given.

The repair deletes the semicolon. It is unsafe, because results change.
""",
    before="""\
pub async fn call(args) {
    let n = args.a + 1;
    n;
}
""",
    after="""\
pub async fn call(args) {
    let n = args.a + 1;
    n
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
    words=(";",),
)
