"""Iterators that are used as lists, at once or under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.method_edits import after, removed
from crucible_tools.rune.rules.receivers import ADAPTERS, CONSUMERS, bare, name_of
from crucible_tools.rune.rules.rule import Fix
from crucible_tools.rune.syntax.nodes import (
    Args,
    Assign,
    Closure,
    Field,
    For,
    Index,
    Let,
    Loop,
    MethodCall,
    Node,
    Paren,
    Path,
    While,
)
from crucible_tools.rune.types.methods import ITERATORS, METHODS
from crucible_tools.rune.types.values import ITERATOR, LIST, OPTION

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_OTHER_LANGUAGES: Final = frozenset({
    "append", "concat", "dedup", "isEmpty", "length", "retain", "reverse", "size", "slice", "sort_by_key",
    "sort_unstable", "unshift",
})  # fmt: skip
_STEPS: Final = frozenset({"next", "next_back", "nth", "peek", "take", "skip", "by_ref", "peekable", "size_hint"})
_LIST_ONLY: Final = (METHODS[LIST] - METHODS[ITERATOR] - METHODS[OPTION]) | _OTHER_LANGUAGES
"""What is called on lists, and on no iterator; what compares values is none of it."""


def collected(script: Script, node: Node) -> Fix:
    """A list of what an expression gives."""
    return Fix(True, "Collect", (after(script, node, ".collect::<Vec>()"),))


def list_fix(script: Script, call: MethodCall) -> Fix | None:
    """The repair of an iterator that is used as only a list can be; None when it is used as an iterator.

    Args:
        script: the source.
        call: the call that gives the iterator.
    """
    node: Node = call
    while isinstance(node.parent, Paren):
        node = node.parent
    up = node.parent
    if isinstance(up, Let) and up.value is node:
        return collected(script, node) if _is_list_by_name(script, up, call) else None
    if isinstance(up, MethodCall) and up.base is node:
        name = name_of(script, up)
        if name == "iter" and not up.args.items:
            return Fix(True, "Delete `.iter()`", (removed(script, up),))
        return collected(script, node) if name in _LIST_ONLY else None
    if (isinstance(up, Index) and up.base is node) or _is_length(script, up, node):
        return collected(script, node)
    return None


def _is_length(script: Script, up: Node | None, node: Node) -> bool:
    return isinstance(up, Field) and up.base is node and script.word(up.name) in ("length", "size")


def _is_list_by_name(script: Script, let: Let, call: MethodCall) -> bool:
    """Whether a use of the name needs a list, and nothing assigns to it."""
    if let.pattern.first != let.pattern.last:
        return script.word(let.pattern.first) == "["
    exact = ITERATORS.get(script.types.of(call).name)
    unknown_length = exact is not None and "len" not in exact
    found = False
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, Assign) and up.target is use:
            return False
        found = found or _needs_list(script, use, unknown_length=unknown_length)
    return found or (script.compiles is False and _is_walked_again(script, let))


def _is_walked_again(script: Script, let: Let) -> bool:
    """Whether what can be walked over once is walked over more often: in other languages it is a list."""
    again = 0
    loops = (For, While, Loop, Closure)
    around = {up for up in let.up() if isinstance(up, loops)}
    for use in script.types.uses(let):
        up = use.parent
        name = name_of(script, up) if isinstance(up, MethodCall) and up.base is use else ""
        if name in _STEPS:
            return False
        if isinstance(up, Args) or (isinstance(up, For) and up.iterable is use) or name in ADAPTERS | CONSUMERS:
            inside = [node for node in use.up() if isinstance(node, loops) and node is not up]
            again += 1 if around.issuperset(inside) else 2
    return again > 1


def _needs_list(script: Script, use: Path, *, unknown_length: bool) -> bool:
    up = use.parent
    if isinstance(up, MethodCall) and up.base is bare(use):
        name = name_of(script, up)
        return name in _LIST_ONLY or (unknown_length and name == "len")
    return (isinstance(up, Index) and up.base is use) or _is_length(script, up, use)
