"""Functions in place of methods that give an iterator in Rust; the functions give a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.method_edits import as_function, removed
from crucible_tools.rune.rules.receivers import name_of, use_of
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import MethodCall

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_TAKING_LISTS: Final = frozenset({"contains", "first", "for_each", "join", "last", "zip"})
"""Methods that other rules mend on lists and on iterators alike."""


def sequence_fix(script: Script, call: MethodCall, name: str, *, safe: bool) -> Fix:
    """`text.lines()` as `lines_of(text)`, and what must be done to what follows.

    Args:
        script: the source.
        call: the call of the method.
        name: which function of `INSERTED`; it gives a list.
        safe: whether the repair is.
    """
    up = call.parent
    follows = name_of(script, up) if isinstance(up, MethodCall) and up.base is call else None
    extra: tuple[Edit, ...] = ()
    behind = ""
    if isinstance(up, MethodCall) and follows == "collect" and _to_list(script, up):
        extra = (removed(script, up),)
    elif isinstance(up, MethodCall) and follows == "count" and not up.args.items:
        start = script.tree.tokens.starts[up.name]
        extra = (Edit(start, script.end(up), "len()"),)
    elif follows not in _TAKING_LISTS and use_of(script, call) == "iterator":
        behind = ".iter()"
    edits, additions = as_function(script, call, name, behind=behind)
    return Fix(safe, f"Call a function `{edits[0].text[:-1]}` that the repair adds", (*edits, *extra), additions)


def _to_list(script: Script, collect: MethodCall) -> bool:
    """Whether a `collect` gives a list: `::<Vec>`, `::<Vec<_>>`, or nothing that says otherwise."""
    if collect.generics is None:
        return True
    args = collect.generics.args
    return len(args) == 1 and script.source(args[0]).startswith(("Vec", "_"))
