"""Arguments at the edges of what a schema takes: empty, longest, smallest, greatest, unusual.

Which of them are tried is drawn with the tool's name as seed, so that it is the same every time.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import jsonschema_rs

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.subschemas import NoValue, as_list, as_object, count, kinds, resolved
from crucible_tools.rune.schema_expansion import expansion, weight

MOST_EDGES: Final = 24
"""Sets of arguments."""

_MOST_PLACES: Final = 64
_MOST_DEPTH: Final = 4
_MOST_TEXT: Final = 4096
_MOST_ITEMS: Final = 64
_MOST_WEIGHT: Final = 2_000
"""Alternatives of a schema whose arguments are still worth checking one by one."""

_TEXTS: Final = ("", " ", "é😀\u0301", 'a"\\\n\t', "..", "a" * 1000)
_INTEGERS: Final = (0, -1, 1, 1 << 31, (1 << 63) - 1, -(1 << 63))
_NUMBERS: Final = (0.0, -1.5, 1e-9, 1e15)

_Path = tuple[str | int, ...]


def edges(seed: str, schema: JsonObject, base: Variant, known: Iterable[Variant] = ()) -> tuple[Variant, ...]:
    """Sets of arguments in which one value is at an edge; each fits the schema.

    Args:
        seed: the same one gives the same sets.
        schema: of the arguments.
        base: a set that the tool takes, in which one value after the other is replaced.
        known: sets that are tried anyway.
    """
    if expansion(schema) is not None or weight(schema) > _MOST_WEIGHT:
        return ()
    whole = base.arguments
    validator: Any = jsonschema_rs.Draft202012Validator(schema, offline=True)
    found: dict[str, Variant] = {}
    taken = {variant.key for variant in known}
    for path, part in _places(schema, whole):
        for value in _values(part):
            arguments = _with(whole, path, value)
            words = f"with {_shown(value)} as `{_name(path)}`"
            variant = Variant(arguments, words, base.without, base.guessed, base.kind)
            if variant.key not in taken and variant.key not in found and _fits(validator, arguments):
                found[variant.key] = variant
    drawn = list(found.values())
    if len(drawn) > MOST_EDGES:
        numbers = random.Random(seed).sample(range(len(drawn)), MOST_EDGES)
        drawn = [drawn[number] for number in sorted(numbers)]
    return tuple(drawn)


def _fits(validator: Any, arguments: JsonObject) -> bool:
    try:
        return bool(validator.is_valid(arguments))
    except ValueError:
        return False  # a pattern that takes too long


def _places(schema: JsonObject, whole: JsonObject) -> Iterator[tuple[_Path, Mapping[str, Any]]]:
    """The places in arguments whose schema is known, the outer ones first."""
    pending: list[tuple[_Path, Any, Json]] = [((), schema, whole)]
    for path, part, value in pending:  # grows while it is walked
        try:
            parts = resolved(part, schema)
        except NoValue:
            continue
        if path:
            yield path, parts
        if len(path) >= _MOST_DEPTH or len(pending) >= _MOST_PLACES:
            continue
        if isinstance(value, dict):
            properties = as_object(parts.get("properties"))
            fields = cast("JsonObject", value)
            pending += [((*path, name), properties[name], item) for name, item in fields.items() if name in properties]
        elif isinstance(value, list) and value and "items" in parts:
            pending.append(((*path, 0), parts["items"], cast("list[Any]", value)[0]))


def _values(schema: Mapping[str, Any]) -> Iterator[Json]:
    if "const" in schema:
        return
    if "enum" in schema:
        yield from as_list(schema["enum"])[:_MOST_ITEMS]
        return
    for kind in kinds(schema):
        match kind:
            case "string":
                yield from _texts(schema)
            case "integer":
                yield from (*_bounds(schema, whole=True), *_INTEGERS)
            case "number":
                yield from (*_bounds(schema, whole=False), *_NUMBERS)
            case "boolean":
                yield from (False, True)
            case "array":
                yield []
            case "null":
                yield None
            case _:
                continue


def _texts(schema: Mapping[str, Any]) -> Iterator[str]:
    for length in (count(schema.get("minLength"), 0), count(schema.get("maxLength"), 0)):
        if 0 < length <= _MOST_TEXT:
            yield "a" * length
    yield from _TEXTS


def _bounds(schema: Mapping[str, Any], *, whole: bool) -> Iterator[int | float]:
    for key, inward in (("minimum", 0), ("maximum", 0), ("exclusiveMinimum", 1), ("exclusiveMaximum", -1)):
        bound = schema.get(key)
        if isinstance(bound, (int, float)) and not isinstance(bound, bool) and abs(bound) < 1 << 63:
            yield int(bound) + inward if whole else bound + inward / 1024


def _with(whole: JsonObject, path: _Path, value: Json) -> JsonObject:
    """A copy of arguments with another value at a place."""
    copy: JsonObject = dict(whole)
    at: Any = copy
    for part in path[:-1]:
        inner: Any = at[part]
        at[part] = dict(cast("JsonObject", inner)) if isinstance(inner, dict) else list(cast("list[Any]", inner))
        at = at[part]
    at[path[-1]] = value
    return copy


def _name(path: _Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _shown(value: Json) -> str:
    if isinstance(value, str) and len(value) > 20:
        return f"{len(value):,} characters"
    if value == []:
        return "an empty list"
    if value == "":
        return "an empty text"
    return json.dumps(value, ensure_ascii=False)[:60]
