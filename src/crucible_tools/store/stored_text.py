"""Texts for a database that keeps no NUL: another way to write it that is undone when it is read.

PostgreSQL refuses U+0000 in a text (https://www.postgresql.org/docs/15/datatype-character.html). Sources, messages
and identifiers of tools can have it. It is written as U+0010, "data link escape", and @; U+0010 itself as U+0010 and P:
the letters of ^@ and ^P. Every other text stays as it is, and none is ever mistaken for another one.
"""

from typing import Final

_ESCAPE: Final = "\x10"


def storable(text: str) -> str:
    """The text without NUL."""
    if "\0" not in text and _ESCAPE not in text:
        return text
    return text.replace(_ESCAPE, f"{_ESCAPE}P").replace("\0", f"{_ESCAPE}@")


def restored(text: str) -> str:
    """The text that `storable` was given."""
    if _ESCAPE not in text:
        return text
    return text.replace(f"{_ESCAPE}@", "\0").replace(f"{_ESCAPE}P", _ESCAPE)
