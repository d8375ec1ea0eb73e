"""Lists that take over the items of others: `[...a, 4]` as a chain of iterators."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.operands import has_comment, tight
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import Expr, Function, List, MethodCall, Node, Skipped, Statement
from crucible_tools.rune.syntax.parser import parse

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_ITERATORS: Final = frozenset({"iter", "keys", "values", "chars", "split", "lines", "split_whitespace", "bytes"})
"""Methods that give iterators already."""


def is_spread(script: Script, item: Node) -> bool:
    """Whether an item of a list is `...items`."""
    return isinstance(item, Skipped) and script.word(item.first) == "..." and item.last > item.first


def spread_fix(script: Script, node: List) -> Fix | None:
    """`a.iter().chain([4].iter()).collect::<Vec>()` for `[...a, 4]`."""
    tokens = script.tree.tokens
    open_ = node.first
    if tokens.partner[open_] != node.last or len(node.kids) != len(node.items):
        return None
    items = node.items
    if len(items) == 1 and (unique := _unique(script, node, items[0])) is not None:
        return unique
    if any(has_comment(script, script.end(one), script.start(other)) for one, other in pairwise(items)):
        return None
    opened, closed = dict[Node, str](), dict[Node, str]()
    for item in items:
        if is_spread(script, item):
            form = _spread(script, item)
            if form is None:
                return None
            opened[item], closed[item] = form
        elif not isinstance(item, Expr):
            return None
    edits: list[Edit] = []
    at, chained = script.start(node), False
    pieces, before = "", None
    for item in items:
        spread = item in opened
        if spread or before is None or before in opened:
            if before is not None:
                pieces += closed.get(before, "].iter()") + (")" if chained else "") + ".chain("
                chained = True
            pieces += opened.get(item, "[")
            start = tokens.starts[item.first + 1] if spread else script.start(item)
            edits.append(Edit(at, start, pieces))
        at, pieces, before = script.end(item), "", item
    if before is None or has_comment(script, at, script.end(node)):
        return None
    end = closed.get(before, "].iter()") + (")" if chained else "") + ".collect::<Vec>()"
    edits.append(Edit(at, script.end(node), end))
    return Fix(
        True, "Chain the items", tuple(edit for edit in edits if script.text[edit.start : edit.end] != edit.text)
    )


def _unique(script: Script, node: List, item: Node) -> Fix | None:
    """`[...new Set(list)]`: each item once, in the order of the list."""
    tokens = script.tree.tokens
    open_ = item.first + 3
    if tokens.texts[item.first + 1 : open_ + 1] != ["new", "Set", "("] or tokens.partner[open_] != item.last:
        return None
    if item.last == open_ + 1 or has_comment(script, script.start(node), script.end(node)):
        return None
    function, additions = inserted(script, node, "unique")
    edits = (
        Edit(script.start(node), tokens.starts[open_], function),
        Edit(tokens.ends[item.last], script.end(node), ""),
    )
    return Fix(True, f"Call a function `{function}` that the repair adds", edits, additions)


def _spread(script: Script, item: Node) -> tuple[str, str] | None:
    """What stands in front of the items that are taken over, and behind them; None if they cannot be read."""
    tokens = script.tree.tokens
    text = script.text[tokens.starts[item.first + 1] : script.end(item)]
    tree = parse(f"fn f() {{ {text} }}")
    functions = tree.of(Function)
    body = functions[0].body if len(functions) == 1 and len(tree.file.kids) == 1 else None
    if body is None or len(body.kids) != 1 or not isinstance(body.kids[0], Statement):
        return None
    read = body.kids[0].expression
    if tree.text(read) != text:
        return None
    if not tight(read):
        return ("(", ").iter()")
    last = tree.tokens.texts[read.name] if isinstance(read, MethodCall) else ""
    return ("", "" if last in _ITERATORS else ".iter()")
