"""`for` loops in place of `it.for_each(|x| ..);`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import Await, Block, Closure, Jump, MethodCall, Node, Paren, Statement, Try

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


def loop_fix(script: Script, call: MethodCall, what: Node, *, safe: bool) -> Fix | None:
    """A statement `items.for_each(|x| body);` as a loop, if the closure leaves nothing and has one parameter."""
    statement = call.parent
    while isinstance(what, Paren) and what.inner is not None:
        what = what.inner
    if not isinstance(what, Closure) or not isinstance(statement, Statement) or statement.expression is not call:
        return None
    if len(what.params) != 1 or what.is_async or any(isinstance(part, (Jump, Try, Await)) for part in what.body.walk()):
        return None
    tokens = script.tree.tokens
    if script.text[script.end(call.base) : tokens.starts[call.name - 1]].strip():
        return None
    end = tokens.ends[statement.semicolon if statement.semicolon is not None else call.last]
    block = isinstance(what.body, Block) and what.body.prefix is None
    opened, closed = ("", "") if block else ("{ ", "; }")
    edits = (
        Edit(script.start(call), script.start(call), f"for {script.source(what.params[0].pattern)} in "),
        Edit(script.end(call.base), script.start(what.body), f" {opened}"),
        Edit(script.end(what.body), end, closed),
    )
    return Fix(safe, "Write a loop", edits)
