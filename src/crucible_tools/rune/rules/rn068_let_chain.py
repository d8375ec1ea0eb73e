"""RN068: `if let Some(x) = a && x > 3`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.let_chains import LetChain, let_chains
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import If

_LONGEST: Final = 160
"""Characters of an `else` that is written twice."""


def check(script: Script) -> Iterator[Finding]:
    """Finds conditions that bind something in one part and ask for more in another."""
    tokens = script.tree.tokens
    for chain in let_chains(script):
        fix = _fix(script, chain)
        yield Finding(
            "RN068",
            tokens.starts[chain.token],
            tokens.ends[chain.token],
            "Rune has no `let` among other conditions: it takes everything behind the `=` for one value",
            hint=None if fix else _hint(chain),
            fix=fix,
        )


def _hint(chain: LetChain) -> str:
    if isinstance(chain.branch, If):
        return "nest two `if`, and do in both what stands behind `else`; or ask in the guard of a `match`"
    return "write `while` with one condition, and leave the loop with `break` when the other one fails"


def _fix(script: Script, chain: LetChain) -> Fix | None:
    """An `if` inside the other."""
    branch = chain.branch
    if not isinstance(branch, If):
        return None
    tokens = script.tree.tokens
    other = ""
    if branch.otherwise is not None:
        other = script.source(branch.otherwise)
        start, end = script.start(branch.otherwise), script.end(branch.otherwise)
        if len(other) > _LONGEST or isinstance(branch.otherwise, If) or has_comment(script, start, end):
            return None
        other = f" else {other}"
    before = script.end(chain.front) if chain.front is not None else script.end(chain.value)
    after = tokens.starts[chain.token + 1]
    close = script.end(branch.then)
    if has_comment(script, before, after) or tokens.partner[branch.then.open] != branch.then.last:
        return None
    edits = (Edit(before, after, " { if "), Edit(close, close, f"{other} }}"))
    return Fix(_never_ran(script, chain), "Nest two `if`", edits)


def _never_ran(script: Script, chain: LetChain) -> bool:
    """Whether it is certain that the source does not compile: something is asked about what would be bound."""
    if script.compiles is False:
        return True
    texts = script.tree.tokens.texts
    names = {texts[token] for token in chain.let.pattern.names}
    asked = set(texts[chain.value.last + 1 : chain.branch.condition.last + 1])
    return bool(names & asked) and names.isdisjoint(texts[: chain.branch.first])


RULE = Rule(
    code="RN068",
    name="let-chain",
    summary="`if let Some(x) = found && x > 3 {`: `let` stands alone in a condition.",
    why="""\
Rust can bind a name and ask about it in one condition. Rune reads everything behind the `=` as one value, `found && x >
3`, which is never `Some`; and `x` is not known there.

The repair nests two `if`: `if let Some(x) = found { if x > 3 { .. } }`. Where an `else` follows, both need it: a short
one is written twice, a long one is only reported. So is `while let`. The repair is unsafe in a source that
may have run as it is.
""",
    before="""\
pub async fn call(args) {
    if let Some(a) = args.get("a") && a > 3 {
        return "many";
    }
    "few"
}
""",
    after="""\
pub async fn call(args) {
    if let Some(a) = args.get("a") { if a > 3 {
        return "many";
    } }
    "few"
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("let ",),
)
