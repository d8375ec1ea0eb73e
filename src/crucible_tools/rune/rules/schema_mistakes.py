"""What authors get wrong in schemas: each mistake with its place, and the repair where a machine can make it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.model.near import near
from crucible_tools.rune.rules.declared_schemas import entry_of, key_of, properties, value_of
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.reserved import RESERVED
from crucible_tools.rune.rules.rule import Edit, Finding, Fix
from crucible_tools.rune.rules.schema_parts import behind, key_like, replaced, without
from crucible_tools.rune.rules.schema_words import ANYTHING, TYPES, guessed_type, items_of, meant_type
from crucible_tools.rune.syntax.nodes import Expr, List, Literal, Object

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import Entry, Node

_CODE: Final = "RN306"
_NUMBERS: Final = frozenset({
    "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
    "maxProperties", "exclusiveMinimum", "exclusiveMaximum",
})  # fmt: skip
_TEXTS: Final = frozenset({"description", "title", "pattern", "format", "$comment"})
_EXCLUSIVE: Final = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_LOOKED_AT: Final = frozenset({"type", "items", "enum", "examples", "nullable", *_NUMBERS, *_TEXTS})
_WRITTEN_TYPES: Final = frozenset(f'"{name}"' for name in TYPES)
_OWN: Final = re.compile(r'required"?\s*[:=]>?\s*(?:true|false)\b')
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?\Z")
_WORD: Final = re.compile(r"[\w.-]+(?:\s*[|,]\s*[\w.-]+)+\Z")
_KEYWORDS: Final = frozenset({
    "type", "properties", "required", "title", "description", "additionalProperties", "$ref", "$defs", "definitions",
    "allOf", "anyOf", "oneOf", "enum", "const", "not", "if", "items", "default", "examples", "patternProperties",
})  # fmt: skip

_ALL: Final = _KEYWORDS | _NUMBERS | _TEXTS | {
    "additionalItems", "anchor", "contains", "contentEncoding", "contentMediaType", "contentSchema", "dependencies",
    "dependentRequired", "dependentSchemas", "deprecated", "else", "maxContains", "minContains", "nullable",
    "prefixItems", "propertyNames", "readOnly", "then", "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
    "writeOnly", "$anchor", "$id", "$schema", "$vocabulary", "$dynamicRef", "$dynamicAnchor", "example", "name", "id",
}  # fmt: skip
_CLEAR: Final = 0.85
_SHORTEST: Final = 4


def of_schema(script: Script, schema: Object) -> Iterator[Finding]:
    """Keywords of one schema whose values are wrong."""
    for entry in schema.entries:
        name, value = key_of(script, entry), entry.value
        if name not in _LOOKED_AT or value is None:
            if name is not None and value is not None and name not in _ALL:
                yield from _misspelt(script, schema, entry, name)
            continue
        if name == "type":
            if script.word(value.first) in _WRITTEN_TYPES:
                continue
            yield from _type(script, schema, entry, value)
        elif name in _EXCLUSIVE and _is_bool(value):
            yield _exclusive(script, schema, entry, value, _EXCLUSIVE[name])
        elif name in _NUMBERS:
            yield from _number(script, name, value)
        elif name in _TEXTS:
            yield from _text(script, name, value)
        elif name == "items":
            yield from _items(script, entry, value)
        elif name == "enum":
            yield from _enum(script, value)
        elif name == "examples" and _is_literal(value):
            fix = Fix(True, "Write a list", (replaced(script, value, f"[{script.source(value)}]"),))
            yield _finding(script, value, "`examples` is a list", fix)
        elif name == "nullable" and script.source(value) == "true":
            yield from _nullable(script, schema, entry)


def _misspelt(script: Script, schema: Object, entry: Entry, name: str) -> Iterator[Finding]:
    """A keyword with a slip of the pen; what is no keyword at all says nothing, and may be meant so."""
    meant = _meant_keyword(name)
    if meant is None or entry_of(script, schema, meant) is not None:
        return
    tokens = script.tree.tokens
    quoted = tokens.texts[entry.key].startswith('"') or meant in RESERVED
    start, end = tokens.starts[entry.key], tokens.ends[entry.key]
    fix = Fix(False, f"Write `{meant}`", (Edit(start, end, f'"{meant}"' if quoted else meant),))
    message = f"`{name}` is no keyword of JSON Schema, and says nothing: `{meant}` is one"
    yield Finding(_CODE, start, end, message, "warning", fix=fix)


@cache
def _meant_keyword(name: str) -> str | None:
    written = name.replace("_", "").replace("-", "").lower()
    same = next((keyword for keyword in _ALL if keyword.lower() == written), None)
    if same is not None or len(name) < _SHORTEST:
        return same
    close = difflib.get_close_matches(name, sorted(_ALL), 1, _CLEAR)
    return close[0] if close and abs(len(close[0]) - len(name)) <= 1 else None


def _type(script: Script, schema: Object, entry: Entry, value: Expr) -> Iterator[Finding]:
    if isinstance(value, List):
        for item in value.items:
            written = value_of(script, item) if isinstance(item, Literal) else None
            if isinstance(written, str) and written not in TYPES:
                yield _of_type(script, item, written, _renamed(script, item, written))
        return
    written = value_of(script, value) if isinstance(value, Literal) else None
    if not isinstance(written, str) or written in TYPES:
        return
    fix = _of_items(script, schema, entry, written) or _one(script, schema, entry, written)
    yield _of_type(script, value, written, fix)


def _of_items(script: Script, schema: Object, entry: Entry, written: str) -> Fix | None:
    """`string[]` as the type of a list and of its items."""
    inner = items_of(written)
    items = meant_type(inner) if inner is not None else None
    if items is None or entry.value is None or entry_of(script, schema, "items") is not None:
        return None
    key, kind = key_like(script, entry, "items"), key_like(script, entry, "type")
    text = f'"array", {key}: #{{ {kind}: "{items}" }}'
    return Fix(True, f"Write `{text}`", (replaced(script, entry.value, text),))


def _one(script: Script, schema: Object, entry: Entry, written: str) -> Fix | None:
    if written.lower() in ANYTHING and (edits := without(script, schema, entry)):
        return Fix(True, "Delete the type: a schema without one allows every value", edits)
    return _renamed(script, entry.value, written) if entry.value is not None else None


def _renamed(script: Script, value: Node, written: str) -> Fix | None:
    """The type that is meant in the place of the one that is written."""
    names = [part.strip() for part in written.split("|")]
    types = [meant_type(name) for name in names]
    if all(types):
        text = ", ".join(f'"{name}"' for name in dict.fromkeys(types))
        text = f"[{text}]" if len(names) > 1 else text
        return Fix(True, f"Write `{text}`", (replaced(script, value, text),))
    guess = guessed_type(written) or next(iter(near(written.lower(), sorted(TYPES), 1)), None)
    return Fix(False, f'Write `"{guess}"`', (replaced(script, value, f'"{guess}"'),)) if guess else None


def _of_type(script: Script, node: Node, written: str, fix: Fix | None) -> Finding:
    hint = None if fix else f"the types are {', '.join(sorted(TYPES))}"
    return _finding(script, node, f"`{written[:40]}` is no type of JSON Schema", fix, hint)


def _exclusive(script: Script, schema: Object, entry: Entry, value: Expr, limit: str) -> Finding:
    """Draft 4 says with a boolean whether `minimum` itself is allowed."""
    name = key_of(script, entry)
    message = f"`{name}` is the limit itself, a number: with `true` and `false` it was draft 4"
    other = entry_of(script, schema, limit)
    fix = None
    if script.source(value) == "false":
        edits = without(script, schema, entry)
        fix = Fix(True, f"Delete `{name}`", edits) if edits else None
    elif other is not None and other.value is not None and (gone := without(script, schema, other)):
        text = script.source(other.value)
        edits = tuple(sorted((*gone, replaced(script, value, text)), key=lambda edit: edit.start))
        if all(one.end <= two.start for one, two in pairwise(edits)):
            fix = Fix(True, f"Write `{name}: {text}` for `{limit}`", edits)
    return _finding(script, value, message, fix)


def _number(script: Script, name: str, value: Expr) -> Iterator[Finding]:
    written = value_of(script, value) if isinstance(value, Literal) else None
    if isinstance(written, str):
        number = written.strip()
        fix = Fix(True, f"Write `{number}`", (replaced(script, value, number),)) if _NUMBER.match(number) else None
        yield _finding(script, value, f"`{name}` is a number, not a text", fix)


def _text(script: Script, name: str, value: Expr) -> Iterator[Finding]:
    if isinstance(value, Literal) and value.kind in ("int", "float", "bool"):
        text = f'"{script.source(value)}"'
        fix = Fix(True, f"Write `{text}`", (replaced(script, value, text),))
        yield _finding(script, value, f"`{name}` is a text", fix)


def _items(script: Script, entry: Entry, value: Expr) -> Iterator[Finding]:
    if isinstance(value, Literal):
        yield from _short(script, value, "items", key_like(script, entry, "type"), "`items` is a schema")
    elif isinstance(value, List) and not value.repeat and value.items:
        message = "`items` is one schema: a list of them, for the items one by one, is `prefixItems`"
        if len(value.items) == 1:
            edits = (replaced(script, value, script.source(value.items[0])),)
            yield _finding(script, value, message, Fix(False, "Write the schema of all items", edits))
        else:
            tokens = script.tree.tokens
            key = Edit(tokens.starts[entry.key], tokens.ends[entry.key], key_like(script, entry, "prefixItems"))
            yield _finding(script, value, message, Fix(True, "Write `prefixItems`", (key,)))


def _short(script: Script, value: Literal, name: str, key: str, message: str) -> Iterator[Finding]:
    """A type in the place of the schema that has it."""
    written = value_of(script, value)
    if not isinstance(written, str):
        return
    kind = meant_type(written)
    text = f'#{{ {key}: "{kind}" }}'
    fix = Fix(True, f"Write `{text}`", (replaced(script, value, text),)) if kind else None
    yield _finding(script, value, message, fix, None if fix else f'write `#{{ {key}: ".." }}`')


def _enum(script: Script, value: Expr) -> Iterator[Finding]:
    written = value_of(script, value) if isinstance(value, Literal) else None
    if not isinstance(written, str):
        return
    fix = None
    if _WORD.match(written):
        text = "[" + ", ".join(f'"{part.strip()}"' for part in re.split(r"[|,]", written)) + "]"
        fix = Fix(False, f"Write `{text}`", (replaced(script, value, text),))
    yield _finding(script, value, "`enum` is a list of the values that are allowed", fix)


def _nullable(script: Script, schema: Object, entry: Entry) -> Iterator[Finding]:
    """OpenAPI 3.0 allows null with a keyword; JSON Schema does not know it."""
    kind = entry_of(script, schema, "type")
    written = value_of(script, kind.value) if kind is not None else None
    if kind is None or kind.value is None or not isinstance(written, str) or written not in TYPES - {"null"}:
        return
    edits = without(script, schema, entry)
    edits = tuple(sorted((*edits, replaced(script, kind.value, f'["{written}", "null"]')), key=lambda edit: edit.start))
    message = "JSON Schema has no `nullable`: null is one of the types"
    fix = Fix(False, f'Write `["{written}", "null"]` as type', edits) if len(edits) == 2 else None
    yield _finding(script, entry, message, fix, severity="warning")


def of_properties(script: Script, schema: Object) -> Iterator[Finding]:
    """Properties that are a list, or no schemas, or say themselves that they are required."""
    entry = entry_of(script, schema, "properties")
    if entry is None:
        return
    if isinstance(entry.value, List):
        yield _listed(script, entry, entry.value)
    elif isinstance(entry.value, Object):
        for one in entry.value.entries:
            if isinstance(one.value, Literal) and one.value.kind in ("string", "int", "float"):
                name = key_of(script, one)
                key = key_like(script, one, "type")
                found = list(_short(script, one.value, "", key, f"`{name}` needs a schema, not a text"))
                yield from found or [_finding(script, one.value, f"`{name}` needs a schema", None)]
        if _says_own(script):
            yield from _own_required(script, schema, entry)


@remembered
def _says_own(script: Script) -> bool:
    """Whether some property says itself whether it is required: hardly any does, and looking for it takes time."""
    return _OWN.search(script.text) is not None


def _listed(script: Script, entry: Entry, value: List) -> Finding:
    """`properties: [#{name: "a", type: "string"}]` as `properties: #{a: #{type: "string"}}`."""
    message = "`properties` is an object: each argument stands there under its name"
    tokens = script.tree.tokens
    edits = [Edit(tokens.starts[value.first], tokens.ends[value.first], "#{")]
    for item in value.items:
        named = entry_of(script, item, "name") if isinstance(item, Object) else None
        name = value_of(script, named.value) if named is not None else None
        gone = without(script, item, named) if isinstance(item, Object) and named is not None else ()
        if not isinstance(name, str) or not gone:
            return _finding(script, value, message, None)
        start = script.start(item)
        edits += [Edit(start, start, f'"{name}": '), *gone]
    edits.append(Edit(tokens.starts[value.last], tokens.ends[value.last], "}"))
    return _finding(script, entry, message, Fix(True, "Write an object", tuple(edits)))


def _own_required(script: Script, schema: Object, entry: Entry) -> Iterator[Finding]:
    """Draft 3 says at each property whether it is required."""
    listed = entry_of(script, schema, "required")
    names = _names(script, listed)
    there = frozenset(names or ())
    marks: list[tuple[str, Entry, bool, tuple[Edit, ...]]] = []
    for part in properties(script, schema):
        mark = entry_of(script, part.schema, "required")
        if mark is not None and mark.value is not None and _is_bool(mark.value):
            marks.append((part.name, mark, script.source(mark.value) == "true", without(script, part.schema, mark)))
    wanted = [name for name, _, needed, _ in marks if needed and name not in there]
    known = listed is None or names is not None
    # What stands in the list, or is left out of it, beside a mark that says otherwise: nobody knows which is meant.
    safe = listed is None or (not wanted and all(needed or name not in there for name, _, needed, _ in marks))
    first = True
    for name, mark, needed, _ in marks:
        fix = None
        if known and first and all(edits for *_, edits in marks):
            edits = [edit for *_, cut in marks for edit in cut]
            if wanted:
                edits.append(_added(script, schema, entry, listed, wanted))
            fix = Fix(safe, "Move it to the list `required`", tuple(sorted(edits, key=lambda edit: edit.start)))
        first = False
        what = "is listed in `required` of the object" if needed else "is left out of `required` of the object"
        message = f"`required` is a list of names: whether `{name}` must be given is said once, as it {what}"
        yield _finding(script, mark, message, fix)


def _added(script: Script, schema: Object, entry: Entry, listed: Entry | None, names: list[str]) -> Edit:
    text = ", ".join(f'"{name}"' for name in names)
    if listed is None or not isinstance(listed.value, List):
        return behind(script, schema, entry, f"{key_like(script, entry, 'required')}: [{text}]")
    items = listed.value.items
    if items:
        at = script.end(items[-1])
        return Edit(at, at, f", {text}")
    at = script.tree.tokens.ends[listed.value.first]
    return Edit(at, at, text)


def _names(script: Script, listed: Entry | None) -> list[str] | None:
    """The names in `required`, when it is written out."""
    value: Any = value_of(script, listed.value) if listed is not None and isinstance(listed.value, List) else None
    if not isinstance(value, list):
        return None
    names = cast("list[Any]", value)
    return cast("list[str]", names) if all(isinstance(name, str) for name in names) else None


def of_required(script: Script, schema: Object) -> Iterator[Finding]:
    """A `required` beside `properties` that is no list, or names something twice."""
    entry = entry_of(script, schema, "required")
    if entry is None or entry.value is None:
        return
    value = entry.value
    if isinstance(value, List) and len({script.word(item.first) for item in value.items}) == len(value.items):
        return
    if isinstance(value, List) and (names := _names(script, entry)):
        seen: set[str] = set()
        for i, name in enumerate(names):
            if name in seen and i > 0:
                cut = Edit(script.end(value.items[i - 1]), script.end(value.items[i]), "")
                yield _finding(script, value.items[i], f"`{name}` is required twice", Fix(True, "Delete it", (cut,)))
            seen.add(name)
    elif isinstance(value, Literal) and entry_of(script, schema, "properties") is not None:
        written = value_of(script, value)
        known = {part.name for part in properties(script, schema)}
        names = [part.strip() for part in written.split(",")] if isinstance(written, str) else []
        text = "[" + ", ".join(f'"{name}"' for name in names) + "]"
        fix = Fix(True, f"Write `{text}`", (replaced(script, value, text),)) if names and known >= set(names) else None
        hint = None if fix else "name those that must be given: `[..]`"
        yield _finding(script, value, "`required` is a list of names", fix, hint)


def flat(script: Script, schema: Object) -> Finding | None:
    """A root that has the arguments themselves, each with its schema, and no keyword at all."""
    names = [key_of(script, entry) for entry in schema.entries]
    if not names or None in names or _KEYWORDS & set(names):
        return None
    inner = [entry.value for entry in schema.entries if isinstance(entry.value, Object)]
    if len(inner) < len(names) or not all(entry_of(script, part, "type") for part in inner):
        return None
    entry, tokens = schema.entries[0], script.tree.tokens
    kind, key = key_like(script, entry, "type"), key_like(script, entry, "properties")
    opened, closed = tokens.ends[schema.open], tokens.starts[schema.last]
    edits = (Edit(opened, opened, f' {kind}: "object", {key}: #{{'), Edit(closed, closed, "} "))
    start = script.start(schema)
    message = f"the schema names its arguments ({', '.join(str(name) for name in names[:3])}) outside of `properties`"
    fix = Fix(False, "Write `properties` around them", edits)
    return Finding(_CODE, start, opened, message, "warning", fix=fix)


def _is_bool(value: Expr) -> bool:
    return isinstance(value, Literal) and value.kind == "bool"


def _is_literal(value: Expr) -> bool:
    return isinstance(value, Literal) and value.kind in ("string", "int", "float", "bool")


def _finding(
    script: Script, node: Node, message: str, fix: Fix | None, hint: str | None = None, *, severity: Any = "error"
) -> Finding:
    return Finding(_CODE, script.start(node), script.end(node), message, severity, hint, fix=fix)
