"""Escapes in literals that Rune does not know, and what they are for the languages that they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_ESCAPE: Final = re.compile(r"\\(u\{[^}]*\}?|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|\r\n|.)", re.DOTALL)
_DRIVE: Final = re.compile(r"[A-Za-z]:\\(?!\\)")
_SCALAR: Final = re.compile(r"u\{0*[0-9a-fA-F]{1,6}\}")
_KNOWN: Final = frozenset("nrt0\\\"'\n") | {"\r\n"}
_IN_TEMPLATES: Final = _KNOWN | {"$", "`"}
_CONTROLS: Final = {"b": "8", "f": "c", "v": "b", "a": "7", "e": "1b"}
"""Signs of C and JavaScript that no one can see, and what else `\\b` is to regular expressions."""
_NEEDLESS: Final = frozenset("/`")
"""What stands for itself with and without a backslash, wherever it is read."""


@dataclass(frozen=True, slots=True)
class BadEscape:
    """An escape that Rune refuses.

    Args:
        start, end: its place in the text of the literal.
        text: what should stand there; None if nobody knows.
        certain: whether it has no other reading.
    """

    start: int
    end: int
    text: str | None
    certain: bool


def bad_escapes(text: str, kind: str, *, pattern: bool = False) -> list[BadEscape]:
    """The escapes of a literal that Rune refuses, in order.

    Args:
        text: the literal, with its quotes; or the text of a template.
        kind: of the token.
        pattern: whether it is read as a regular expression.
    """
    found = list(_escapes(text, kind))
    if not any(bad for _, _, bad in found):
        return []
    if kind in ("string", "text") and _DRIVE.match(text, 0 if kind == "text" else 1):
        return [BadEscape(start, end, "\\" + text[start:end], True) for start, end, _ in found if text[end - 1] != '"']
    plain = pattern or any(bad and not _has_readings(text[start + 1 : end]) for start, end, bad in found)
    made: list[BadEscape] = []
    taken = 0
    for start, end, bad in found:
        if bad and start >= taken:
            made.append(_mended(text, start, end, plain=plain))
            taken = made[-1].end
    return made


def _escapes(text: str, kind: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each escape, and whether Rune refuses it."""
    known = _IN_TEMPLATES if kind == "text" else _KNOWN
    for found in _ESCAPE.finditer(text):
        what = found[1]
        yield found.start(), found.end(), not (what in known or _is_number(what, kind))


def _is_number(what: str, kind: str) -> bool:
    if what[0] == "x" and len(what) == 3:
        return kind in ("bytes", "byte") or int(what[1:], 16) < 0x80
    return bool(_SCALAR.fullmatch(what)) and _is_scalar(int(what[2:-1], 16))


def _is_scalar(number: int) -> bool:
    return number < 0xD800 or 0xDFFF < number <= 0x10FFFF


def _has_readings(what: str) -> bool:
    return what in _CONTROLS or what in _NEEDLESS or what == "$" or len(what) > 1


def _mended(text: str, start: int, end: int, *, plain: bool) -> BadEscape:
    what = text[start + 1 : end]
    if len(what) > 1:
        return _number(text, start, end, what)
    if what in _NEEDLESS:
        return BadEscape(start, end, what, True)
    if what == "$" and not plain:
        return BadEscape(start, end, "$", False)
    if what in _CONTROLS and not plain:
        return BadEscape(start, end, f"\\u{{{_CONTROLS[what]}}}", False)
    return BadEscape(start, end, f"\\\\{what}", True)


def _number(text: str, start: int, end: int, what: str) -> BadEscape:
    """A sign by its number."""
    if "{" in what:
        return BadEscape(start, end, None, False)
    number = int(what[1:], 16)
    if what[0] == "u" and 0xD800 <= number < 0xDC00:
        # JavaScript writes a sign beyond 0xffff in two halves.
        second = _ESCAPE.match(text, end)
        low = int(second[1][1:], 16) if second and len(second[1]) == 5 and second[1][0] == "u" else 0
        if 0xDC00 <= low < 0xE000 and second is not None:
            both = 0x10000 + ((number - 0xD800) << 10) + low - 0xDC00
            return BadEscape(start, second.end(), f"\\u{{{both:x}}}", True)
    return BadEscape(start, end, f"\\u{{{number:x}}}" if _is_scalar(number) else None, True)
