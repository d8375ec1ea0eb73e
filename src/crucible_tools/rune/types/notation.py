"""A short notation for values, in which the tables of methods and functions say what those give.

int, bool, string, ..      a kind                      any, json, never      nothing known, data, no value
count                      an integer without a sign
same, item, error          the receiver, and its inside
call                       what the closure among the arguments gives, or the default there
each, some                 the elements of that, the inside of that Option
to                         what the type in the turbofish says: `collect::<Vec>`
Option<X>  List<X>  Result<X, Y>  Future<X>  (X, Y)  {name: X}  X|Y
Split<X>, HashMap<X>       an iterator, or something else, with the exact name of its type
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

from crucible_tools.rune.types import values
from crucible_tools.rune.types.values import (
    COUNT,
    JSON_DATA,
    NEVER,
    UNKNOWN,
    Value,
    holder,
    joined,
    plain,
    record,
    together,
)  # fmt: skip

Site: TypeAlias = Callable[[str], Value]
"""Gives what `same`, `item`, `error`, `call`, `each`, `some` and `to` stand for at a place."""

_Build: TypeAlias = Callable[[Site], Value]

_KINDS: Final = {
    "unit": values.UNIT,
    "bool": values.BOOL,
    "int": values.INT,
    "float": values.FLOAT,
    "number": values.NUMBER,
    "char": values.CHAR,
    "string": values.STRING,
    "list": values.LIST,
    "object": values.OBJECT,
    "tuple": values.TUPLE,
    "function": values.FUNCTION,
    "bytes": values.BYTES,
    "other": values.OTHER,
}
_FIXED: Final = {"count": COUNT, "any": UNKNOWN, "json": JSON_DATA, "never": NEVER}
_HOLDERS: Final = {
    "List": values.LIST,
    "Option": values.OPTION,
    "Future": values.FUTURE,
    "Result": values.RESULT,
    "Range": values.RANGE,
}
_OTHERS: Final = frozenset(
    {
        "HashMap", "HashSet", "VecDeque", "Ordering", "Regex", "Response", "Status", "Client", "Request", "Object",
        "ParseError",
    }
)  # fmt: skip
_PLACES: Final = frozenset({"same", "item", "error", "call", "each", "some", "to"})
_WORD: Final = re.compile(r"\w+|[<>(){},:|]")


@cache
def read(notation: str) -> _Build:
    """What a notation means; give it a place to get a value."""
    return _Reader(_WORD.findall(notation)).value()


def _nowhere(word: str) -> Value:
    del word
    return UNKNOWN


@cache
def constant(notation: str) -> Value:
    """The value of a notation that speaks of no place."""
    return read(notation)(_nowhere)


class _Reader:
    """Reads one notation."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._at = 0

    def value(self) -> _Build:
        first = self._single()
        rest: list[_Build] = []
        while self._take("|"):
            rest.append(self._single())
        if not rest:
            return first
        parts = [first, *rest]
        return lambda site: joined(part(site) for part in parts)

    def _single(self) -> _Build:
        word = self._next()
        if word == "(":
            parts = self._list(")")
            return lambda site: together(*(part(site) for part in parts))
        if word == "{":
            return self._record()
        if word in _PLACES:
            return lambda site: site(word)
        if word in _KINDS or word in _FIXED:
            found = _FIXED.get(word) or plain(_KINDS[word])
            return lambda site: found
        inside = self._list(">") if self._take("<") else []
        if word == "Object":
            return self._map_of(inside)
        kind = _HOLDERS.get(word) or (values.OTHER if word in _OTHERS else values.ITERATOR)
        name = "" if word in _HOLDERS else word
        item = inside[0] if inside else None
        error = inside[1] if len(inside) > 1 else None
        return lambda site: holder(kind, item(site) if item else None, error(site) if error else None, name=name)

    def _map_of(self, inside: list[_Build]) -> _Build:
        """An object with any fields, all of one kind; that is not kept."""
        del inside
        return lambda site: plain(values.OBJECT)

    def _record(self) -> _Build:
        fields: dict[str, _Build] = {}
        while not self._take("}"):
            name = self._next()
            self._take(":")
            fields[name] = self.value()
            self._take(",")
        return lambda site: record({name: field(site) for name, field in fields.items()}, closed=True)

    def _list(self, end: str) -> list[_Build]:
        found: list[_Build] = []
        while not self._take(end):
            found.append(self.value())
            self._take(",")
        return found

    def _next(self) -> str:
        self._at += 1
        return self._words[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._words[self._at : self._at + 1] != [word]:
            return False
        self._at += 1
        return True
