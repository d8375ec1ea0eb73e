"""RN118: changing a constant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.file_variables import is_constant
from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Block, Const, Expr, Field, Index, MethodCall, Path

_CHANGING: Final = frozenset({"push", "insert", "remove", "pop", "clear", "sort", "sort_by", "extend", "truncate"})


def check(script: Script) -> Iterator[Finding]:
    """Finds assignments to constants and to parts of them, and methods that change them."""
    found: list[Finding] = []
    for node in script.tree.of(Assign):
        name = _constant(script, node.target)
        if name is not None:
            tokens = script.tree.tokens
            whole = isinstance(bare(node.target), Path)
            what = "a constant cannot be assigned to" if whole else "every mention of a constant is a fresh copy"
            found.append(_finding(script, name, tokens.starts[node.token], tokens.ends[node.token], what))
    for call in script.tree.of(MethodCall):
        if script.word(call.name) in _CHANGING:
            name = _constant(script, call.base)
            if name is not None:
                tokens = script.tree.tokens
                start, end = tokens.starts[call.name], tokens.ends[call.name]
                found.append(_finding(script, name, start, end, "every mention of a constant is a fresh copy"))
    yield from sorted(found, key=lambda item: item.start)


def _constant(script: Script, expr: Expr) -> str | None:
    """The constant that a place is, or is a part of."""
    expr = bare(expr)
    while isinstance(expr, (Field, Index)):
        expr = bare(expr.base)
    if not isinstance(expr, Path) or expr.name is None:
        return None
    binding = script.types.binding(expr)
    if binding is None:
        binding = script.types.scopes.item(expr)
    # A `let` at file level is told to be none of Rune already.
    if not isinstance(binding, Const) or binding.word != "const" or _is_variable(script, binding):
        return None
    return expr.name


def _is_variable(script: Script, const: Const) -> bool:
    """Whether it is told to be a variable, and made one: a `const` in a function that does not compile as one."""
    if not isinstance(const.parent, Block):
        return False
    return script.compiles is False or const.value is None or not is_constant(script, const.value)


def _finding(script: Script, name: str, start: int, end: int, what: str) -> Finding:
    return Finding(
        "RN118",
        start,
        end,
        f"`{name}` is not changed by this: {what}",
        hint="keep it in a variable of the function, and hand it on",
    )


RULE = Rule(
    code="RN118",
    name="constant-changed",
    summary="`LIMITS.push(3)` on a `const`: every mention of a constant is a fresh copy, so nothing changes.",
    why="""\
A `const` is written out again wherever its name stands. Assigning to it does not compile; assigning to a part of it,
or calling `push` on it, changes a copy that is gone at once, without any error. A tool keeps nothing between two
calls either: what changes belongs into a variable of the function, or to whoever calls.

There is no repair, because where the state should live is a decision.
""",
    before="""\
const SEEN = [];
pub async fn call(args) {
    SEEN.push(args.a);
    SEEN.len()
}
""",
    after="""\
pub async fn call(args) {
    let seen = [];
    seen.push(args.a);
    seen.len()
}
""",
    kind=Kind.LIKELY,
    fix="none",
    check=check,
    words=("const ",),
)
