"""Names of Rune's standard library, and one of the hosts, that a source must import."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.rules.rule import Addition
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Module, Node, Struct, Use

IMPORTS: Final = {
    "HashMap": "std::collections::HashMap",
    "HashSet": "std::collections::HashSet",
    "VecDeque": "std::collections::VecDeque",
    "GeneratorState": "std::ops::GeneratorState",
    "Regex": "regex::Regex",
}


def missing_import(script: Script, node: Node, name: str) -> Addition | None:
    """The import that `name` needs where `node` stands; None if it needs none, or has one."""
    path = IMPORTS.get(name)
    if path is None:
        return None
    texts = script.tree.tokens.texts
    declared = {texts[item.name] for kind in (Struct, Module) for item in script.tree.of(kind) if item.name is not None}
    parts = tuple(path.split("::"))
    around = {id(up) for up in node.up()}
    for use in script.tree.of(Use):
        if name in use.names and use.names[name] != parts:
            declared.add(name)
        # An import may stand in a function, too.
        if id(use.parent) in around and (name in use.names or parts[:-1] in use.stars):
            declared.add(name)
    return None if name in declared else script.imported(node, path)
