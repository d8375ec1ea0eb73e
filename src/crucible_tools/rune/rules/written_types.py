"""Types that are written where Rune has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Const, For, Function, Let, LetCondition, Node, Param, Pattern


@dataclass(frozen=True, slots=True)
class Typed:
    """Something with a type behind a colon.

    Args:
        node: what it is.
        pattern: the tokens of its name or pattern, first and last.
        colon: token of the `:`.
        last: the type's last token; the colon when none could be read.
    """

    node: Node
    pattern: tuple[int, int]
    colon: int
    last: int

    @property
    def what(self) -> str:
        """What it is, in a word."""
        if isinstance(self.node, Param):
            return "parameter"
        return "constant" if isinstance(self.node, Const) else "variable"


def typed(script: Script) -> Iterator[Typed]:
    """Everything with a type but fields of structs and parameters with a `?`."""
    tree = script.tree
    for param in tree.of(Param):
        if param.colon is not None and param.question is None and param.type is not None:
            yield Typed(param, (param.pattern.first, param.pattern.last), param.colon, param.type.last)
    for let in tree.of(Let):
        if let.colon is not None and let.type is not None:
            yield Typed(let, (let.pattern.first, let.pattern.last), let.colon, let.type.last)
    for const in tree.of(Const):
        if const.colon is not None and const.type is not None:
            yield Typed(const, (const.colon - 1, const.colon - 1), const.colon, const.type.last)
    for node in (*tree.of(For), *tree.of(LetCondition)):
        colon = _colon(script, node.pattern)
        if colon is not None:
            yield Typed(node, (node.pattern.first, colon - 1), colon, node.pattern.last)


def _colon(script: Script, pattern: Pattern) -> int | None:
    """The `:` of a pattern that stands in none of its brackets."""
    at, partner = pattern.first, script.tree.tokens.partner
    while at <= pattern.last:
        if script.word(at) == ":":
            return at if pattern.first < at < pattern.last else None
        at = partner[at] + 1 if partner[at] > at else at + 1
    return None


def where_clause(script: Script, function: Function) -> tuple[int, int] | None:
    """First and last token of the `where ..` of a function."""
    after = function.returns.last if function.returns is not None else function.close
    start = after + 1
    if script.word(start) != "where" or function.body is None or start >= function.body.open:
        return None
    return start, function.body.open - 1
