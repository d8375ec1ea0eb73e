"""Functions for `sort` that give a number, as those of JavaScript do, and take several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.method_edits import as_function, place
from crucible_tools.rune.rules.operands import has_comment, tight
from crucible_tools.rune.rules.receivers import bare, name_of
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import Binary, Closure, MethodCall, Node, Statement

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


def by_several(script: Script, call: MethodCall, item: Node) -> Fix | None:
    """`sort((a, b) => a.n - b.n || a.t.localeCompare(b.t))`: what comes next counts among those that are equal."""
    closure = bare(item)
    body = bare(closure.body) if isinstance(closure, Closure) else None
    if not isinstance(body, Binary) or body.op != "||":
        return None
    if has_comment(script, script.start(call), script.end(call)):
        return None
    parts: list[Node] = [body]
    while isinstance(parts[0], Binary) and parts[0].op == "||":
        parts[:1] = [bare(parts[0].left), bare(parts[0].right)]
    orders: list[str] = []
    for part in parts:
        if isinstance(part, Binary) and part.op == "-" and tight(part.left):
            orders.append(f"{script.source(part.left)}.cmp({script.source(part.right)})")
        elif isinstance(part, MethodCall) and name_of(script, part) == "localeCompare" and len(part.args.items) == 1:
            orders.append(f"{script.source(part.base)}.cmp({script.source(part.args.items[0])})")
        else:
            return None
    function, additions = inserted(script, call, "then_order")
    text = orders.pop()
    while orders:
        text = f"{function}({orders.pop()}, {text})"
    start, end = place(script, call)
    order = Edit(script.start(body), script.end(body), text)
    if isinstance(call.parent, Statement) and call.parent.semicolon is not None:
        return Fix(True, "Write `sort_by(..)`", (Edit(start, end, "sort_by"), order), additions)
    edits, more = as_function(script, call, "sorted_by")  # where JavaScript goes on with the list
    edits = tuple(sorted((*edits, order), key=lambda edit: edit.start))
    return Fix(True, "Sort by one order and then the other", edits, (*additions, *more))
