"""RN040: `i++`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Expr, Statement, Unary


def check(script: Script) -> Iterator[Finding]:
    """Finds `i++`, `i--` and `++i`."""
    tokens = script.tree.tokens
    behind = {node.last: node.expression for node in script.tree.of(Statement) if node.semicolon is None}
    for i, word in enumerate(tokens.texts):
        if word not in ("++", "--") or script.word(i + 1) not in (";", ")", "}", ","):
            continue
        if script.word(i + 1) == ")" and script.word(tokens.partner[i + 1] - 1) == "for":
            continue  # the loop is repaired as a whole
        yield _finding(script, i, behind.get(i - 1), (Edit(tokens.starts[i], tokens.ends[i], f" {word[0]}= 1"),))
    for node in script.tree.of(Unary):
        if node.op == "++":
            end = script.end(node)
            alone = node.operand if isinstance(node.parent, Statement) else None
            edits = (Edit(tokens.starts[node.first], tokens.ends[node.first], ""), Edit(end, end, " += 1"))
            yield _finding(script, node.first, alone, edits)


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

The repair writes `i += 1` where the counting is a statement. Inside a longer expression it is only reported.
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
