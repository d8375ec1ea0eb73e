"""What authors write for the types of JSON Schema, and which ones they mean."""

from __future__ import annotations

import re
from typing import Final

TYPES: Final = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
"""The types of JSON Schema 2020-12, core, 4.2.1 and validation, 6.1.1."""

_MEANT: Final = {
    "str": "string", "text": "string", "char": "string", "varchar": "string", "&str": "string",
    "int": "integer", "long": "integer", "uint": "integer", "usize": "integer", "isize": "integer",
    "i8": "integer", "i16": "integer", "i32": "integer", "i64": "integer", "i128": "integer",
    "u8": "integer", "u16": "integer", "u32": "integer", "u64": "integer", "u128": "integer",
    "float": "number", "double": "number", "decimal": "number", "f32": "number", "f64": "number", "num": "number",
    "bool": "boolean",
    "list": "array", "vec": "array", "tuple": "array", "set": "array",
    "dict": "object", "map": "object", "hash": "object", "hashmap": "object", "struct": "object", "record": "object",
    "json": "object",
    "none": "null", "nil": "null", "unit": "null", "undefined": "null",
}  # fmt: skip
"""Names of types in Rust, Python, JavaScript and SQL, in small letters."""

_TEXTS: Final = frozenset({
    "path", "file", "filename", "filepath", "directory", "folder", "url", "uri", "link", "email", "uuid", "date",
    "time", "datetime", "date-time", "timestamp", "markdown", "html", "regex", "password", "enum",
})  # fmt: skip
"""What is no type, and is written as a text in JSON, most likely."""

ANYTHING: Final = frozenset({"any", "mixed", "unknown", "value", "*"})
"""What stands for every type, which a schema says by having no `type`."""

_LIST: Final = re.compile(r"(?:(?:list|array|vec|sequence|set)[<\[](.+)[>\]]|\[(.+)\]|(.+)\[\])\Z")


def meant_type(written: str) -> str | None:
    """The type that is meant, when there is one reading."""
    lower = written.strip().lower()
    return lower if lower in TYPES else _MEANT.get(lower)


def guessed_type(written: str) -> str | None:
    """The type that is probably meant."""
    return "string" if written.strip().lower() in _TEXTS else None


def items_of(written: str) -> str | None:
    """What is between the brackets of `[string]`, `string[]`, `List[str]`, `Vec<String>`."""
    found = _LIST.match(written.strip().lower())
    return next((part.strip() for part in found.groups() if part), None) if found else None
