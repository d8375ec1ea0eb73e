"""Which names a source gives to something."""

from __future__ import annotations

from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Arm, Const, Function, Impl, Item, Module, Pattern, Struct, Use


def bound_names(script: Script) -> set[str]:
    """All names of variables, parameters and declarations, and those that `use` brings."""
    names = local_names(script)
    texts = script.tree.tokens.texts
    for kind in (Function, Const, Struct, Module, Impl):
        items: list[Item] = [*script.tree.of(kind)]
        names |= {texts[item.name] for item in items if item.name is not None}
    for use in script.tree.of(Use):
        names |= use.names.keys()
    return names


def local_names(script: Script) -> set[str]:
    """All names that a pattern binds: variables, parameters, what arms of a `match` take out."""
    texts = script.tree.tokens.texts
    names: set[str] = set()
    for pattern in script.tree.of(Pattern):
        names |= {texts[token] for token in pattern.names}
        # A pattern that is one word is a name, even if it is a word of another language: `let null = 1`.
        if pattern.first == pattern.last and not isinstance(pattern.parent, Arm):
            names.add(texts[pattern.first])
    return names


def free_name(script: Script, wanted: str) -> str:
    """A name that occurs nowhere in the source: the wanted one, or one with a number behind it."""
    words = set(script.tree.tokens.texts)
    number, name = 1, wanted
    while name in words:
        number += 1
        name = f"{wanted}_{number}"
    return name
