"""RN040: `i++`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Block, Expr, Let, Statement, Unary


def check(script: Script) -> Iterator[Finding]:
    """Finds `i++`, `i--` and `++i`."""
    tokens = script.tree.tokens
    behind = {node.last: node.expression for node in script.tree.of(Statement) if node.semicolon is None}
    for i, word in enumerate(tokens.texts):
        if word not in ("++", "--") or script.word(i + 1) not in (";", ")", "}", ",", "]"):
            continue
        if script.word(i + 1) == ")" and script.word(tokens.partner[i + 1] - 1) == "for":
            continue  # the loop is repaired as a whole
        later = None if i - 1 in behind else _counted_later(script, i)
        if later is not None:
            yield later
            continue
        yield _finding(script, i, behind.get(i - 1), (Edit(tokens.starts[i], tokens.ends[i], f" {word[0]}= 1"),))
    for node in script.tree.of(Unary):
        if node.op == "++":
            end = script.end(node)
            alone = node.operand if isinstance(node.parent, Statement) else None
            edits = (Edit(tokens.starts[node.first], tokens.ends[node.first], ""), Edit(end, end, " += 1"))
            yield _finding(script, node.first, alone, edits)


_NOT_ONCE: Final = frozenset({"&&", "||", "?", "=>", "|", "{", "return", "if", "while", "for", "match"})


def _counted_later(script: Script, token: int) -> Finding | None:
    """`x = list[i++];`: the counting follows as a statement of its own."""
    tokens = script.tree.tokens
    name = tokens.texts[token - 1]
    around = [
        node
        for node in (*script.tree.of(Let), *script.tree.of(Statement))
        if node.semicolon is not None and node.first < token < node.semicolon
    ]
    if tokens.kinds[token - 1] != "name" or not around or script.word(token - 2) == ".":
        return None
    node = max(around, key=lambda one: one.first)
    between = tokens.texts[node.first : (node.semicolon or 0)]
    if between.count(name) != 1 or any(word in _NOT_ONCE for word in between) or not isinstance(node.parent, Block):
        return None
    end = tokens.ends[node.semicolon or 0]
    sign = tokens.texts[token][0]
    edits = (Edit(tokens.starts[token], tokens.ends[token], ""), Edit(end, end, f" {name} {sign}= 1;"))
    message = f"there is no `{tokens.texts[token]}` in Rune: `{sign}= 1` is a statement of its own"
    fix = Fix(True, f"Write `{name} {sign}= 1;` behind", edits)
    return Finding("RN040", tokens.starts[token], tokens.ends[token], message, fix=fix)


def _finding(script: Script, token: int, counted: Expr | None, edits: tuple[Edit, ...]) -> Finding:
    tokens = script.tree.tokens
    word = tokens.texts[token]
    message = f"there is no `{word}` in Rune: `{word[0]}= 1` is a statement of its own"
    fix = Fix(True, f"Write `{word[0]}= 1`", edits) if counted is not None else None
    hint = None if fix else "count in a statement in front of this one or behind it"
    return Finding("RN040", tokens.starts[token], tokens.ends[token], message, hint=hint, fix=fix)


RULE = Rule(
    code="RN040",
    name="increment",
    summary="`i++`, `i--`, `++i`: there are no such operators, `i += 1` is a statement of its own.",
    why="""\
Rune changes a variable by assigning to it, and an assignment gives no value.

The repair writes `i += 1` where the counting is a statement, and behind a simple statement that counts once: `x =
list[i++];`. Inside a longer expression it is only reported.
""",
    before="""\
pub async fn call(args) {
    let n = args.a;
    n++;
    n
}
""",
    after="""\
pub async fn call(args) {
    let n = args.a;
    n += 1;
    n
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("++", "--"),
)
