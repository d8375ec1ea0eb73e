"""The arguments of an attribute: `#[param(name = "limit", type = "integer", required = false)]`."""

from __future__ import annotations

from typing import Any, Final

from crucible_tools.rune.syntax.lexer import Tokens
from crucible_tools.rune.syntax.nodes import Attribute
from crucible_tools.rune.types.literals import MISSING, number, unescaped

_DEEPEST: Final = 8
_WORDS: Final = {"true": True, "false": False, "null": None}


def arguments(tokens: Tokens, attribute: Attribute) -> dict[str, Any]:
    """The arguments by key; one without a key under the empty key, the first of them.

    Args:
        tokens: of the source.
        attribute: the attribute.
    """
    found: dict[str, Any] = {}
    if attribute.arguments is None:
        return found
    first, last = attribute.arguments
    for lo, hi in _parts(tokens, first, last):
        texts = tokens.texts
        if lo < hi and texts[lo + 1] in ("=", ":") and tokens.kinds[lo] in ("name", "string"):
            found.setdefault(texts[lo].strip('"'), _value(tokens, lo + 2, hi, 0))
        elif texts[lo + 1 : lo + 2] == ["("] and lo < hi:
            found.setdefault(texts[lo], _value(tokens, lo + 1, hi, 0))
        else:
            found.setdefault("", _value(tokens, lo, hi, 0))
    return found


def _parts(tokens: Tokens, first: int, last: int) -> list[tuple[int, int]]:
    """The token ranges between commas."""
    found: list[tuple[int, int]] = []
    lo = at = first
    while at <= last:
        if tokens.texts[at] == ",":
            if at > lo:
                found.append((lo, at - 1))
            lo = at + 1
        elif tokens.partner[at] > at:
            at = tokens.partner[at]
        at += 1
    if lo <= last:
        found.append((lo, last))
    return found


def _value(tokens: Tokens, lo: int, hi: int, depth: int) -> Any:
    """The value of a range of tokens: a literal, a bare word as text, a list, an object."""
    if lo > hi or depth > _DEEPEST:
        return MISSING
    text, kind = tokens.texts[lo], tokens.kinds[lo]
    if text == "#":
        return _value(tokens, lo + 1, hi, depth)
    if text in ("[", "(") and tokens.partner[lo] == hi:
        return [_value(tokens, a, b, depth + 1) for a, b in _parts(tokens, lo + 1, hi - 1)]
    if text == "{" and tokens.partner[lo] == hi:
        entries = [(a, b) for a, b in _parts(tokens, lo + 1, hi - 1) if b > a + 1 and tokens.texts[a + 1] in (":", "=")]
        return {tokens.texts[a].strip('"'): _value(tokens, a + 2, b, depth + 1) for a, b in entries}
    if text == "-" and lo + 1 == hi:
        value = number(tokens.texts[hi])
        return -value if isinstance(value, (int, float)) else MISSING
    if lo != hi:
        return "".join(tokens.texts[lo : hi + 1]) if kind == "name" else MISSING
    if kind == "string":
        return unescaped(text[1:-1])
    if kind in ("int", "float"):
        return number(text)
    return _WORDS.get(text, text) if kind == "name" else MISSING
