"""How large a schema gets once its references are expanded: what no validator must be given.

A schema whose references expand to more than 10,000 subschemas, or that refers to itself more than once a level, makes
a validator run for ever (engine.md). The walk here is linear in the schema and does not recurse. It imports nothing
else of this package: every call of a tool needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast
from urllib.parse import unquote

MOST_SUBSCHEMAS: Final = 10_000
"""Subschemas that a schema may have once its references are expanded (engine.md)."""

DANGLING: Final = "that leads to no part of it"
"""How it is said of a reference that it has no target."""

_MOST_WORK: Final = 10 * MOST_SUBSCHEMAS
"""Subschemas that are looked at while expanding: targets may lie inside each other."""

_MAPS: Final = ("properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions")
_DEFINITIONS: Final = ("$defs", "definitions")
_LISTS: Final = ("prefixItems", "allOf", "anyOf", "oneOf", "items")
_SINGLE: Final = (
    "items",
    "additionalItems",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
)
_PARTS: Final = frozenset({*_MAPS, *_LISTS, *_SINGLE})
_ALTERNATIVES: Final = ("allOf", "anyOf", "oneOf", "patternProperties", "dependentSchemas")
_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")


def expansion(schema: Mapping[str, Any]) -> str | None:
    """Why a schema must not reach a validator, or None."""
    measured = _measure(schema)
    return measured if isinstance(measured, str) else None


def weight(schema: Mapping[str, Any]) -> int:
    """How many things a validator may have to try at one place of the data: alternatives, values of enums, references.

    1 for a schema without any. The work of a validation is at most this times the size of the data; `expansion`
    bounds the schema, but a script also chooses how its schema and its caller's data multiply.
    """
    found = 1
    references = False
    pending: list[Any] = [schema]
    while pending:
        current = cast("dict[str, Any]", pending.pop())
        found += sum(len(current[name]) for name in _ALTERNATIVES if isinstance(current.get(name), (list, dict)))
        found += _nodes(current.get("enum")) + _nodes(current.get("const"))
        references |= any(name in current for name in _REFERENCES)
        pending += _below(current, definitions=True)
    if references:
        measured = _measure(schema)
        found += measured if isinstance(measured, int) else MOST_SUBSCHEMAS
    return found


def _nodes(value: Any) -> int:
    """Number of values in a JSON value, itself included; none for None."""
    count = 0
    pending = [value] if value is not None else []
    while pending:
        current = pending.pop()
        count += 1
        if isinstance(current, dict):
            pending += cast("dict[str, Any]", current).values()
        elif isinstance(current, list):
            pending += cast("list[Any]", current)
    return count


def _measure(schema: Mapping[str, Any]) -> int | str:
    """Number of subschemas with all references expanded, or why it has no bound.

    The schema is cut into its root and the targets of its references. Between those, a circle may pass each of them
    by one reference only; the size of the rest is what the references multiply to.
    """
    bodies: dict[int, tuple[int, list[int]]] = {}
    places = _Places(schema)
    pending: list[dict[str, Any]] = [cast("dict[str, Any]", schema)]
    work = 0
    while pending:
        body = pending.pop()
        if id(body) in bodies:
            continue
        size, references = places.body(body)
        work += size
        if size > MOST_SUBSCHEMAS or work > _MOST_WORK:
            return f"has more than {MOST_SUBSCHEMAS:,} subschemas"
        targets: list[int] = []
        for reference in references:
            target = places.find(reference)
            if isinstance(target, dict):
                targets.append(id(cast("object", target)))
                pending.append(cast("dict[str, Any]", target))
            elif not isinstance(target, bool):
                return f"has a reference, {short(reference)}, {DANGLING}"
        bodies[id(body)] = (size, targets)
    size, targets = bodies[id(schema)]
    if not targets:
        return size  # as most have none
    if places.embeds and any(targets for _, targets in bodies.values()):
        return "has references and parts with an $id of their own"
    return _multiply(id(schema), bodies)


class _Places:
    """Finds the parts of a schema and what its references point to, inside the schema only."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = cast("dict[str, Any]", schema)
        self._anchors: dict[str, dict[str, Any]] | None = None
        self.embeds = False
        """Whether a part has an `$id`, from which its references would count."""

    def body(self, schema: dict[str, Any]) -> tuple[int, list[str]]:
        """Number of subschemas below one, definitions left out, and their references."""
        size = 0
        references: list[str] = []
        pending = [schema]
        while pending and size <= MOST_SUBSCHEMAS:
            current = pending.pop()
            size += 1
            references += [current[name] for name in _REFERENCES if isinstance(current.get(name), str)]
            self.embeds |= "$id" in current and current is not self._schema
            pending += _below(current, definitions=False)
        return size, references

    def find(self, reference: str) -> Any:
        """What a reference points to; None if that is nothing in this schema."""
        base, _, fragment = reference.partition("#")
        if base and base != self._schema.get("$id"):
            return None
        fragment = unquote(fragment)
        if fragment and not fragment.startswith("/"):
            return self._anchor(fragment)
        current: Any = self._schema
        for part in fragment.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(current, dict):
                current = cast("dict[str, Any]", current).get(name)
            elif isinstance(current, list) and name.isascii() and name.isdigit() and len(name) < 6:
                items = cast("list[Any]", current)
                current = items[int(name)] if int(name) < len(items) else None
            else:
                return None
        return current

    def _anchor(self, name: str) -> dict[str, Any] | None:
        if self._anchors is None:
            self._anchors = {}
            pending = [self._schema]
            while pending:
                current = pending.pop()
                for key in ("$anchor", "$dynamicAnchor"):
                    if isinstance(anchor := current.get(key), str):
                        self._anchors.setdefault(anchor, current)
                pending += _below(current, definitions=True)
        return self._anchors.get(name)


def _below(schema: dict[str, Any], *, definitions: bool) -> Iterator[dict[str, Any]]:
    """The subschemas directly below one. What is data (`enum`, `default`, `const`, `examples`) is none."""
    if _PARTS.isdisjoint(schema):
        return  # as of most
    for name in _MAPS:
        inner = schema.get(name)
        if isinstance(inner, dict) and (definitions or name not in _DEFINITIONS):
            yield from _objects(cast("dict[str, Any]", inner).values())
    for name in _LISTS:
        inner = schema.get(name)
        if isinstance(inner, list):
            yield from _objects(cast("list[Any]", inner))
    yield from _objects(schema.get(name) for name in _SINGLE)


def _objects(values: Any) -> Iterator[dict[str, Any]]:
    for value in values:
        if isinstance(value, dict):
            yield cast("dict[str, Any]", value)


def _multiply(root: int, bodies: Mapping[int, tuple[int, list[int]]]) -> int | str:
    """Follows the references from the root, circles first (Tarjan's algorithm with a stack of its own)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    component: dict[int, int] = {}
    total: dict[int, int] = {}
    open_nodes: list[int] = []
    work: list[tuple[int, Iterator[int]]] = []

    def enter(node: int) -> None:
        order[node] = low[node] = len(order)
        open_nodes.append(node)
        work.append((node, iter(bodies[node][1])))

    enter(root)
    while work:
        node, targets = work[-1]
        target = next(targets, None)
        if target is not None:
            if target not in order:
                enter(target)
            elif target not in component:
                low[node] = min(low[node], order[target])
            continue
        work.pop()
        if work:
            low[work[-1][0]] = min(low[work[-1][0]], low[node])
        if low[node] != order[node]:
            continue
        members: set[int] = set()
        while node not in members:
            members.add(open_nodes.pop())
        component.update(dict.fromkeys(members, node))
        size = 0
        for member in members:
            own, references = bodies[member]
            inside = [target for target in references if target in members]
            if len(inside) > 1:
                return "refers to itself more than once a level"
            size += own + sum(total[component[target]] for target in references if target not in members)
        total[node] = size
        if size > MOST_SUBSCHEMAS:
            return f"has references that expand to more than {MOST_SUBSCHEMAS:,} subschemas"
    return total[component[root]]


def short(value: Any) -> str:
    """A value as it is shown in a message."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
