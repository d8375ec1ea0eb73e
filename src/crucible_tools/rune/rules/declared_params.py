"""What a typed signature says about a tool, kept as attributes when the types have to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.rules.rule import Addition
from crucible_tools.rune.syntax.nodes import Function, Param

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import Node


def as_attribute(script: Script, node: Node) -> tuple[Addition, ...]:
    """The `#[param(..)]` above a function with `#[tool]` that says what the type of one of its parameters said.

    Args:
        script: the source.
        node: what loses its type; nothing is kept of what is no such parameter, or is described already.
    """
    function = node.parent
    if not isinstance(node, Param) or not isinstance(function, Function) or node.pattern.first != node.pattern.last:
        return ()
    names = [attribute.name for attribute in function.attributes]
    name = script.word(node.pattern.first)
    if "tool" not in names or name == "self" or _described(script, function, name):
        return ()
    start = script.tree.tokens.starts[function.first]
    parts = [f'name = "{name}"']
    if node.type is not None:
        written = " ".join(script.source(node.type).split()).replace("\\", "").replace('"', "'")
        parts.append(f'type = "{"object" if written.startswith("{") else written}"')
    if node.question is not None:
        parts.append("required = false")
    text = f"#[param({', '.join(parts)})]{script.newline}{script.indent_at(start)}"
    return (Addition(start, text),)


def _described(script: Script, function: Function, name: str) -> bool:
    """Whether a `#[param]` names a parameter."""
    tokens = script.tree.tokens
    return any(
        attribute.name == "param" and f'"{name}"' in tokens.texts[attribute.first : attribute.last + 1]
        for attribute in function.attributes
    )
