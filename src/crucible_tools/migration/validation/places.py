"""Where in a JSON text its parts are: line and column of a value, for messages about it."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from crucible_tools.model.locations import Location

Path: TypeAlias = tuple[str | int, ...]

# A string whose end is missing is matched to the end of the text, once: else each quote in it would be tried again.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def location(path: str, text: str, offset: int) -> Location:
    """The place of a character.

    Args:
        path: of the file, for people.
        text: of the file.
        offset: of the character.
    """
    start = text.rfind("\n", 0, offset) + 1
    return Location(path, text.count("\n", 0, offset) + 1, offset - start + 1)


def too_deep(text: str, most: int) -> int | None:
    """The offset of the first bracket that opens more than `most` levels; None when none does."""
    depth = 0
    for token in _BRACKET.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > most:
                return token.start()
        elif token[0] in "]}":
            depth -= 1
    return None


def find(text: str, path: Sequence[str | int]) -> int:
    """The offset of the value at a path of a JSON text, or of the nearest one around it that there is."""
    wanted, best = tuple(path), 0
    length = -1
    for here, offset in values(text):
        if len(here) > length and wanted[: len(here)] == here:
            best, length = offset, len(here)
    return best


def find_again(text: str) -> int:
    """The offset of the second value of the first key that an object of a JSON text has twice; 0 when none has."""
    seen: set[Path] = set()
    for here, offset in values(text):
        if here in seen:  # a value of a list has a number of its own, so only keys can come again
            return offset
        seen.add(here)
    return 0


def values(text: str) -> Iterator[tuple[Path, int]]:
    """The path and the offset of each value of a text that is JSON, in order."""
    stack: list[str | int | None] = []  # of each open container: the key or the number of what comes next
    expects_key = False
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in ("}", "]"):
            stack.pop()
            expects_key = False
        elif sign == ",":
            last = stack[-1]
            if isinstance(last, int):
                stack[-1] = last + 1
            else:
                expects_key = True
        elif sign == ":":
            expects_key = False
        elif expects_key:
            stack[-1] = _key(sign)
        else:
            yield tuple(part for part in stack if part is not None), token.start()
            if sign == "{":
                stack.append(None)
                expects_key = True
            elif sign == "[":
                stack.append(0)


def _key(sign: str) -> str:
    return str(json.loads(sign))
