"""What a source meant to declare behind a bracket or a quote that nothing closes.

Rune's parser reads to the end what begins there, so that no function behind it is seen. Authors indent what stands
inside: a declaration that begins its line stands outside. That is enough to name the tools of a file, never to run it.
"""

from __future__ import annotations

import re
from typing import Final

from crucible_tools.rune.syntax.lexer import lex
from crucible_tools.rune.syntax.tokens import Tokens

MOST_CHARACTERS: Final = 100_000
"""Longest source that is looked at in this way; real tools have some thousand characters."""

_MOST_TEXTS: Final = 8
"""Texts without an end that are closed in one source."""

_DECLARES: Final = re.compile(
    r"^(?:pub\b|async\b|fn\b|mod\b|struct\b|enum\b|impl\b|use\b|const\b|#!?\[|///)", re.MULTILINE
)
_CLOSING: Final = {"(": ")", "[": "]", "{": "}", "${": "}"}


def recovered(text: str) -> str | None:
    """The source with its brackets and texts closed in front of the next declaration; None if that changes nothing.

    What is put in stands at the end of a line: the lines and columns of declarations stay what they are.
    """
    if len(text) > MOST_CHARACTERS:
        return None
    made = text
    for _ in range(_MOST_TEXTS):
        tokens = lex(made)
        at = text_without_end(tokens)
        if at is None:
            break
        stop = made.index("\n", tokens.starts[at])
        stop -= made[:stop].endswith("\r")
        made = made[:stop] + ('"' if tokens.kinds[at] == "string" else "`") + made[stop:]
    cut = lex(made).cut
    if cut is not None and made.startswith("/*", cut) and _runs_over(made, cut, len(made)):
        stop = made.index("\n", cut)
        stop -= made[:stop].endswith("\r")
        made = f"{made[:stop]}*/{made[stop:]}"
    made = _closed(_without_unknown(lex(made)))
    return made if made != text else None


def text_without_end(tokens: Tokens) -> int | None:
    """The token of the first string, or part of a template, that runs over a declaration; None if there is none.

    Where a quote is missing, the last one of the source has none that closes it. Otherwise the text means what it says.
    """
    if tokens.cut is None:
        return None
    for at, kind in enumerate(tokens.kinds):
        if kind in ("string", "text") and _runs_over(tokens.text, tokens.starts[at], tokens.ends[at]):
            return at
    return None


def _runs_over(text: str, start: int, end: int) -> bool:
    first = text.find("\n", start, end)
    return first >= 0 and _DECLARES.search(text, first + 1, end) is not None


def _without_unknown(tokens: Tokens) -> str:
    """The text with blanks for the signs that Rune does not know: it stops reading at the first one."""
    parts: list[str] = []
    at = 0
    for start, end, kind in zip(tokens.starts, tokens.ends, tokens.kinds, strict=True):
        if kind == "unknown":
            parts += [tokens.text[at:start], " " * (end - start)]
            at = end
    return "".join([*parts, tokens.text[at:]])


def _closed(text: str) -> str:
    """The text with each bracket that nothing closes closed in front of the next declaration."""
    tokens = lex(text)
    unclosed = [token for token in tokens.unclosed if tokens.texts[token] in _CLOSING]
    if not unclosed:
        return text
    places = [(tokens.starts[token], _CLOSING[tokens.texts[token]]) for token in unclosed]
    parts: list[str] = []
    at = 0
    open_: list[str] = []
    for found in _DECLARES.finditer(text):
        while places and places[0][0] < found.start():
            open_.append(places.pop(0)[1])
        if not open_ or _in_text(tokens, found.start()):
            continue
        stop = max(found.start() - 1, at)
        stop -= text[:stop].endswith("\r")
        parts += [text[at:stop], "".join(reversed(open_))]
        at = stop
        open_.clear()
    rest = [*open_, *(sign for _, sign in places)]
    return "".join([*parts, text[at:], "\n", "".join(reversed(rest))])


def _in_text(tokens: Tokens, offset: int) -> bool:
    at = tokens.at(offset)
    return at >= 0 and tokens.ends[at] > offset and tokens.kinds[at] in ("string", "text")
