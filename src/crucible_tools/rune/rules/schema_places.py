"""Where in a source a part of a schema is written."""

from __future__ import annotations

from crucible_tools.model.locations import Location
from crucible_tools.rune.rules.declared_schemas import entry_of, schemas_of
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import List, Node, Object


def written_place(text: str, path: str, function: str, within: tuple[str | int, ...]) -> Location | None:
    """The place of a part, or of the innermost one around it that is written out; None if the schema is not.

    Args:
        text: the source.
        path: its path, for the location.
        function: which one gives the schema, `INPUT_SCHEMA`.
        within: the keys that lead to the part.
    """
    script = Script(text)
    _, found = next(schemas_of(script, (function,)), (function, None))
    if found is None:
        return None
    node: Node = found
    for key in within:
        inner = _inner(script, node, key)
        if inner is None:
            break
        node = inner
    start = script.start(node)
    line, column = script.tree.tokens.place(start)
    end = min(script.end(node), text.find("\n", start) if "\n" in text[start:] else len(text))
    return Location(path, line, column, end - start)


def _inner(script: Script, node: Node, key: str | int) -> Node | None:
    if isinstance(node, Object) and isinstance(key, str):
        entry = entry_of(script, node, key)
        return entry.value if entry is not None else None
    if isinstance(node, List) and isinstance(key, int) and key < len(node.items):
        return node.items[key]
    return None
