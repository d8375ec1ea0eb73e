"""Parts of a JSON Schema as one: references followed, everything of `allOf` put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

_MOST_HOPS: Final = 24
_MOST_PARTS: Final = 64

_ABOUT: Final = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "contains", "uniqueItems"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


class NoValue(Exception):  # noqa: N818 - a transfer of control, never seen by callers
    """There is no value that the schema allows, or it takes too much to find one."""


def resolved(schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without `$ref` and `allOf`, as far as what they say can be said in one.

    Args:
        schema: the part.
        root: the schema that it is part of.

    Raises:
        NoValue: it takes nothing, or its references go in circles or out of the schema.
    """
    if schema is False:
        raise NoValue
    current = as_object(schema)
    for _ in range(_MOST_HOPS):
        if isinstance(reference := current.get("$ref"), str):
            rest = {key: value for key, value in current.items() if key != "$ref"}
            current = both(_target(reference, root), rest)
        elif isinstance(parts := current.get("allOf"), list):
            merged = {key: value for key, value in current.items() if key != "allOf"}
            for part in cast("list[Any]", parts)[:_MOST_PARTS]:
                if part is False:
                    raise NoValue
                merged = both(merged, as_object(part))
            current = merged
        else:
            return current
    raise NoValue


def _target(reference: str, root: Mapping[str, Any]) -> dict[str, Any]:
    if not reference.startswith("#"):
        raise NoValue
    current: Any = root
    for part in reference[1:].split("/")[1:]:
        current = as_object(current).get(part.replace("~1", "/").replace("~0", "~"))
    if current is True:
        return {}
    if not isinstance(current, dict):
        raise NoValue
    return cast("dict[str, Any]", current)


def both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that asks for what two ask for. Where it cannot, it asks for too little: a validator has the last word.

    Raises:
        NoValue: nothing can be of the types of both.
    """
    merged = dict(one)
    for key, value in other.items():
        mine = merged.get(key)
        if key not in merged:
            merged[key] = value
        elif key == "properties":
            fields = dict(as_object(mine))
            for name, part in as_object(value).items():
                fields[name] = {"allOf": [fields[name], part]} if name in fields else part
            merged[key] = fields
        elif key == "required":
            merged[key] = list(dict.fromkeys(texts(mine) + texts(value)))
        elif key == "type":
            merged[key] = _common(kinds({"type": mine}), kinds({"type": value}))
        elif key == "enum":
            allowed = as_list(value)[:_MOST_PARTS]
            merged[key] = [item for item in as_list(mine)[:_MOST_PARTS] if item in allowed]
        elif isinstance(mine, (int, float)) and isinstance(value, (int, float)):
            upper = key.startswith(("max", "exclusiveMax"))
            merged[key] = min(mine, value) if upper else max(mine, value)
        elif key not in ("anyOf", "oneOf"):
            merged[key] = value
    return merged


def _common(some: tuple[str, ...], others: tuple[str, ...]) -> list[str]:
    common = [kind for kind in some if kind in others]
    # Every integer is a number.
    if "integer" in others and "number" in some and "integer" not in common:
        common.append("integer")
    if "integer" in some and "number" in others and "integer" not in common:
        common.append("integer")
    if not common:
        raise NoValue
    return common


def kinds(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The JSON types that a schema speaks of; none when it is open."""
    kind: Any = schema.get("type")
    if isinstance(kind, str):
        return (kind,)
    if isinstance(kind, list):
        return tuple(texts(cast("list[Any]", kind)))
    return tuple(name for name, words in _ABOUT.items() if any(word in schema for word in words))[:1]


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [item for item in as_list(value) if isinstance(item, str)]


def count(value: Any, otherwise: int) -> int:
    """A number of things; 2.0 is a whole number for JSON Schema."""
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise
