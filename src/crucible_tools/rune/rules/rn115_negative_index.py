"""RN115: counting from the end with a negative index."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.operands import bare, outer, repeatable
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Expr, Index, Literal, MethodCall, Range, Unary
from crucible_tools.rune.types.values import ANY, LIST, OBJECT, OPTION, OTHER, STRING, TUPLE


def check(script: Script) -> Iterator[Finding]:
    """Finds `v[-1]`, `v[-3..]`, `v[..-1]` and `v.get(-1)`."""
    found: list[Finding] = []
    for node in script.tree.of(Index):
        if node.index is None:
            continue
        index = bare(node.index)
        ends = [index.start, index.end] if isinstance(index, Range) else [index]
        negative = [end for end in ends if end is not None and _negative(end)]
        if negative and _counted(script, node.base, sliced=isinstance(index, Range)):
            found.append(_finding(script, node.base, negative))
    for call in script.tree.of(MethodCall):
        if script.word(call.name) == "get" and len(call.args.items) == 1:
            item = call.args.items[0]
            if isinstance(item, Expr) and _negative(item) and _counted(script, call.base, sliced=False):
                found.append(_finding(script, call.base, [item]))
    yield from sorted(found, key=lambda item: item.start)


def _negative(expr: Expr) -> bool:
    expr = bare(expr)
    return (
        isinstance(expr, Unary) and expr.op == "-" and isinstance(expr.operand, Literal) and expr.operand.kind == "int"
    )


def _counted(script: Script, base: Expr, *, sliced: bool) -> bool:
    """Whether the parts of a value are counted from 0."""
    value = script.types.of(base)
    if value.kinds == ANY or value.only(LIST | TUPLE | STRING):
        return True
    return value.may(LIST | STRING if sliced else LIST) and not value.may(OTHER | OPTION)


def _is_whole(script: Script, first: Expr) -> bool:
    """Whether nothing else stands in the brackets, as a colon of Python does."""
    whole = outer(first)
    return script.word(whole.first - 1) == "[" and script.word(whole.last + 1) == "]"


def _finding(script: Script, base: Expr, negative: list[Expr]) -> Finding:
    source = script.source(base)
    first = negative[0]
    fix: Fix | None = None
    value = script.types.of(base)
    if repeatable(base) and value.may(LIST | STRING):
        edits = tuple(
            Edit(script.start(one), script.start(one), f"{source}.len() ")
            for one in negative
            if not _is_zero(script, one)
        )
        # `-1` becomes `v.len() -1`: the sign is the operator now, and wants its blank.
        edits = tuple(
            Edit(edit.start, edit.start + 1, f"{source}.len() - ") for edit in edits if script.text[edit.start] == "-"
        )
        if (
            value.only(STRING)
            and len(edits) == 1
            and isinstance(outer(first).parent, Index)
            and _is_whole(script, first)
        ):
            # A text has slices only: the one of this sign.
            end, count = script.end(first), script.source(first).strip("-() ")
            behind = "" if count == "1" else f"{source}.len() - {int(count) - 1}" if count.isdigit() else None
            edits = (*edits, Edit(end, end, f"..{behind}")) if behind is not None else ()
            fix = Fix(True, f"Write `{source}[{source}.len() - ..]`", edits) if edits else None
        elif len(edits) == len(negative):
            fix = Fix(True, f"Write `{source}.len() - ..`", edits)
    return Finding(
        "RN115",
        script.start(first),
        script.end(negative[-1]),
        f"an index counts from the beginning: `{script.source(first)}` is an error",
        "error" if not value.may(OBJECT) else "warning",
        hint=None if fix else "count from the end with `v[v.len() - 1]`",
        fix=fix,
    )


def _is_zero(script: Script, expr: Expr) -> bool:
    return script.source(expr).strip("-() ") == "0"


RULE = Rule(
    code="RN115",
    name="negative-index",
    summary="`names[-1]`, `text[..-1]`: an index counts from the beginning only.",
    why="""\
In Python `v[-1]` is the last element. In Rune an index is never negative, so it is an error; `v[v.len() - 1]` is the
last.

The repair writes that, where the list is a name or a field, so that nothing is evaluated twice. It is safe, because
the call always failed there.
""",
    before="""\
pub async fn call(args) {
    let parts = args.a.split("/").collect::<Vec>();
    parts[-1]
}
""",
    after="""\
pub async fn call(args) {
    let parts = args.a.split("/").collect::<Vec>();
    parts[parts.len() - 1]
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("[-", "..-", "get(-", "[ -", "..=-"),
)
