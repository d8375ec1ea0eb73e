"""What a written type and a JSON schema say of a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, cast

from crucible_tools.rune.types.values import (
    BOOL,
    BYTES,
    CHAR,
    COUNT,
    FLOAT,
    FUNCTION,
    FUTURE,
    INT,
    JSON,
    JSON_DATA,
    LIST,
    NUMBER,
    OBJECT,
    OPTION,
    OTHER,
    RESULT,
    STRING,
    TUPLE,
    UNIT,
    UNKNOWN,
    UNSIGNED,
    Value,
    holder,
    join,
    joined,
    plain,
    record,
    together,
)  # fmt: skip

_DEEPEST: Final = 12
_WORD: Final = re.compile(r"\w+|->|[<>()\[\],|?&:]")

_NAMED: Final = {
    "string": STRING, "str": STRING, "text": STRING, "pathbuf": STRING, "path": STRING,
    "i8": INT, "i16": INT, "i32": INT, "i64": INT, "i128": INT, "isize": INT, "int": INT, "integer": INT,
    "u8": INT, "u16": INT, "u32": INT, "u64": INT, "u128": INT, "usize": INT,
    "f32": FLOAT, "f64": FLOAT, "float": FLOAT, "number": NUMBER,
    "bool": BOOL, "boolean": BOOL, "char": CHAR, "bytes": BYTES,
    "object": OBJECT, "dict": OBJECT, "record": OBJECT,
    "array": LIST, "list": LIST, "vec": LIST,
    "null": UNIT, "undefined": UNIT, "void": UNIT, "none": UNIT, "unit": UNIT, "tuple": TUPLE,
    "function": FUNCTION, "fn": FUNCTION, "fnmut": FUNCTION, "fnonce": FUNCTION,
}  # fmt: skip
_HOLDERS: Final = {
    "vec": LIST, "array": LIST, "list": LIST, "option": OPTION, "result": RESULT, "future": FUTURE, "promise": FUTURE,
}  # fmt: skip
_THROUGH: Final = frozenset({"box", "rc", "arc", "cow", "ref", "mut", "dyn", "impl", "readonly"})
_OTHERS: Final = {"hashmap": "HashMap", "hashset": "HashSet", "vecdeque": "VecDeque", "regex": "Regex"}


@cache
def of_type(text: str) -> Value:
    """What a written type says, of Rune, Rust or TypeScript: `i64`, `&str`, `Vec<Object>`, `string[] | null`.

    Args:
        text: as it is written.
    """
    return _Reader(_WORD.findall(text[:400])).union()


def of_cast(name: str) -> Value:
    """What `as` a type gives."""
    if name == UNSIGNED:
        return COUNT
    kind = _NAMED.get(name, 0)
    return plain(kind) if kind & NUMBER and kind != NUMBER else UNKNOWN


class _Reader:
    """Reads one written type."""

    def __init__(self, words: list[str]) -> None:
        self._words = [*words, ""]
        self._at = 0
        self._depth = 0

    def union(self) -> Value:
        self._depth += 1
        found = self._single() if self._depth < _DEEPEST else UNKNOWN
        while self._words[self._at] == "|":
            self._at += 1
            found = join(found, self._single() if self._depth < _DEEPEST else UNKNOWN)
        self._depth -= 1
        return found

    def _single(self) -> Value:
        while self._words[self._at] in ("&", "mut", "dyn", "impl") or (
            self._words[self._at].startswith("'") and self._words[self._at]
        ):
            self._at += 1
        word = self._next()
        if word == "[":
            found = holder(LIST, self.union())
            self._skip_to("]")
        elif word == "(":
            found = self._tuple()
        else:
            found = self._name(word.lower())
        while self._words[self._at] == "[" and self._words[self._at + 1] == "]":
            self._at += 2
            found = holder(LIST, found)
        if self._words[self._at] == "?":
            self._at += 1
            found = join(found, plain(UNIT))
        return found

    def _name(self, name: str) -> Value:
        while self._words[self._at] == ":" and self._words[self._at + 1] == ":":
            self._at += 2
            name = self._next().lower()
        inside: list[Value] = []
        if self._words[self._at] == "<":
            self._at += 1
            while self._words[self._at] not in (">", ""):
                inside.append(self.union())
                if self._words[self._at] not in (">", ""):
                    self._at += 1
            self._at += self._words[self._at] == ">"
        if name in _THROUGH:
            return inside[-1] if inside else UNKNOWN
        if name in _HOLDERS:
            return holder(_HOLDERS[name], inside[0] if inside else None, inside[1] if len(inside) > 1 else None)
        if name in _OTHERS:
            # Of a map its values count.
            return holder(OTHER, inside[-1] if inside else None, name=_OTHERS[name])
        kind = _NAMED.get(name)
        return plain(kind) if kind else UNKNOWN

    def _tuple(self) -> Value:
        parts: list[Value] = []
        while self._words[self._at] not in (")", ""):
            parts.append(self.union())
            if self._words[self._at] not in (")", ""):
                self._at += 1
        self._at += self._words[self._at] == ")"
        return plain(UNIT) if not parts else parts[0] if len(parts) == 1 else together(*parts)

    def _skip_to(self, end: str) -> None:
        while self._words[self._at] not in (end, ""):
            self._at += 1
        self._at += self._words[self._at] == end

    def _next(self) -> str:
        word = self._words[self._at]
        self._at += bool(word)
        return word


# --- schemas ---

_SCHEMA_KINDS: Final = {
    "string": STRING,
    "integer": INT,
    "number": NUMBER,
    "boolean": BOOL,
    "array": LIST,
    "object": OBJECT,
    "null": UNIT,
}
_ALTERNATIVES: Final = ("anyOf", "oneOf")


def of_schema(schema: Any, *, root: bool = False, depth: int = 0) -> Value:
    """What a JSON schema says of a value that comes in.

    Args:
        schema: the schema; what is none says nothing.
        root: whether it is that of all arguments, which always are an object.
        depth: in how many others it stands.
    """
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return Value(OBJECT, data=True) if root else JSON_DATA
    known = cast("dict[str, Any]", schema)
    kinds = OBJECT if root else _kinds(known, depth)
    if known.get("nullable") is True:
        kinds |= UNIT
    fields: Mapping[str, Value] | None = None
    required: frozenset[str] = frozenset()
    properties = known.get("properties")
    if kinds & OBJECT and isinstance(properties, dict):
        parts = cast("dict[str, Any]", properties)
        fields = {str(name): of_schema(part, depth=depth + 1) for name, part in parts.items()}
        required = _required(known, parts, root=root)
    items = known.get("items")
    item = of_schema(items, depth=depth + 1) if kinds & LIST and isinstance(items, dict) else None
    found = Value(kinds, item=item, data=True)
    if fields is not None:
        # `record` bounds what is kept.
        found = join(
            record(fields, required, closed=known.get("additionalProperties") is False, data=True),
            found.without(OBJECT) if kinds != OBJECT else Value(0),
        )
    return found


def _kinds(schema: dict[str, Any], depth: int) -> int:
    """Which kinds of values a schema lets through, as far as it says."""
    declared = schema.get("type")
    names: list[Any] = cast("list[Any]", declared) if isinstance(declared, list) else [declared]
    if declared is not None:
        kinds = 0
        for name in names:
            kinds |= _SCHEMA_KINDS.get(name, JSON) if isinstance(name, str) else JSON
        return kinds or JSON
    allowed = schema.get("enum")
    if isinstance(allowed, list) and allowed:
        return joined(of_json(value) for value in cast("list[Any]", allowed)).kinds
    if "const" in schema:
        return of_json(schema["const"]).kinds
    for word in _ALTERNATIVES:
        parts = schema.get(word)
        if isinstance(parts, list) and parts:
            return joined(of_schema(part, depth=depth + 1) for part in cast("list[Any]", parts)).kinds
    return JSON


def _required(schema: dict[str, Any], properties: dict[str, Any], *, root: bool) -> frozenset[str]:
    """The fields that are certainly there: required ones, and at the root those that the host fills in."""
    listed = schema.get("required")
    names: set[str] = set()
    if isinstance(listed, list):
        names.update(name for name in cast("list[Any]", listed) if isinstance(name, str))
    if root:
        names |= {name for name, part in properties.items() if isinstance(part, dict) and "default" in part}
    return frozenset(names)


def of_json(value: Any) -> Value:
    """What is known of a JSON value: its kind."""
    match value:
        case None:
            return plain(UNIT)
        case bool():
            return plain(BOOL)
        case int():
            return plain(INT)
        case float():
            return plain(FLOAT)
        case str():
            return plain(STRING)
        case list():
            return Value(LIST, data=True)
        case _:
            return Value(OBJECT, data=True)
