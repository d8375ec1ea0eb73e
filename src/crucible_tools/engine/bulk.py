"""JSON of strangers in bulk: megabytes of it must not keep the event loop for as long as one would think.

All of this holds the interpreter while it works, on whatever thread. So it is made of few steps over many bytes.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from itertools import accumulate, count
from operator import sub
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import jsonschema_rs

_Value = TypeVar("_Value")

_MANY: Final = 10_000
"""Objects and lists of one text, from which on the collector is in the way."""
_BULK: Final = 64 << 10
"""Characters of a text in which so many might be."""

_AS_LISTS: Final = bytes.maketrans(b"{}", b"[]")
_ALL_ELSE: Final = bytes(char for char in range(256) if char not in b"[]{}")
_STEPS: Final = bytes.maketrans(b"[]", b"\x02\x00")
_PASSES: Final = 4


def depth_of(text: bytes) -> int:
    """How deep a JSON text nests, found without recursion; for text that is no JSON, some number."""
    if b'"' in text:
        # Escapes pair from the left; without them, every other part between quotes is outside of strings.
        text = b"".join(text.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    rest, passes = text.translate(_AS_LISTS, _ALL_ELSE), 0
    while passes < _PASSES and (shorter := rest.replace(b"[]", b"")) != rest:
        rest, passes = shorter, passes + 1
    return passes + max(map(sub, accumulate(rest.translate(_STEPS)), count(1)), default=0)


def first_error(validator: Any, value: Any) -> jsonschema_rs.ValidationError | None:
    """The first way in which a value breaks a schema; None when it does not.

    `iter_errors` finds all of them before it gives one: a megabyte of wrong values takes it ten seconds.

    Raises:
        ValueError: a pattern takes too long.
    """
    # Not at the top: who only reads JSON needs no schemas.
    import jsonschema_rs

    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        return error
    return None


def undisturbed(read: Callable[[str], _Value], text: str) -> _Value:
    """What `read` makes of a JSON text, without Python's cyclic collector between.

    The collector looks at all that was made so far, again and again: a megabyte of empty lists takes ten times as long
    with it.

    Args:
        read: a reader of JSON.
        text: what it reads.
    """
    if len(text) < _BULK or not gc.isenabled() or text.count("{") + text.count("[") < _MANY:
        return read(text)
    gc.disable()
    try:
        return read(text)
    finally:
        gc.enable()
