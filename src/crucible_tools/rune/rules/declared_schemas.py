"""The input schemas that a source writes down as literals, with the places of their parts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.rune.facts import MISSING
from crucible_tools.rune.syntax.nodes import (
    Block,
    Expr,
    Function,
    Jump,
    List,
    Literal,
    Node,
    Object,
    Paren,
    Unary,
    Unit,
)

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import Entry

_NULLS: Final = frozenset({"null", "nil", "undefined"})
_ESCAPES: Final = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}|\\x([0-9a-fA-F]{2})|\\(\r?\n\s*)|\\(.)", re.DOTALL)
_SINGLE: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_DEEPEST: Final = 40


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
    for function in script.tree.of(Function):
        if function.name is not None and script.word(function.name) == "INPUT_SCHEMA" and not function.params:
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


def value_of(script: Script, node: Node | None, deep: int = 0) -> Any:
    """The value of a literal as JSON data, lists and objects of literals too; MISSING when it is none."""
    while isinstance(node, Paren):
        node = node.inner
    if node is None or deep > _DEEPEST:
        return MISSING
    if isinstance(node, Literal):
        return _literal(script.source(node), node.kind)
    if isinstance(node, Unit) or script.source(node) in _NULLS:
        return None
    if isinstance(node, Unary) and node.op == "-":
        value = value_of(script, node.operand, deep + 1)
        return -value if isinstance(value, (int, float)) and not isinstance(value, bool) else MISSING
    if isinstance(node, List) and not node.repeat:
        items = [value_of(script, item, deep + 1) for item in node.items]
        return MISSING if any(item is MISSING for item in items) else items
    if isinstance(node, Object) and node.style != "struct":
        fields = {key_of(script, entry): value_of(script, entry.value, deep + 1) for entry in node.entries}
        return MISSING if None in fields or any(value is MISSING for value in fields.values()) else fields
    return MISSING


def _literal(text: str, kind: str) -> Any:
    if kind == "string":
        return unquoted(text)
    if kind == "bool":
        return text == "true"
    try:
        if kind == "int":
            return int(re.sub(r"[iu](8|16|32|64|size)$", "", text).replace("_", ""), 0)
        if kind == "float":
            return json.loads(re.sub(r"f(32|64)$", "", text).replace("_", "").rstrip(".") or "0")
    except ValueError:
        return MISSING
    return MISSING


def unquoted(text: str) -> str:
    """The value of a string in double quotes."""
    inner = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return _ESCAPES.sub(_escape, inner) if "\\" in inner else inner


def _escape(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    if digits:
        code = int(digits, 16)
        return chr(code) if code < 0x110000 else "\ufffd"
    return "" if found[3] else _SINGLE.get(found[4], found[4])
