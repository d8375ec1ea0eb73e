"""What the names of a pattern stand for, out of what is known of the value that it is matched with."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.syntax.lexer import Tokens
from crucible_tools.rune.syntax.nodes import Pattern
from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    ITERATOR,
    LIST,
    NUMBER,
    OBJECT,
    OPTION,
    RANGE,
    RESULT,
    STRING,
    TUPLE,
    UNIT,
    UNKNOWN,
    Value,
    holder,
    joined,
    plain,
    together,
)  # fmt: skip

_DEEPEST: Final = 20
_WRAPPERS: Final = {"Some": OPTION, "Ok": RESULT, "Err": RESULT}
_MODIFIERS: Final = frozenset({"&", "mut", "ref", "box"})


def bound(tokens: Tokens, pattern: Pattern, name: int, value: Value) -> Value:
    """What a name of a pattern stands for.

    Args:
        tokens: of the source.
        pattern: the pattern.
        name: the token of the name; it lies inside the pattern.
        value: what the pattern is matched with.
    """
    lo, hi = pattern.first, pattern.last
    for first, last in pattern.alternatives:
        if first <= name <= last:
            lo, hi = first, last
    texts, partner = tokens.texts, tokens.partner
    if not value.kinds:
        return value
    for _ in range(_DEEPEST):
        while lo < hi and texts[lo] in _MODIFIERS:
            lo += 1
        if lo == hi or (lo == name and texts[lo + 1] == "@"):
            return value if lo == name else UNKNOWN
        if texts[lo + 1] == "@":
            lo += 2
            continue
        word = texts[lo]
        open_ = next((at for at in range(lo, min(hi, lo + 12) + 1) if texts[at] in ("(", "[", "{")), -1)
        if open_ < 0 or not open_ < name < (close := partner[open_]):
            return UNKNOWN
        first, last = _part(texts, partner, open_ + 1, close - 1, name)
        if texts[open_] == "[":
            rest = texts[first] == ".." or texts[last] == ".."
            value = value.narrowed(LIST) if rest else value.narrowed(LIST).inside
        elif texts[open_] == "{":
            short = first == name and (first == last or texts[first + 1] != ":")
            key = texts[first]
            value = value.narrowed(OBJECT).field(key.strip('"'))
            if short:
                return value
            first += 2
        elif open_ == lo:
            commas = _commas(texts, partner, open_ + 1, first)
            if commas or last != close - 1:
                value = value.narrowed(TUPLE).field(str(commas))
        elif (word in _WRAPPERS and open_ == lo + 1) or texts[open_ - 1] in _WRAPPERS:
            value = _unwrapped(texts[open_ - 1], value)
        else:
            return UNKNOWN
        lo, hi = first, last
    return UNKNOWN


def _unwrapped(word: str, value: Value) -> Value:
    kind = _WRAPPERS[word]
    if not value.may(kind):
        return UNKNOWN
    inside = value.narrowed(kind) if value.kinds != ANY else UNKNOWN
    return inside.failure if word == "Err" else inside.inside


def _part(texts: list[str], partner: list[int], lo: int, hi: int, name: int) -> tuple[int, int]:
    """The part between commas that holds a token."""
    first, at = lo, lo
    while at <= hi:
        if texts[at] == ",":
            if at > name:
                return first, at - 1
            first = at + 1
        elif partner[at] > at:
            at = partner[at]
        at += 1
    return first, hi


def _commas(texts: list[str], partner: list[int], lo: int, hi: int) -> int:
    count, at = 0, lo
    while at < hi:
        if texts[at] == ",":
            count += 1
        elif partner[at] > at:
            at = partner[at]
        at += 1
    return count


def element(value: Value) -> Value:
    """What a loop over a value gives, one by one."""
    if value.kinds == ANY or not value.kinds:
        return value
    parts: list[Value] = []
    if value.may(LIST | ITERATOR | RANGE):
        parts.append(value.inside)
    if value.may(OBJECT):
        parts.append(together(plain(STRING), member(value)))
    if value.may(TUPLE) and value.fields:
        parts.extend(value.fields.values())
    if value.kinds & ~(LIST | ITERATOR | RANGE | OBJECT | TUPLE | UNIT | STRING | NUMBER | BOOL):
        parts.append(UNKNOWN)
    return joined(parts) if parts else UNKNOWN


def member(value: Value) -> Value:
    """What some field of an object, or some part of a tuple, is."""
    if value.fields is not None and value.closed:
        return joined(value.fields.values())
    return Value(value.kinds, data=value.data).inside


def index(value: Value, at: Value, key: str | None) -> Value:
    """What `value[at]` gives.

    Args:
        value: what is asked.
        at: the index.
        key: the index, if it is a literal string.
    """
    if value.kinds == ANY or not value.kinds:
        return value
    parts: list[Value] = []
    if value.may(LIST):
        if at.may(~RANGE):
            parts.append(value.narrowed(LIST).inside)
        if at.may(RANGE):
            parts.append(value.narrowed(LIST))
    if value.may(STRING) and at.may(RANGE):
        parts.append(plain(STRING))
    if value.may(OBJECT) and at.may(STRING):
        parts.append(value.field(key) if key is not None else member(value))
    if value.may(TUPLE):
        parts.append(member(value) if value.only(TUPLE) else UNKNOWN)
    if parts:
        return joined(parts)
    return value.inside if value.only(ITERATOR) else UNKNOWN


def listed(items: list[Value]) -> Value:
    """A list of these."""
    return holder(LIST, joined(items) if items else None)
