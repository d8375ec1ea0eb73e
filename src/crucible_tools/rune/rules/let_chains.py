"""Conditions of Rust that bind and ask in one: `if let Some(x) = a && x > 3`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.syntax.nodes import Binary, Expr, If, LetCondition, While

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


@dataclass(frozen=True, slots=True)
class LetChain:
    """A condition of several parts, one of which binds something.

    Args:
        branch: whose condition it is.
        let: the first part that binds something.
        front: what stands in front of that, as a whole; None when it comes first.
        value: what `let` takes apart: its value up to the first `&&`.
        token: the first `&&`: in front of `let`, or behind its value.
    """

    branch: If | While
    let: LetCondition
    front: Expr | None
    value: Expr
    token: int


@remembered
def let_chains(script: Script) -> tuple[LetChain, ...]:
    """The let chains of a source, in order."""
    if "&&" not in script.text or "let " not in script.text:
        return ()
    return tuple(sorted(_chains(script), key=lambda chain: chain.branch.first))


@remembered
def chained_lets(script: Script) -> frozenset[LetCondition]:
    """The parts of let chains that bind something: what they seem to take apart is not what they were meant for."""
    found = [let for let in script.tree.of(LetCondition) if isinstance(let.parent, Binary)]
    found += [chain.let for chain in let_chains(script)]
    return frozenset(found)


@remembered
def chained_values(script: Script) -> frozenset[Expr]:
    """What the parts of let chains take apart: nobody asks whether these values are true."""
    return frozenset(_first(let.value) for let in chained_lets(script))


def _first(value: Expr) -> Expr:
    while isinstance(value, Binary) and value.op == "&&":
        value = value.left
    return value


def _chains(script: Script) -> Iterator[LetChain]:
    for kind in (If, While):
        branches: list[If | While] = [*script.tree.of(kind)]
        for branch in branches:
            found = _chain(script, branch)
            if found is not None:
                yield found


def _chain(script: Script, branch: If | While) -> LetChain | None:
    condition = branch.condition
    if isinstance(condition, Binary) and condition.op == "&&":
        let, last = condition, condition
        while isinstance(let, Binary) and let.op == "&&":
            if isinstance(let.right, LetCondition):
                last = let
            let = let.left
        right = last.right
        if not isinstance(right, LetCondition):
            return None
        return LetChain(branch, right, last.left, _first(right.value), last.token)
    if not isinstance(condition, LetCondition) or not _takes_apart(script, condition):
        return None
    value, token = condition.value, -1
    while isinstance(value, Binary) and value.op in ("&&", "||", "and", "or"):
        if value.op in ("||", "or"):
            return None
        value, token = value.left, value.token
    return LetChain(branch, condition, None, value, token) if token >= 0 else None


def _takes_apart(script: Script, condition: LetCondition) -> bool:
    """Whether a pattern could not be one for the result of `&&`."""
    first = script.word(condition.pattern.first)
    return condition.pattern.first != condition.pattern.last and (first[:1].isupper() or first in ("(", "[", "#"))
