"""What the host and the guest say to each other: requests as bytes, answers as untrusted bytes.

The layouts are those of `guest/src/abi.rs`. The guest runs hostile scripts, so an answer is data from an enemy: its
status, its JSON and every field of it is checked here, in one place.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any, Final, cast

from crucible_tools.engine.bulk import undisturbed
from crucible_tools.errors import BadGuestAnswer
from crucible_tools.model.locations import Diagnostic, Location

_CALL_HEAD: Final = struct.Struct("<BBIHH")
_MOST_TEXT: Final = 4000
_MOST_DIAGNOSTICS: Final = 200


class Status(IntEnum):
    """First byte of an answer."""

    VALUE = 0
    TOOL_ERROR = 1
    SCRIPT_ERROR = 2
    BAD_VALUE = 3
    NOT_COMPILED = 4
    MISUSE = 5


_STATUSES: Final = tuple(Status)


class Calling(IntEnum):
    """How the guest hands the arguments to the entry."""

    OBJECT = 0
    POSITIONAL = 1
    NAMED = 2
    NOTHING = 3
    HOOK = 4
    """By position, `ctx` in front."""
    METHOD = 5
    """By position, to a method of what the entry makes: the method's name stands where the parameters' do."""


BASE64_FLAG: Final = 16


def load_request(
    source: str, name: str, *, modules: Iterable[Mapping[str, Any]] = (), routed: Iterable[str] = ()
) -> bytes:
    """The request to compile a source.

    Args:
        source: its text.
        name: its name in messages.
        modules: the application's own modules that it may use, as `registry` declares them.
        routed: pure functions that the host answers.
    """
    # A file name may hold bytes that are no text.
    shown = name.encode(errors="replace").decode()
    options = to_json({"name": shown, "modules": list(modules), "routed": list(routed)})
    return len(options).to_bytes(4, "little") + options + source.encode()


def call_head(
    entry: str, calling: Calling, names: Iterable[str], max_depth: int, max_bytes: int, *, base64: bool = False
) -> bytes:
    """The part of a call request that is the same for every call of one entry: the arguments' JSON goes behind it."""
    path = entry.encode()
    joined = ",".join(names).encode()
    flags = calling | (BASE64_FLAG if base64 else 0)
    head = _CALL_HEAD.pack(flags, min(max_depth, 255), min(max_bytes, 0xFFFFFFFF), len(path), len(joined))
    return head + path + joined


def split_answer(answer: bytes) -> tuple[Status, bytes]:
    """Status and JSON text of an answer.

    Raises:
        BadGuestAnswer: there is no status, or an unknown one.
    """
    if not answer or answer[0] >= len(_STATUSES):
        raise BadGuestAnswer("the guest gave an answer without a valid status")
    return _STATUSES[answer[0]], answer[1:]


def _encoder() -> Callable[[Any], str]:
    """Compact JSON. `json.dumps` makes a new encoder at each call, which costs as much as encoding a small object."""

    def refuse(value: object) -> Any:
        raise TypeError(f"a value of type {type(value).__name__} is no JSON")

    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
    # None: circles are not looked for; they end in a RecursionError, as deep values do.
    encode: Any = make(None, refuse, json.encoder.encode_basestring, None, ":", ",", False, False, False)
    return lambda value: "".join(encode(value, 0))


_encode: Final = _encoder()


def to_json(value: Any) -> bytes:
    """A Python value as JSON text.

    Raises:
        TypeError, ValueError: it has no JSON form.
        RecursionError: it is nested too deep, or contains itself.
    """
    return _encode(value).encode()


def refuse_constant(name: str) -> Any:
    """For `json`: NaN and the infinities are no JSON."""
    raise ValueError(f"{name} is no JSON")


_decode: Final = json.JSONDecoder(parse_constant=refuse_constant).raw_decode


# Strings are matched whole, so that digits in them do not count; fractions and exponents are no integers.
_LONG_INTEGERS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{19,}(?![\d.eE])', re.DOTALL)
_MANY_DIGITS: Final = re.compile(rb"\d{19}")


def oversized_integer(text: bytes) -> str | None:
    """An integer of a JSON text that does not fit 64 bits, or None. Scripts have no larger ones."""
    if _MANY_DIGITS.search(text) is None:
        return None
    for match in _LONG_INTEGERS.finditer(text):
        found = match[0]
        if found.startswith(b'"'):
            continue
        if len(found) > 20 or not -(2**63) <= int(found) < 2**63:
            return found[:40].decode()
    return None


def parse_json(text: bytes) -> Any:
    """JSON from the guest. Its length was checked when it was copied; depth is bounded by Python's own scanner.

    Raises:
        BadGuestAnswer: it is no JSON.
    """
    try:
        words = text.decode()
        # The guest writes no blanks around a value, so none are looked for.
        value, end = undisturbed(_decode, words)
        if end != len(words):
            raise ValueError("there is something behind the value")
        return value
    except (ValueError, RecursionError) as error:
        raise BadGuestAnswer(f"the guest gave an answer that is no JSON: {str(error)[:200]}") from error


def parse_object(text: bytes) -> dict[str, Any]:
    """A JSON object from the guest.

    Raises:
        BadGuestAnswer: it is no JSON object.
    """
    value = parse_json(text)
    if not isinstance(value, dict):
        raise BadGuestAnswer("the guest gave an answer that is no object")
    return cast("dict[str, Any]", value)


def parse_list(text: bytes) -> list[Any]:
    """A JSON array from the guest.

    Raises:
        BadGuestAnswer: it is no JSON array.
    """
    value = parse_json(text)
    if not isinstance(value, list):
        raise BadGuestAnswer("the guest gave something that is no list")
    return cast("list[Any]", value)


def diagnostics(text: bytes, path: str | None) -> tuple[Diagnostic, ...]:
    """The compiler's diagnostics out of an answer, in the order of their places.

    Raises:
        BadGuestAnswer: the answer is not what it should be.
    """
    found = [_diagnostic(item, path) for item in parse_list(text)[:_MOST_DIAGNOSTICS]]
    found.sort(key=lambda d: (d.location.line, d.location.column) if d.location else (0, 0))
    return tuple(found)


def _diagnostic(item: Any, path: str | None) -> Diagnostic:
    if not isinstance(item, dict):
        raise BadGuestAnswer("the guest gave a diagnostic that is no object")
    fields = cast("dict[str, Any]", item)
    return Diagnostic(
        severity="warning" if fields.get("severity") == "warning" else "error",
        kind=text_of(fields.get("kind"), "compile"),
        message=text_of(fields.get("message"), "unknown problem"),
        location=location(fields, path),
    )


def location(fields: Mapping[str, Any], path: str | None) -> Location | None:
    """The place in an answer's object, when it has one."""
    line, column, length = fields.get("line"), fields.get("column"), fields.get("length")
    if not isinstance(line, int) or not isinstance(column, int) or line < 1 or column < 1:
        return None
    source_line = fields.get("source_line")
    return Location(
        path=path,
        line=line,
        column=column,
        length=length if isinstance(length, int) and length >= 0 else None,
        source_line=text_of(source_line, "") if isinstance(source_line, str) else None,
    )


def text_of(value: Any, default: str) -> str:
    """A text from the guest, cut to a length that a message can carry."""
    return value[:_MOST_TEXT] if isinstance(value, str) else default
