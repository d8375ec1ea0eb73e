"""The values of expressions that are written out, as JSON: a schema, a name, an argument of an attribute."""

from __future__ import annotations

import re
from typing import Any, Final, cast

from crucible_tools.rune.syntax.nodes import (
    Block,
    Call,
    Const,
    Entry,
    Expr,
    Function,
    Jump,
    Let,
    List,
    Literal,
    MethodCall,
    Object,
    Paren,
    Path,
    Statement,
    Template,
    Tuple,
    Unary,
    Unit,
)  # fmt: skip
from crucible_tools.rune.syntax.parser import Tree
from crucible_tools.rune.types.scopes import Scopes

MISSING: Final = object()
"""What is not written out, so that its value is not known."""

_DEEPEST: Final = 30
_MOST_STEPS: Final = 20_000
_ESCAPE: Final = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|\r?\n\s*|(.))", re.DOTALL)
_SIGNS: Final = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_NULLS: Final = frozenset({"null", "nil", "undefined", "None"})
_KEEPING: Final = frozenset({"to_string", "to_owned", "as_str", "clone", "into"})
_NUMBER: Final = re.compile(r"([\d_]+(?:\.[\d_]+)?(?:[eE][+-]?\d+)?)")


class Literals:
    """Reads the written values of one source.

    Args:
        tree: the source.
        scopes: its names, so that constants and functions without parameters can be followed.
    """

    def __init__(self, tree: Tree, scopes: Scopes) -> None:
        self._tree = tree
        self._scopes = scopes
        self._steps = _MOST_STEPS
        self.exact = True
        """Whether everything that was read since this was set was written out."""

    def value(self, expr: Expr | None, depth: int = 0) -> Any:
        """The JSON value of an expression; entries and items that are not written out are left out; else `MISSING`."""
        self._steps -= 1
        if expr is None or depth > _DEEPEST or self._steps < 0:
            return self._missing()
        match expr:
            case Literal():
                return self._literal(expr)
            case Unit():
                return None
            case Paren():
                return self.value(expr.inner, depth + 1)
            case Unary() if expr.op in ("-", "&"):
                value = self.value(expr.operand, depth + 1)
                if expr.op == "&" or not isinstance(value, (int, float)):
                    return value
                return -value
            case Template() if not expr.parts:
                words = self._tree.tokens.texts[expr.first + 1 : expr.last]
                return unescaped("".join(words))
            case List() | Tuple():
                parts = [item if isinstance(item, Expr) else None for item in expr.items]
                values = [self.value(part, depth + 1) for part in parts]
                return [value for value in values if value is not MISSING]
            case Object() if expr.style != "struct":
                return self._object(expr, depth)
            case Block():
                return self._block(expr, depth)
            case MethodCall() if self._tree.tokens.texts[expr.name] in _KEEPING:
                return self.value(expr.base, depth + 1)
            case Call() if isinstance(expr.callee, Path):
                return self._call(expr, expr.callee, depth)
            case Path():
                return self._path(expr, depth)
            case Jump() if expr.word == "return":
                return self.value(expr.value, depth + 1)
            case _:
                return self._missing()

    def _missing(self) -> Any:
        self.exact = False
        return MISSING

    def _literal(self, node: Literal) -> Any:
        text = self._tree.tokens.texts[node.first]
        match node.kind:
            case "string":
                return unescaped(text[1:-1])
            case "rawstring":
                return text[1:].strip("#")[1:-1]
            case "bool":
                return text == "true"
            case "int" | "float":
                return number(text)
            case _:
                return self._missing()

    def _object(self, node: Object, depth: int) -> Any:
        found: dict[str, Any] = {}
        for entry in node.entries:
            if entry.spread:
                spread = self.value(entry.value, depth + 1)
                if isinstance(spread, dict):
                    found.update(cast("dict[str, Any]", spread))
                continue
            value = self.value(entry.value, depth + 1) if entry.value is not None else self._short(entry, depth)
            if value is not MISSING:
                found[self.key(entry)] = value
        return found

    def key(self, entry: Entry) -> str:
        """The key of an entry."""
        text = self._tree.tokens.texts[entry.key]
        return unescaped(text[1:-1]) if text[:1] == '"' else text

    def _short(self, entry: Entry, depth: int) -> Any:
        return self._bound(self._scopes.binding(entry), depth)

    def _block(self, node: Block, depth: int) -> Any:
        """A block's value: its last expression, or what its one `return` gives."""
        if node.value is not None:
            return self.value(node.value, depth + 1)
        last = node.statements[-1] if node.statements else None
        if isinstance(last, Statement) and isinstance(last.expression, Jump):
            return self.value(last.expression, depth + 1)
        return self._missing()

    def _call(self, node: Call, path: Path, depth: int) -> Any:
        if path.text in ("Some", "Ok", "String::from") and len(node.args.items) == 1:
            item = node.args.items[0]
            return self.value(item if isinstance(item, Expr) else None, depth + 1)
        function = self._scopes.function(path)
        if function is None or node.args.items or function.params:
            return self._missing()
        return self.value(function.body, depth + 1)

    def _path(self, node: Path, depth: int) -> Any:
        item = self._scopes.item(node)
        if isinstance(item, Const):
            return self.value(item.value, depth + 1)
        binding = self._scopes.binding(node)
        if binding is None and node.name in _NULLS:
            return None
        return self._bound(binding, depth)

    def _bound(self, binding: object, depth: int) -> Any:
        """The value of a variable that is used as it was written."""
        if isinstance(binding, Const):
            return self.value(binding.value, depth + 1)
        if not isinstance(binding, Let) or len(self._scopes.uses(binding)) + len(self._scopes.short_uses(binding)) > 1:
            # Used twice, it may have been changed in between.
            return self._missing()
        return self.value(binding.value, depth + 1)

    def given(self, function: Function) -> Any:
        """What a function without parameters gives."""
        return self.value(function.body)


def number(text: str) -> Any:
    """The value of a number as it is written; `MISSING` if it is none."""
    digits = text.replace("_", "")
    if digits[:2].lower() in ("0x", "0b", "0o"):
        try:
            return int(digits, 0)
        except ValueError:
            return MISSING
    found = _NUMBER.match(digits)
    if found is None or len(found[1]) > 100:
        return MISSING
    plain = found[1]
    return float(plain) if any(sign in plain for sign in ".eE") else int(plain)


def unescaped(text: str) -> str:
    """The text that a string literal stands for."""
    return _ESCAPE.sub(_sign, text) if "\\" in text else text


def _sign(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code:
        value = int(code, 16)
        return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else "\ufffd"
    sign = found[3]
    return "" if sign is None else _SIGNS.get(sign, sign)
