"""RN054: a missing semicolon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Block,
    Const,
    For,
    If,
    Item,
    Let,
    Loop,
    Match,
    Node,
    Skipped,
    Statement,
    Unread,
    Use,
    While,
)

_BLOCKS: Final = (If, Match, For, While, Loop, Block, Unread)


def check(script: Script) -> Iterator[Finding]:
    """Finds `let`, `const`, `use` and expressions that another statement follows on the next line."""
    tokens = script.tree.tokens
    if tokens.unclosed or tokens.cut is not None:
        return  # where a statement ends is anybody's guess
    unread = script.tree.of(Skipped)
    beside = {node.last + 1 for node in unread} | {node.first - 1 for node in unread}
    for node in _without(script):
        if node.first in beside or node.last in beside:
            continue
        end = tokens.ends[node.last]
        fix = Fix(True, "Write `;`", (Edit(end, end, ";"),))
        yield Finding("RN054", max(end - 1, 0), end, "a semicolon is missing behind this", fix=fix)


def _without(script: Script) -> Iterator[Node]:
    found: list[Node] = []
    for let in script.tree.of(Let):
        if let.semicolon is None and let.value is not None and not isinstance(let.value, Unread):
            found.append(let)
    for item in (*script.tree.of(Const), *script.tree.of(Use)):
        if script.word(item.last) not in (";", "{", "::", ",") and not (isinstance(item, Const) and item.value is None):
            found.append(item)
    found = [node for node in found if _ends_line(script, node.last)]
    for block in script.tree.of(Block):
        for statement, after in zip(block.statements, block.statements[1:], strict=False):
            if (
                isinstance(statement, Statement)
                and statement.semicolon is None
                and not isinstance(statement.expression, _BLOCKS)
                and isinstance(after, (Statement, Let, Item))
                and after.first == statement.last + 1
                and _breaks_line(script, statement.last)
                and not _goes_on(script, after.first)
            ):
                found.append(statement)
    yield from sorted(found, key=lambda node: node.last)


def _ends_line(script: Script, last: int) -> bool:
    """Whether nothing that could belong to it follows."""
    tokens = script.tree.tokens
    if last + 1 >= len(tokens) or tokens.texts[last + 1] == "}":
        return True
    return _breaks_line(script, last) and not _goes_on(script, last + 1)


def _breaks_line(script: Script, last: int) -> bool:
    tokens = script.tree.tokens
    return "\n" in script.text[tokens.ends[last] : tokens.starts[last + 1]]


def _goes_on(script: Script, token: int) -> bool:
    """Whether a token could not begin a statement."""
    kind, word = script.tree.tokens.kinds[token], script.word(token)
    return kind not in ("name", "int", "string", "backtick") and word not in ("}", "#", "*", "(", "[")


RULE = Rule(
    code="RN054",
    name="missing-semicolon",
    summary="`let x = 1` without `;`: Rune needs a semicolon behind it.",
    why="""\
A line end means nothing in Rune. Behind every statement but the last one of a block, which gives the value of the
block, stands a semicolon; behind `let` always. `if`, `match`, loops and blocks need none.

The repair writes it.
""",
    before="""\
pub async fn call(args) {
    let n = args.a
    n + 1
}
""",
    after="""\
pub async fn call(args) {
    let n = args.a;
    n + 1
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(),
)
