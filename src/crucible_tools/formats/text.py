"""Other people's text, so that it can be printed: it moves no cursor, begins no line and reorders nothing."""

import json
import re
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from crucible_tools.model.json import Json

Colour: TypeAlias = Literal["red", "green", "yellow", "dim", "bold"]

Paint: TypeAlias = Callable[[str, Colour], str]
"""Gives a text a colour, where there are colours."""

_COLOURS: Final = r"\x1b(?!\[(?:31|32|33|2|1|0)m)"
_OTHERS: Final = r"\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_CONTROL: Final = re.compile(rf"[\x1b{_OTHERS}]")
"""Characters that move a cursor or reorder text (C0 but tab and line feed, DEL, C1, bidirectional overrides)."""

_CONTROL_BUT_COLOURS: Final = re.compile(rf"{_COLOURS}|[{_OTHERS}]")
"""The same, but for the colours that a terminal's `paint` makes."""

_IN_JSON: Final = re.compile(rf"[\x1b{_OTHERS}\ud800-\udfff]")
"""What JSON says by its own escapes; halves of surrogate pairs too, which no file can hold."""

_NO_CHARACTERS: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""Halves of surrogate pairs, and the two code points that neither XML nor HTML can hold."""


def body(text: str, indent: str = "") -> str:
    """Somebody else's text of several lines: it can't move the cursor, nor begin a line unless indented.

    Args:
        text: out of a source, a script, a file's name or a file.
        indent: what each line after the first begins with.
    """
    return _CONTROL.sub(_escaped, text).replace("\n", f"\n{indent}")


def line(text: object) -> str:
    """Somebody else's text as a part of one line."""
    return body(str(text)).replace("\n", "\\n").replace("\t", "\\t")


def coloured(text: str) -> str:
    """As `body`, but the colours that `paint` makes stay."""
    return _CONTROL_BUT_COLOURS.sub(_escaped, text)


def markable(text: str) -> str:
    """As `body`, and without what a document of markup can't hold even escaped."""
    return _NO_CHARACTERS.sub("\ufffd", body(text))


def json_text(value: Json, *, ascii_only: bool = False, compact: bool = False) -> str:
    """JSON for people and programs; what can't be printed is written as JSON's own escapes: the value is the same."""
    layout: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 2}
    text = json.dumps(value, ensure_ascii=ascii_only, default=str, **layout)
    return _IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def plain(text: str, colour: Colour) -> str:
    """The `Paint` of what shows no colours: the text as it is."""
    del colour
    return text


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
