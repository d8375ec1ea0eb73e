"""The parts of a schema that is written as an object: the schemas inside of it, and edits of its entries."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.declared_schemas import key_of
from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.syntax.nodes import List, Object

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import Entry, Node

_MAPS: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SINGLE: Final = frozenset({"items", "additionalProperties", "contains", "not", "if", "then", "else"})
_MOST: Final = 2_000
"""Schemas of one source that are looked at."""


def subschemas(script: Script, schema: Object) -> Iterator[Object]:
    """The schemas inside of a schema, at any depth, as far as they are written as objects."""
    pending = [schema]
    found = 0
    while pending and found < _MOST:
        for entry in pending.pop().entries:
            for inner in _below(script, entry):
                found += 1
                pending.append(inner)
                yield inner


def _below(script: Script, entry: Entry) -> Iterator[Object]:
    name, value = key_of(script, entry), entry.value
    if name in _MAPS and isinstance(value, Object):
        yield from (part.value for part in value.entries if isinstance(part.value, Object))
    elif name in _LISTS and isinstance(value, List):
        yield from (item for item in value.items if isinstance(item, Object))
    elif name in _SINGLE and isinstance(value, Object):
        yield value


def replaced(script: Script, node: Node, text: str) -> Edit:
    """Writes a text in the place of a node."""
    return Edit(script.start(node), script.end(node), text)


def without(script: Script, obj: Object, entry: Entry) -> tuple[Edit, ...]:
    """Deletes an entry with its comma; the last one takes the comma in front of it along."""
    tokens = script.tree.tokens
    at = obj.entries.index(entry)
    first, last = entry.first, entry.last
    if script.word(last + 1) == ",":
        edit = cut_line(script, tokens.starts[first], tokens.ends[last + 1])
        return (edit,) if not _comments(script, edit) else ()
    start = tokens.ends[obj.entries[at - 1].last] if at > 0 else tokens.ends[obj.open]
    edit = Edit(start, tokens.ends[last], "")
    return (edit,) if not _comments(script, edit) else ()


def behind(script: Script, obj: Object, entry: Entry, text: str) -> Edit:
    """Writes a further entry behind one: on a line of its own where that one stands on a line of its own."""
    tokens = script.tree.tokens
    start, end = tokens.starts[entry.first], tokens.ends[entry.last]
    alone = not script.text[script.text.rfind("\n", 0, start) + 1 : start].strip()
    several = "\n" in script.text[tokens.starts[obj.open] : start]
    gap = f"{script.newline}{script.indent_at(start)}" if alone and several else " "
    comma = script.word(entry.last + 1) == ","
    at = tokens.ends[entry.last + 1] if comma else end
    return Edit(at, at, f"{gap}{text}," if comma else f",{gap}{text}")


def key_like(script: Script, entry: Entry, name: str) -> str:
    """A key as the source writes keys: in quotes or without."""
    return f'"{name}"' if script.word(entry.key).startswith('"') else name


def _comments(script: Script, edit: Edit) -> bool:
    comments = script.tree.tokens.comments
    at = bisect_left(comments, (edit.start, edit.start))
    inside = at < len(comments) and comments[at][0] < edit.end
    return inside or (at > 0 and comments[at - 1][1] > edit.start)
