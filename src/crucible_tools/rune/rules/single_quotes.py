"""Texts in single quotes: not one sign, as a char has, and no label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.remembered import remembered

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


@remembered
def single_quoted(script: Script) -> tuple[tuple[int, int], ...]:
    """Start and end of each such text, in order."""
    tokens, text = script.tree.tokens, script.text
    if "'" not in text or _has_lifetimes(script):
        return ()
    found: list[tuple[int, int]] = []
    done = 0
    for i, kind in enumerate(tokens.kinds):
        if tokens.starts[i] < done or not _opens(script, i, kind):
            continue
        line_end = _end(script, i)
        strings, over = _strings(text, tokens.starts[i], line_end)
        found += strings
        if strings or over:
            done = line_end
    return tuple(found)


def _end(script: Script, i: int) -> int:
    """Where code ends on the line of a token: at its end, or at that of the `${..}` that it stands in."""
    tokens, text = script.tree.tokens, script.text
    start = tokens.starts[i]
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    begin = text.rfind("\n", 0, start) + 1
    at = i
    while at >= 0 and tokens.starts[at] >= begin:
        if tokens.kinds[at] == "dollar" and not 0 <= tokens.partner[at] < i:
            close = text.find("}", start)
            return min(end, close) if close >= 0 else end
        at -= 1
    return end


def _opens(script: Script, i: int, kind: str) -> bool:
    """Whether a token is the quote, or the quote and the first word, of such a string."""
    word, before, after = script.word(i), script.word(i - 1), script.word(i + 1)
    if kind == "unknown":
        return word == "'"
    if kind != "label":
        return False
    label = before in ("break", "continue") or (after == ":" and script.word(i + 2) in ("loop", "while", "for", "{"))
    return not label


def _has_lifetimes(script: Script) -> bool:
    kinds = script.tree.tokens.kinds
    return any(kind == "label" and script.word(i - 1) in ("&", "<") for i, kind in enumerate(kinds))


def _strings(text: str, at: int, end: int) -> tuple[list[tuple[int, int]], bool]:
    """The strings in single quotes on the rest of a line, chars left out; and whether nothing there ends any more."""
    found: list[tuple[int, int]] = []
    endless = False
    while at < end:
        # Of a text that nothing ends, no other quote begins one that ends: all behind it are escaped.
        piece = None if endless and text[at] == '"' else _PIECE.match(text, at, end)
        if piece is None:
            if text[at] == "'":
                return found, True
            endless |= text[at] == '"'
            at += 1
            continue
        if piece.lastgroup == "comment":
            break
        if piece.lastgroup == "single":
            found.append((piece.start(), piece.end()))
        at = piece.end()
    return found, False


_PIECE: Final = re.compile(
    r"""(?P<comment>//.*)"""
    r"""|(?P<label>(?:break|continue)\s+'\w+\b(?!')|'\w+(?=\s*:\s*(?:loop|while|for|\{)))"""
    r"""|(?P<double>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<char>'(?:[^'\\]|\\.|\\u\{[^}]*\})')"""
    r"""|(?P<single>'(?:[^'\\]|\\.)*')"""
)
