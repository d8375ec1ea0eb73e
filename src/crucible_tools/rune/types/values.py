"""What a value may be: its possible kinds as bits of a mask, and what is known of its inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

UNIT: Final = 1 << 0
BOOL: Final = 1 << 1
INT: Final = 1 << 2
FLOAT: Final = 1 << 3
CHAR: Final = 1 << 4
STRING: Final = 1 << 5
LIST: Final = 1 << 6
OBJECT: Final = 1 << 7
TUPLE: Final = 1 << 8
OPTION: Final = 1 << 9
RESULT: Final = 1 << 10
ITERATOR: Final = 1 << 11
RANGE: Final = 1 << 12
FUTURE: Final = 1 << 13
FUNCTION: Final = 1 << 14
BYTES: Final = 1 << 15
OTHER: Final = 1 << 16
"""Structs, maps, regexes, and whatever has no kind of its own."""

NUMBER: Final = INT | FLOAT
JSON: Final = UNIT | BOOL | INT | FLOAT | STRING | LIST | OBJECT
"""What comes in from outside can be."""
ANY: Final = (1 << 17) - 1

NAMES: Final[Mapping[int, str]] = {
    UNIT: "()",
    BOOL: "bool",
    INT: "integer",
    FLOAT: "float",
    CHAR: "char",
    STRING: "string",
    LIST: "list",
    OBJECT: "object",
    TUPLE: "tuple",
    OPTION: "Option",
    RESULT: "Result",
    ITERATOR: "iterator",
    RANGE: "range",
    FUTURE: "Future",
    FUNCTION: "function",
    BYTES: "bytes",
    OTHER: "other",
}
"""How a kind is called in a message."""

_HOLDERS: Final = LIST | ITERATOR | OPTION | RESULT | FUTURE | RANGE | OTHER
_FIELDED: Final = OBJECT | TUPLE
_DEEP: Final = _HOLDERS | _FIELDED
_NAMED: Final = INT | ITERATOR | OTHER
_DEEPEST: Final = 8
_MOST_FIELDS: Final = 200
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(unsafe_hash=True, slots=True)
class Value:
    """What is known of a value.

    Hundreds are made per source, and a frozen one takes thrice the time to make; nobody changes one.

    Args:
        kinds: which kinds it may be; `ANY` when nothing is known, 0 when there is no value (`return`, `panic!`).
        item: element of a list, of an iterator or of a range, inside of an Option, Ok of a Result, output of a Future;
            None when nothing is known of it.
        error: Err of a Result; None when nothing is known of it.
        fields: of an object whose fields are known, from a literal or a schema, or of a tuple, by `0`, `1`, ...
        required: fields that are certainly there.
        closed: whether it has no other fields than `fields`.
        data: whether it came in from outside: what is not known of its inside is JSON, not anything.
        name: the exact type of an iterator (`Split`, `Map`) or of something else (`HashMap`, `Regex`), if it is known;
            `u64` for an integer that has no sign.
    """

    kinds: int
    item: Value | None = None
    error: Value | None = None
    fields: Mapping[str, Value] | None = None
    required: frozenset[str] = _NONE
    closed: bool = False
    data: bool = False
    name: str = ""
    depth: int = field(default=0, compare=False, repr=False)

    def only(self, mask: int) -> bool:
        """Whether it is certainly one of these kinds."""
        return self.kinds != 0 and not self.kinds & ~mask

    def may(self, mask: int) -> bool:
        """Whether it may be one of these kinds."""
        return self.kinds & mask != 0

    @property
    def inside(self) -> Value:
        """Its `item`; JSON or anything when that is not known."""
        if self.item is not None and self.item.kinds:
            return self.item
        return JSON_DATA if self.data and self.item is None else UNKNOWN

    @property
    def failure(self) -> Value:
        """Its `error`; anything when that is not known."""
        return self.error if self.error is not None and self.error.kinds else UNKNOWN

    def field(self, name: str) -> Value:
        """What reading a field of it gives, if it is there."""
        found = self.fields.get(name) if self.fields is not None else None
        if found is not None:
            return found
        if self.only(_FIELDED) and self.closed:
            return NEVER
        return JSON_DATA if self.data else UNKNOWN

    def narrowed(self, mask: int) -> Value:
        """The same, as one of these kinds; when that cannot be, what is left is a value of these kinds."""
        left = self.kinds & mask
        if left == self.kinds:
            return self
        if not left:
            return Value(mask)
        return Value(
            left,
            item=self.item if left & _HOLDERS else None,
            error=self.error if left & RESULT else None,
            fields=self.fields if left & _FIELDED else None,
            required=self.required if left & _FIELDED else _NONE,
            closed=self.closed and bool(left & _FIELDED),
            data=self.data,
            name=self.name if left & _NAMED else "",
            depth=self.depth,
        )

    def without(self, mask: int) -> Value:
        """The same, knowing that it is none of these kinds; unchanged when nothing would be left."""
        left = self.kinds & ~mask
        return self.narrowed(left) if left else self

    def opened(self) -> Value:
        """The same, when its inside may have been changed: only its kinds stay known."""
        if self.item is None and self.fields is None and not self.closed:
            return self
        return Value(self.kinds, error=self.error, data=self.data, name=self.name)


UNKNOWN: Final = Value(ANY)
NEVER: Final = Value(0)
JSON_DATA: Final = Value(JSON, data=True)
"""Anything that came in from outside."""

UNSIGNED: Final = "u64"
"""The name of integers without a sign."""

COUNT: Final = Value(INT, name=UNSIGNED)
"""A length, or how often something was counted: an integer that is never below 0."""

_PLAIN: Final = {kind: Value(kind) for kind in NAMES}


def plain(kinds: int) -> Value:
    """A value of these kinds, of whose inside nothing is known."""
    return _PLAIN.get(kinds) or Value(kinds)


def holder(kinds: int, item: Value | None, error: Value | None = None, *, data: bool = False, name: str = "") -> Value:
    """A list, an iterator, an Option, a Result or a Future with what it holds."""
    if item is not None and item.kinds == ANY:
        item = None
    if error is not None and error.kinds == ANY:
        error = None
    depth = 1 + max(item.depth if item else 0, error.depth if error else 0)
    if depth > _DEEPEST:
        return Value(kinds, data=data, name=name)
    return Value(kinds, item=item, error=error, data=data, name=name, depth=depth)


def record(
    fields: Mapping[str, Value], required: Iterable[str] | None = None, *, closed: bool, data: bool = False
) -> Value:
    """An object with these fields; all of them are there unless `required` says which."""
    if len(fields) > _MOST_FIELDS:
        return Value(OBJECT, data=data)
    depth = 1 + max((value.depth for value in fields.values()), default=0)
    if depth > _DEEPEST:
        return Value(OBJECT, data=data)
    names = frozenset(fields) if required is None else frozenset(required)
    return Value(OBJECT, fields=fields, required=names, closed=closed, data=data, depth=depth)


def together(*parts: Value) -> Value:
    """A tuple of these parts."""
    if len(parts) > _MOST_FIELDS or any(part.depth >= _DEEPEST for part in parts):
        return _PLAIN[TUPLE]
    fields = {str(at): part for at, part in enumerate(parts)}
    depth = 1 + max((part.depth for part in parts), default=0)
    data = not any(part.kinds & ~JSON for part in parts)
    return Value(TUPLE, fields=fields, required=frozenset(fields), closed=True, data=data, depth=depth)


def join(one: Value, other: Value) -> Value:
    """What is known of a value that is one or the other."""
    if one is other or not other.kinds:
        return one
    if not one.kinds:
        return other
    if one.kinds == ANY or other.kinds == ANY:
        return UNKNOWN
    fields, required, closed = _joined_fields(one, other)
    return Value(
        one.kinds | other.kinds,
        item=_joined(one, other, one.item, other.item, _HOLDERS),
        error=_joined(one, other, one.error, other.error, RESULT),
        fields=fields,
        required=required,
        closed=closed,
        name=_joined_name(one, other),
        data=(one.data or not one.kinds & _DEEP) and (other.data or not other.kinds & _DEEP),
        depth=max(one.depth, other.depth),
    )


def _joined(one: Value, other: Value, mine: Value | None, yours: Value | None, mask: int) -> Value | None:
    if not one.kinds & mask:
        return yours
    if not other.kinds & mask:
        return mine
    if mine is yours:
        return mine
    mine = JSON_DATA if mine is None and one.data else mine
    yours = JSON_DATA if yours is None and other.data else yours
    if mine is None or yours is None:
        return None
    both = join(mine, yours)
    return None if both.kinds == ANY else both


def _joined_name(one: Value, other: Value) -> str:
    if not one.kinds & _NAMED:
        return other.name
    if not other.kinds & _NAMED or one.name == other.name:
        return one.name
    return ""


def _joined_fields(one: Value, other: Value) -> tuple[Mapping[str, Value] | None, frozenset[str], bool]:
    if not one.kinds & _FIELDED:
        return other.fields, other.required, other.closed
    if not other.kinds & _FIELDED:
        return one.fields, one.required, one.closed
    required = one.required & other.required
    closed = one.closed and other.closed
    if one.fields is other.fields:
        return one.fields, required, closed
    fields: dict[str, Value] = {}
    for mine, yours in ((one, other), (other, one)):
        for name, value in (mine.fields or {}).items():
            if name in fields:
                continue
            there = yours.fields.get(name) if yours.fields else None
            if there is None and not yours.closed:
                if not yours.data:
                    continue
                there = JSON_DATA
            fields[name] = join(value, there) if there is not None else value
    return fields or None, required, closed


def joined(values: Iterable[Value]) -> Value:
    """What is known of a value that is one of these; `NEVER` when there are none."""
    found = NEVER
    for value in values:
        found = join(found, value)
        if found is UNKNOWN:
            break
    return found
