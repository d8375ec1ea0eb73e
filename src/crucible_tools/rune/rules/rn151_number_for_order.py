"""RN151: a function for `sort_by` that gives a number or a boolean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import bare, has_comment, tight
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Block, Closure, Expr, MethodCall, Path
from crucible_tools.rune.types.values import BOOL, LIST, NUMBER

_ORDERS: Final = frozenset({"-", ">"})
"""What has one reading; whether `a < b` means that `a` comes first, or last, depends on the language."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `list.sort_by(|a, b| a - b)` and `list.sort_by(|a, b| a < b)`."""
    for call in script.tree.of(MethodCall):
        if script.word(call.name) != "sort_by" or len(call.args.items) != 1:
            continue
        item = call.args.items[0]
        closure = bare(item) if isinstance(item, Expr) else None
        if not isinstance(closure, Closure) or len(closure.params) != 2 or not script.types.of(call.base).may(LIST):
            continue
        given = _given(closure)
        if given is None or not script.types.of(given).only(NUMBER | BOOL):
            continue
        fix = _fix(script, closure, given)
        hint = (
            None if fix else "`|a, b| a.cmp(b)` sorts from the least to the greatest, `|a, b| b.cmp(a)` the other way"
        )
        what = "number" if script.types.of(given).only(NUMBER) else "boolean"
        message = f"`sort_by` wants an Ordering, and `{script.source(given)}` gives a {what}"
        yield Finding("RN151", script.start(given), script.end(given), message, hint=hint, fix=fix)


def _given(closure: Closure) -> Expr | None:
    """What a closure gives in the end."""
    body = bare(closure.body)
    if isinstance(body, Block):
        return bare(body.value) if body.prefix is None and body.value is not None else None
    return body


def _fix(script: Script, closure: Closure, given: Expr) -> Fix | None:
    """`a - b` as `a.cmp(b)`, and `a > b`, which tells JavaScript that `a` comes last, too."""
    if not isinstance(given, Binary) or given.op not in _ORDERS or not tight(given.left) or not tight(given.right):
        return None
    if has_comment(script, script.start(given), script.end(given)):
        return None
    params = {script.source(param.pattern) for param in closure.params}
    if {_root(script, given.left), _root(script, given.right)} != params:
        return None
    text = f"{script.source(given.left)}.cmp({script.source(given.right)})"
    return Fix(True, f"Write `{text}`", (Edit(script.start(given), script.end(given), text),))


def _root(script: Script, expr: Expr) -> str:
    node = expr
    while not isinstance(node, Path):
        base = getattr(node, "base", None)
        if not isinstance(base, Expr):
            return ""
        node = bare(base)
    return script.source(node)


RULE = Rule(
    code="RN151",
    name="number-for-order",
    summary="`list.sort_by(|a, b| a - b)`: the function gives an Ordering, `a.cmp(b)`, no number.",
    why="""\
In JavaScript a function for sorting gives a number below, at or above 0. In Rune it gives an Ordering, and anything
else is an error as soon as two items are compared.

The repair writes `a.cmp(b)` for `a - b` and for `a > b`. It is safe, because such a list was never sorted.
""",
    before="""\
pub async fn call(args) {
    let list = args.a.iter().collect::<Vec>();
    list.sort_by(|a, b| b - a);
    list
}
""",
    after="""\
pub async fn call(args) {
    let list = args.a.iter().collect::<Vec>();
    list.sort_by(|a, b| b.cmp(a));
    list
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("sort_by(",),
)
