"""What stands around the code of a source that was copied out of a chat, a page or a listing, and is none of it."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from crucible_tools.rune.syntax.lexer import lex

MOST_CHARACTERS: Final = 100_000
"""Longest source that is looked at in this way; real tools have some thousand characters."""

_FENCE: Final = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*")
_TAGS: Final = re.compile(r"[ \t]*(?:<\?(?:php|=)?|\?>|(?:</?[A-Za-z][^<>{}();]{0,200}>[ \t]*)+)[ \t]*")
_CODE: Final = re.compile(
    r"[ \t]*(?:(?:pub|async|export|default|public|private|static|const)\b[ \t]*)*"
    r"(?:fn|mod|struct|enum|impl|use|const|let|var|func|fun|function|def|import|class|type|trait)\b[ \t]+[\w{*\"'(]"
    r"|[ \t]*(?:#!?\[|//|/\*|@|\}|#)|[ \t]*(?:pub|async|static|macro_rules|from|package|local|data)\b"
)
_PROSE: Final = re.compile(r"[A-Z][\w'\u2019]*(?:[ ,!]+[^\s{}=;,!]+)*!?")
_MARK: Final = re.compile(r"-{3}[ \t]*")
_FIELD: Final = re.compile(r"[ \t]*(?:[\w.-]+[ \t]*:.*|- .*|#.*)?")
_HUNK: Final = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_OF_CHANGES: Final = re.compile(r"diff |index |--- |\+\+\+ |new file|deleted file|similarity|rename ")
_NUMBER: Final = re.compile(r"[ \t]*(\d{1,5})(?:[ \t]*[|:.\u2502\u2192]|(?=[ \t])|$)[ \t]?")
_FEWEST_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Around:
    """A stretch that is no code.

    Args:
        start, end: its extent in the text.
        way: what to do with it: it goes, or it stays as a comment.
    """

    start: int
    end: int
    way: Literal["delete", "comment"]


@dataclass(frozen=True, slots=True)
class Wrapping:
    """All that stands around the code: what it is, and its stretches in order; none if nobody can say which."""

    what: Literal["fence", "front matter", "prose", "tags", "numbers", "changes", "data"]
    first: tuple[int, int]
    around: tuple[Around, ...]


def wrapping(text: str) -> Wrapping | None:
    """What stands around the code of a source; None when it begins and ends as one does."""
    if len(text) > MOST_CHARACTERS:
        return None
    lines = _lines(text)
    shown = [i for i, (start, end) in enumerate(lines) if text[start:end].strip()]
    if not shown:
        return None
    return (
        _fenced(text, lines, shown)
        or _numbered(text, lines, shown)
        or _changed(text, lines, shown)
        or _data(text, lines, shown)
        or _front_matter(text, lines, shown[0])
        or _told(text, lines, shown)
    )


def _lines(text: str) -> list[tuple[int, int]]:
    """Where each line begins and ends, without its end of line and a byte-order mark."""
    found: list[tuple[int, int]] = []
    at = 1 if text.startswith("\ufeff") else 0
    while at <= len(text):
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        found.append((at, stop - (text[at:stop].endswith("\r"))))
        at = stop + 1
    return found


def _whole(text: str, line: tuple[int, int]) -> Around:
    """A line with its end."""
    stop = text.find("\n", line[1])
    return Around(line[0], len(text) if stop < 0 else stop + 1, "delete")


def _as_comments(text: str, lines: Sequence[tuple[int, int]]) -> list[Around]:
    return [Around(*line, "comment") for line in lines if text[slice(*line)].strip()]


def _fenced(text: str, lines: list[tuple[int, int]], shown: list[int]) -> Wrapping | None:
    fences = [i for i in shown if _FENCE.fullmatch(text, *lines[i])]
    if not fences:
        return None
    first = fences[0]
    before = [lines[i] for i in shown if i < first]
    opens = not any(_CODE.match(text, *line) for line in before)
    if not opens:
        # One that was left at the end: what stands in front of it must be whole.
        if len(fences) > 1 or not _is_whole(text[: lines[first][0]]):
            return None
        after = [lines[i] for i in shown if i > first]
        return Wrapping("fence", lines[first], (_whole(text, lines[first]), *_as_comments(text, after)))
    closing = next((i for i in fences[1:] if (found := _FENCE.fullmatch(text, *lines[i])) and found[1] == ""), None)
    if closing is None:
        return Wrapping("fence", lines[first], (*_as_comments(text, before), _whole(text, lines[first])))
    if any(i > closing for i in fences):
        return Wrapping("fence", lines[first], ())
    after = [lines[i] for i in shown if i > closing]
    around = [*_as_comments(text, before), _whole(text, lines[first]), _whole(text, lines[closing])]
    return Wrapping("fence", lines[first], (*around, *_as_comments(text, after)))


def _is_whole(text: str) -> bool:
    """Whether every bracket, text and comment of a text has its end."""
    tokens = lex(text)
    return tokens.cut is None and not tokens.unclosed


def _numbered(text: str, lines: list[tuple[int, int]], shown: list[int]) -> Wrapping | None:
    """Lines with their numbers in front."""
    if len(shown) < _FEWEST_LINES or not text[slice(*lines[shown[0]])].lstrip()[:1].isdigit():
        return None
    around: list[Around] = []
    numbers: list[int] = []
    for i in shown:
        found = _NUMBER.match(text, *lines[i])
        if found is None:
            return None
        numbers.append(int(found[1]))
        around.append(Around(*found.span(), "delete"))
    if any(after <= number for number, after in itertools.pairwise(numbers)):
        return None
    return Wrapping("numbers", lines[shown[0]], tuple(around))


def _changed(text: str, lines: list[tuple[int, int]], shown: list[int]) -> Wrapping | None:
    """The changes between two versions, as `diff` shows them: the newer one is meant."""
    hunk = next((i for i in shown if _HUNK.match(text, *lines[i])), None)
    if hunk is None or not all(_OF_CHANGES.match(text, *lines[i]) for i in shown if i < hunk):
        return None
    around: list[Around] = []
    for i in shown:
        start, end = lines[i]
        sign = text[start : start + 1]
        if i <= hunk or sign in ("-", "\\"):
            around.append(_whole(text, lines[i]))
        elif sign == "@":
            return Wrapping("changes", lines[hunk], ())  # what stands between two of them is missing
        elif sign in ("+", " "):
            around.append(Around(start, start + 1, "delete"))
        elif end > start:
            return None
    return Wrapping("changes", lines[hunk], tuple(around))


def _data(text: str, lines: list[tuple[int, int]], shown: list[int]) -> Wrapping | None:
    """An object of JSON in front of the code."""
    if text[slice(*lines[shown[0]])] != "{":
        return None
    last = next((i for i in shown if text[slice(*lines[i])].rstrip() in ("}", "},")), None)
    if last is None:
        return None
    rest = [i for i in shown if i > last]
    if not rest or not _CODE.match(text, *lines[rest[0]]):
        return None
    try:
        json.loads(text[lines[shown[0]][0] : lines[last][1]].rstrip().rstrip(","))
    except (ValueError, RecursionError):
        return None
    return Wrapping("data", lines[shown[0]], tuple(_as_comments(text, [lines[i] for i in shown if i <= last])))


def _front_matter(text: str, lines: list[tuple[int, int]], first: int) -> Wrapping | None:
    """Fields between two lines `---` at the beginning."""
    if not _MARK.fullmatch(text, *lines[first]):
        return None
    for i in range(first + 1, len(lines)):
        if _MARK.fullmatch(text, *lines[i]):
            return Wrapping("front matter", lines[first], tuple(_as_comments(text, lines[first : i + 1])))
        if not _FIELD.fullmatch(text, *lines[i]):
            return None
    return None


def _told(text: str, lines: list[tuple[int, int]], shown: list[int]) -> Wrapping | None:
    """Sentences and tags in front of the code and behind it."""
    front, back = _until_code(text, lines, shown), _until_code(text, lines, shown[::-1])
    told = sorted({*(front or ()), *(back or ())})
    if not told or len(told) == len(shown):
        return None
    around = [
        _whole(text, lines[i]) if _TAGS.fullmatch(text, *lines[i]) else Around(*lines[i], "comment") for i in told
    ]
    what: Literal["tags", "prose"] = "tags" if _TAGS.fullmatch(text, *lines[told[0]]) else "prose"
    return Wrapping(what, lines[told[0]], tuple(around))


def _until_code(text: str, lines: list[tuple[int, int]], order: list[int]) -> list[int] | None:
    """The lines of sentences and tags up to the first one of code; None if that is neither."""
    found: list[int] = []
    for i in order:
        line = lines[i]
        if _CODE.match(text, *line):
            return found
        if _TAGS.fullmatch(text, *line) or (_PROSE.fullmatch(text, *line) and (" " in text[slice(*line)].strip())):
            found.append(i)
        else:
            return None
    return found
