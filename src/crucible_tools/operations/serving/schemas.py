"""Schemas of tools in a form that hosts take, and what they may still refuse.

Hosts are brittle: one root that is no object makes Claude Code drop every tool of a server, an `allOf` or `if` at the
root drops the tool, and large output schemas make VS Code drop tools. What is served is never stricter than what the
tool takes: the engine checks each call by the schema as it was migrated, and says what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast
from urllib.parse import unquote

from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.operations.serving.names import MOST_CHARACTERS, is_taken
from crucible_tools.rune.schema_checks import check
from crucible_tools.rune.schema_expansion import short

MOST_INPUT_BYTES: Final = 16 * 1024
"""JSON text of an input schema beyond which a tool is at risk: some 4,000 tokens of every conversation."""

MOST_OUTPUT_BYTES: Final = 8 * 1024
"""JSON text of an output schema beyond which it is not served: a tool that hosts drop for it is worth less."""

MOST_DESCRIPTION: Final = 1024
"""Characters of a description that every known host takes (OpenAI's interface refuses more)."""

_PROPERTY: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""Names of properties that Anthropic's interface takes at the root of a tool's schema, whatever is below: it answers a
request that has another one with 400, "tools.N.custom.input_schema.properties: Property keys should match pattern".
OpenAI's has no such rule that is known of."""

_COMBINATIONS: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "enum", "const")
"""Keywords at the root for which hosts are known to drop a tool."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OLD: Final = ("dependencies", "additionalItems", "nullable")
"""Keywords of older drafts and of OpenAPI, which mean nothing in 2020-12."""

_HEADER: Final = "x-mcp-header"
"""Makes clients copy an argument into a header that everything on the way can read; one that is wrong drops the tool
(2026-07-28, Streamable HTTP). A script written before that can't have meant it."""

_LEFT_OUT: Final = (*_OLD, _HEADER)

_MAPS: Final = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
_LISTS: Final = ("prefixItems", "allOf", "anyOf", "oneOf")
_SINGLE: Final = (
    "items",
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
_REFERENCES: Final = ("$ref", "$dynamicRef")
_NOTES: Final = ("title", "description", "examples", "default")
_DEEPEST: Final = 100
"""Nesting beyond which a schema is left as it is."""


class Advice(StrEnum):
    """What became of a problem."""

    MENDED = "mended"
    """It is served in another form, which hosts take."""
    AT_RISK = "at_risk"
    """It is served as it is, and some host may refuse it."""


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """Something about a tool that hosts are known to refuse.

    Args:
        code: which, of a closed set.
        advice: what became of it.
        message: the same in one sentence.
    """

    code: str
    advice: Advice
    message: str

    def to_json(self) -> JsonObject:
        """`{code, advice, message}`."""
        return {"code": self.code, "advice": self.advice.value, "message": self.message}


def _mended(code: str, message: str) -> SchemaProblem:
    return SchemaProblem(code, Advice.MENDED, message)


def _at_risk(code: str, message: str) -> SchemaProblem:
    return SchemaProblem(code, Advice.AT_RISK, message)


def tool_problems(definition: ToolDefinition) -> tuple[SchemaProblem, ...]:
    """What hosts may refuse about a tool beside its schemas."""
    found: list[SchemaProblem] = []
    if not is_taken(definition.name):
        found.append(
            _mended(
                "name",
                f"some hosts refuse names with dots or more than {MOST_CHARACTERS} characters: "
                "agents know the tool by another one",
            )
        )
    if len(definition.description) > MOST_DESCRIPTION:
        length = len(definition.description)
        found.append(_at_risk("description", f"its description has {length:,} characters; hosts cut or refuse it"))
    if not definition.description.strip():
        found.append(_at_risk("description", "it has no description: a model can't know when to call it"))
    return tuple(found)


def served_input(definition: ToolDefinition) -> tuple[JsonObject, tuple[SchemaProblem, ...]]:
    """The input schema in a form that hosts take, and what was changed or may be refused."""
    found: list[SchemaProblem] = []
    root = _without_combinations(dict(definition.input_schema), found)
    if root.get("type") != "object":
        found.append(_mended("root-type", f"its input schema is for {short(root.get('type'))}: served as an object"))
        root["type"] = "object"
    if not isinstance(root.get("properties"), dict):
        root["properties"] = {}
    changed = bool(found) and _refers_to_changes(root, definition.input_schema)
    root = _without_old(root, found)
    if changed or (found and check(root)):
        found.append(_mended("references", "its input schema refers to a part that hosts refuse: served by names only"))
        root = _names_only(root)
    if why := why_anthropic_refuses(root):
        found.append(_at_risk("property-name", f"{why}; crucible export --for anthropic leaves the tool out"))
    if (size := _bytes(root)) > MOST_INPUT_BYTES:
        found.append(_at_risk("input-size", f"its input schema has {size:,} bytes"))
    return root, tuple(found)


def why_anthropic_refuses(schema: Mapping[str, Any]) -> str | None:
    """Why Anthropic's interface refuses each request that has a tool of this schema, as it is served; None if not."""
    odd = [name for name in _object(schema.get("properties")) if not _PROPERTY.fullmatch(name)]
    if not odd:
        return None
    which = f"parameter {short(odd[0])}" if len(odd) == 1 else f"parameters {short(odd[0])} and {len(odd) - 1} more"
    return (
        f"Anthropic's interface refuses every request with its {which}: names there have 1 to 64 letters of ASCII, "
        "digits, _, . and -"
    )


def served_output(definition: ToolDefinition) -> tuple[JsonObject | None, tuple[SchemaProblem, ...]]:
    """The output schema in a form that hosts take, or None; and what was changed."""
    schema = definition.output_schema
    if schema is None:
        return None, ()
    if (size := _bytes(schema)) > MOST_OUTPUT_BYTES:
        return None, (_mended("output-size", f"its output schema has {size:,} bytes: it is not served"),)
    if reasons := check(schema):
        return None, (_mended("output-invalid", f"its output schema {reasons[0].message}: it is not served"),)
    found: list[SchemaProblem] = []
    served = _without_old(dict(schema), found, "output")
    if found and (reasons := check(served)):
        return None, (_mended("output-invalid", f"its output schema {reasons[0].message}: it is not served"),)
    return served, tuple(found)


def _without_combinations(root: JsonObject, found: list[SchemaProblem]) -> JsonObject:
    """The root with what its combinations say about properties in its own, as far as that makes it no stricter."""
    root, referred = _without_reference(root, found)
    present = [key for key in _COMBINATIONS if key in root]
    if present:
        what = ", ".join(present)
        found.append(_mended("root-combination", f"its input schema has {what} at its root: served without"))
    elif not referred:
        return root
    own = _object(root.get("properties"))
    required = _texts(root.get("required"))
    added: dict[str, Any] = {}
    both = [*referred, *_parts(root.get("allOf"), root)]
    for part in both:
        for name, schema in _object(part.get("properties")).items():
            added.setdefault(name, schema)
        required += _texts(part.get("required"))
    for key in ("anyOf", "oneOf"):
        for name, schema in _either(_parts(root.get(key), root)).items():
            added.setdefault(name, schema)
    # Which properties are left unevaluated is said by what is left out, too.
    kept = {key: value for key, value in root.items() if key not in (*_COMBINATIONS, "unevaluatedProperties")}
    kept["properties"] = {**added, **own}
    if "type" not in kept and any(part.get("type") == "object" for part in both):
        kept["type"] = "object"
    if required:
        kept["required"] = list(dict.fromkeys(required))
    return kept


def _without_reference(root: JsonObject, found: list[SchemaProblem]) -> tuple[JsonObject, list[JsonObject]]:
    """The root without a reference of its own, and what that says beside the rest; nothing where it says all."""
    if not isinstance(root.get("$ref"), str):
        return root, []
    found.append(_mended("root-reference", "its input schema begins with a reference: served without"))
    document = root
    for _ in range(_HOPS):
        reference = root.get("$ref")
        rest = {key: value for key, value in root.items() if key != "$ref"}
        if not isinstance(reference, str):
            return root, []
        if not _SAYS_NOTHING.issuperset(rest):
            return rest, _parts([{"$ref": reference}], document)
        root = {**_target(reference, document), **rest}
    return {key: value for key, value in root.items() if key != "$ref"}, []


_HOPS: Final = 10
"""References that are followed one after the other."""

_MOST_DIGITS: Final = 6

_SAYS_NOTHING: Final = frozenset(
    ("$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "examples", "default", "type")
)
"""Keywords that, beside a reference at the root, say nothing about an object that is given."""


def _either(parts: list[JsonObject]) -> JsonObject:
    """The properties of alternatives: one that all of them have is any of theirs, another one is only described."""
    found: dict[str, list[Any]] = {}
    for part in parts:
        for name, schema in _object(part.get("properties")).items():
            found.setdefault(name, []).append(schema)
    merged: JsonObject = {}
    for name, schemas in found.items():
        different = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
        if len(schemas) == len(parts):
            merged[name] = different[0] if len(different) == 1 else {"anyOf": different}
        else:
            first = _object(different[0])
            merged[name] = {key: first[key] for key in _NOTES if key in first}
    return merged


def _parts(value: Any, root: JsonObject) -> list[JsonObject]:
    """The schemas of a list, with what they refer to."""
    parts: list[JsonObject] = []
    for item in cast("list[Any]", value) if isinstance(value, list) else []:
        part = dict(_object(item))
        for _ in range(_HOPS):
            if not isinstance(reference := part.pop("$ref", None), str):
                break
            target = _target(reference, root)
            properties = {**_object(target.get("properties")), **_object(part.get("properties"))}
            part = {**target, **part, "properties": properties}
        parts.append(part)
    return parts


def _target(reference: str, root: Mapping[str, Any]) -> JsonObject:
    """The part of the schema that a reference points to; nothing if that is not found."""
    return _object(_pointed(reference, root))


def _pointed(reference: str, root: Mapping[str, Any]) -> Any:
    """What a reference points to by its place in the schema itself; None if that is not found."""
    if reference != "#" and not reference.startswith("#/"):
        return None
    current: Any = root
    for part in unquote(reference).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(current, list):
            items = cast("list[Any]", current)
            found = name.isascii() and name.isdigit() and len(name) < _MOST_DIGITS and int(name) < len(items)
            current = items[int(name)] if found else None
        else:
            current = _object(current).get(name)
    return current


def _refers_to_changes(root: JsonObject, original: Mapping[str, Any]) -> bool:
    """Whether anything that counts refers to a part that is not what it was: it would mean something else.

    A reference that does not point by a place (to an anchor, dynamically) may lead to such a part.
    """
    seen: set[int] = set()
    pending: list[Any] = [value for key, value in root.items() if key not in ("$defs", "definitions")]
    pending.append({key: root[key] for key in _REFERENCES if key in root})
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending += cast("list[Any]", current)
        if not isinstance(current, dict) or id(cast("object", current)) in seen:
            continue
        schema = cast("JsonObject", current)
        seen.add(id(schema))
        pending += schema.values()
        for reference in (schema[key] for key in _REFERENCES if key in schema):
            if isinstance(reference, str):
                target = _pointed(reference, root)
                if target is None or target is not _pointed(reference, original):
                    return True
                pending.append(target)
    return False


def _without_old(root: JsonObject, found: list[SchemaProblem], which: str = "input") -> JsonObject:
    """The schema without keywords that mean nothing in 2020-12, wherever they stand."""
    dropped: set[str] = set()
    if root.get("$schema", _DIALECT) != _DIALECT:
        del root["$schema"]
        dropped.add("$schema")
    cleaned = _cleaned(root, dropped, 0)
    if _HEADER in dropped:
        dropped.remove(_HEADER)
        message = f"its {which} schema asks clients to copy arguments into HTTP headers ({_HEADER}): served without"
        found.append(_mended("header", message))
    if dropped:
        words = ", ".join(sorted(dropped))
        found.append(_mended("old-keyword", f"its {which} schema has {words} of another dialect: served without"))
    return cleaned


def _cleaned(schema: JsonObject, dropped: set[str], depth: int) -> JsonObject:
    if depth > _DEEPEST:
        return schema
    dropped.update(key for key in _LEFT_OUT if key in schema)
    kept = {key: value for key, value in schema.items() if key not in _LEFT_OUT}
    for key in _MAPS:
        if isinstance(inner := kept.get(key), dict):
            named = cast("JsonObject", inner)
            kept[key] = {name: _cleaned_value(item, dropped, depth) for name, item in named.items()}
    for key in _LISTS:
        if isinstance(inner := kept.get(key), list):
            kept[key] = [_cleaned_value(item, dropped, depth) for item in cast("list[Any]", inner)]
    for key in _SINGLE:
        if key in kept:
            kept[key] = _cleaned_value(kept[key], dropped, depth)
    return kept


def _cleaned_value(value: Any, dropped: set[str], depth: int) -> Any:
    return _cleaned(cast("JsonObject", value), dropped, depth + 1) if isinstance(value, dict) else value


def _names_only(root: Mapping[str, Any]) -> JsonObject:
    """A schema that says which parameters there are, and nothing of what they may be."""
    properties = {
        name: {key: value for key, value in _object(schema).items() if key in ("title", "description")}
        for name, schema in _object(root.get("properties")).items()
    }
    required = _texts(root.get("required"))
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _object(value: Any) -> JsonObject:
    return cast("JsonObject", value) if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    items: Iterable[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, str)]


def _bytes(schema: Mapping[str, Any]) -> int:
    return len(json.dumps(schema, separators=(",", ":")))
