"""The input schemas that a source writes down as literals, with the places of their parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crucible_tools.rune.syntax.nodes import Block, Expr, Function, Jump, Node, Object, Paren
from crucible_tools.rune.types.literals import MISSING, Literals, unescaped

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import Entry


@dataclass(frozen=True, slots=True)
class Part:
    """One property of a schema.

    Args:
        name: what it is called.
        entry: where it is written.
        schema: its own schema.
    """

    name: str
    entry: Entry
    schema: Object


def input_schemas(script: Script) -> Iterator[tuple[Function, Object]]:
    """Each `INPUT_SCHEMA()` whose body is an object, with that object."""
    yield from _written(script, ("INPUT_SCHEMA",))


def schemas_of(script: Script, names: tuple[str, ...]) -> Iterator[tuple[str, Object]]:
    """What the functions of these names give, if that is an object, with the function's name."""
    for function, schema in _written(script, names):
        yield script.word(function.name) if function.name is not None else "", schema


def _written(script: Script, names: tuple[str, ...]) -> Iterator[tuple[Function, Object]]:
    for function in script.tree.of(Function):
        if function.name is not None and script.word(function.name) in names and not function.params:
            found = _given(function.body)
            if isinstance(found, Object) and found.style != "struct":
                yield function, found


def _given(body: Block | None) -> Expr | None:
    """What a body gives, if that is all it does."""
    if body is None or len(body.statements) != 1:
        return None
    found: Node | None = body.value or next(iter(body.statements[0].kids), None)
    if isinstance(found, Jump):
        found = found.value
    while isinstance(found, Paren):
        found = found.inner
    return found if isinstance(found, Expr) else None


def entry_of(script: Script, obj: Object, name: str) -> Entry | None:
    """The entry of this name."""
    return next((entry for entry in obj.entries if key_of(script, entry) == name), None)


def key_of(script: Script, entry: Entry) -> str | None:
    """The name of an entry; None for a spread."""
    if entry.spread:
        return None
    word = script.word(entry.key)
    return unquoted(word) if word.startswith('"') else word


def properties(script: Script, schema: Object) -> Iterator[Part]:
    """The properties of a schema that are written as objects."""
    found = entry_of(script, schema, "properties")
    if found is not None and isinstance(found.value, Object):
        for entry in found.value.entries:
            name = key_of(script, entry)
            if name is not None and isinstance(entry.value, Object):
                yield Part(name, entry, entry.value)


def value_of(script: Script, node: Node | None) -> Any:
    """The value of what is written out, as JSON data; MISSING when some of it is not."""
    if not isinstance(node, Expr):
        return MISSING
    literals = Literals(script.tree, script.types.scopes)
    value = literals.value(node)
    return value if literals.exact else MISSING


def unquoted(text: str) -> str:
    """The value of a string in double quotes."""
    return unescaped(text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:])
