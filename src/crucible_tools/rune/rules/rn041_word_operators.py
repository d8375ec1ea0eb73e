"""RN041: `and`, `or`, `not`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.operands import has_comment, is_operand
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Expr, List, Literal, Object, Template, Unary

_SIGNS: Final = {"and": "&&", "or": "||"}


def check(script: Script) -> Iterator[Finding]:
    """Finds the operators of Python that are words."""
    found = [*_joined(script), *_negated(script)]
    yield from sorted(found, key=lambda item: item.start)


def _joined(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    chosen = {id(node.left) for node in script.tree.of(Binary) if _chooses(node)}
    for node in script.tree.of(Binary):
        if id(node) in chosen:
            continue
        if _chooses(node):
            yield _choice(script, node)
            continue
        sign = _SIGNS.get(node.op)
        if sign is not None:
            start, end = tokens.starts[node.token], tokens.ends[node.token]
            fix = Fix(True, f"Write `{sign}`", (Edit(start, end, sign),))
            yield Finding("RN041", start, end, f"`{node.op}` is written `{sign}` in Rune", fix=fix)


def _chooses(node: Binary) -> bool:
    """Whether it is `x and "a" or "b"`, which gives one of two values."""
    left = node.left
    if node.op != "or" or not isinstance(left, Binary) or left.op != "and":
        return False
    values = (left.right, node.right)
    return all(not isinstance(value, Binary) for value in values) and any(
        isinstance(value, (Template, List, Object)) or (isinstance(value, Literal) and value.kind != "bool")
        for value in values
    )


def _choice(script: Script, node: Binary) -> Finding:
    tokens = script.tree.tokens
    left = node.left
    start, end = tokens.starts[node.token], tokens.ends[node.token]
    message = "`a and b or c` gives a boolean in Rune: `if a { b } else { c }` gives one of the two"
    fix = None
    if isinstance(left, Binary) and not has_comment(script, script.start(node), script.end(node)):
        condition, one, other = (script.source(part) for part in (left.left, left.right, node.right))
        made = f"if {condition} {{ {one} }} else {{ {other} }}"
        made = f"({made})" if is_operand(node) else made
        fix = Fix(True, "Write `if`", (Edit(script.start(node), script.end(node), made),))
    return Finding("RN041", start, end, message, fix=fix)


def _negated(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Unary):
        if node.op != "not":
            continue
        # `not a == b` means `not (a == b)`; `!` would take the `a` alone.
        whole: Expr = node
        while isinstance(whole.parent, Binary) and whole.parent.left is whole and whole.parent.op not in _LOOSE:
            whole = whole.parent
        start, end = tokens.starts[node.first], tokens.ends[node.first]
        edits = [*cut_up_to(script, node.first, node.first + 1)]
        opening = "!" if whole is node else "!("
        edits[0] = Edit(edits[0].start, edits[0].end, opening)
        if whole is not node:
            edits.append(Edit(script.end(whole), script.end(whole), ")"))
        fix = Fix(True, "Write `!`", tuple(edits))
        yield Finding("RN041", start, end, "`not` is written `!` in Rune", fix=fix)


_LOOSE: Final = frozenset({"and", "or", "&&", "||", "??"})


RULE = Rule(
    code="RN041",
    name="word-operators",
    summary="`a and b`, `a or b`, `not a`: Rune writes `&&`, `||` and `!`.",
    why="""\
The repair writes the signs. `not a == b` becomes `!(a == b)`, as Python means it.
""",
    before="""\
pub async fn call(args) {
    if args.a > 0 and not args.done { "open" } else { "closed" }
}
""",
    after="""\
pub async fn call(args) {
    if args.a > 0 && !args.done { "open" } else { "closed" }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(" and ", " or ", "not "),
)
