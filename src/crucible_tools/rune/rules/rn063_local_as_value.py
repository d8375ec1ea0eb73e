"""RN063: a block that gives one of its own variables."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Block,
    Closure,
    Expr,
    Function,
    If,
    Jump,
    Let,
    Match,
    Paren,
    Path,
    Statement,
)


def check(script: Script) -> Iterator[Finding]:
    """Finds closures, and blocks and first arms at the end of functions, that end in a variable of their own."""
    seen: set[int] = set()
    for start in _starts(script):
        found = _value(script, start)
        if found is None or found.first in seen:
            continue
        seen.add(found.first)
        yield _finding(script, found)


def _starts(script: Script) -> list[Expr]:
    """Expressions whose value is given back by what they stand in."""
    starts: list[Expr] = [closure.body for closure in script.tree.of(Closure)]
    for function in script.tree.of(Function):
        # The variables of the body itself are fine: it is blocks inside it that lose theirs.
        if function.body is not None and function.body.value is not None:
            starts.append(function.body.value)
    starts += [jump.value for jump in script.tree.of(Jump) if jump.word == "return" and jump.value is not None]
    return sorted(starts, key=lambda node: node.first)


def _value(script: Script, start: Expr) -> Path | Paren | None:
    """What an expression gives back, if that is a variable of a block inside it.

    Rune 0.14.2 loses it on these ways: the end of a block, the first arm of a `match`, the last branch of an `if`. What
    ends with a jump does not count: then the next one is the first.
    """
    texts = script.tree.tokens.texts
    own: set[str] = set()
    node: Expr | None = start
    outer: Paren | None = None
    while node is not None:
        if isinstance(node, Path):
            return (outer or node) if node.name in own else None
        if isinstance(node, Paren):
            outer = outer or node
            node = node.inner
            continue
        outer = None
        if isinstance(node, Block):
            if node.prefix is not None or script.word(node.first) != "{":
                return None
            lets = [item for item in node.statements if isinstance(item, Let)]
            own |= {texts[token] for let in lets for token in let.pattern.names}
            node = node.value
        elif isinstance(node, Match):
            node = _first_arm(script, node)
        elif isinstance(node, If):
            node = _first_branch(node)
        else:
            return None
    return None


def _first_arm(script: Script, match: Match) -> Expr | None:
    """The body of the first arm that ends; patterns with parentheses come off well."""
    for arm in match.arms:
        if not _leaves(arm.body):
            return None if "(" in script.source(arm.pattern) else arm.body
    return None


def _first_branch(node: If) -> Expr | None:
    """The branch that Rune compiles first, of those that end: the last `else`, then the others in their order."""
    branches: list[Block] = []
    at: Block | If | None = node
    while isinstance(at, If):
        branches.append(at.then)
        at = at.otherwise
    if at is None:
        return None
    return next((branch for branch in (at, *branches) if not _leaves(branch)), None)


def _leaves(node: Expr) -> bool:
    """Whether nothing comes out of an expression, because it ends with a jump."""
    while isinstance(node, Block) and node.statements:
        last = node.statements[-1]
        if not isinstance(last, Statement):
            return False
        node = last.expression
    return isinstance(node, Jump)


def _finding(script: Script, node: Path | Paren) -> Finding:
    start, end = script.start(node), script.end(node)
    name = script.source(node)
    message = f"Rune loses `{name}` on the way out of its block, and gives back an empty value that nothing can read"
    fix = Fix(True, f"Write `return {name}`", (Edit(start, start, "return "),))
    return Finding("RN063", start, end, message, fix=fix)


RULE = Rule(
    code="RN063",
    name="local-as-value",
    summary="`|x| { let y = x + 1; y }`: a closure that ends in a variable of its own gives back an empty value.",
    why="""\
This is a mistake of Rune 0.14, not of the script. When a closure ends in a variable that was declared in its body,
what it gives back is not that value but an empty one, which fails as soon as anything reads it. The same happens at
the end of a function: to the last branch of an `if` (`if x { 1 } else { let y = 2; y }`), to the first arm of a
`match`, and to a block. The variables of the body of the function itself are fine, and so is everything but a bare
name: `y + 0`, `[y]`, `f(y)`.

The repair writes `return y`, which means the same and works.
""",
    before="""\
pub async fn call(args) {
    args.a.iter().map(|x| { let y = x + 1; y }).collect::<Vec>()
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().map(|x| { let y = x + 1; return y }).collect::<Vec>()
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("let ",),
)
