"""Edits that take text away and leave the comments in it."""

from __future__ import annotations

from bisect import bisect_left

from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.rules.script import Script


def cut(script: Script, start: int, end: int) -> tuple[Edit, ...]:
    """Deletes the text from `start` to `end`, but for the comments inside it."""
    comments = script.tree.tokens.comments
    edits: list[Edit] = []
    at = start
    for i in range(bisect_left(comments, (start, start)), len(comments)):
        first, last = comments[i]
        if first >= end:
            break
        if first > at:
            edits.append(Edit(at, first, ""))
        at = max(at, last)
    if at < end:
        edits.append(Edit(at, end, ""))
    return tuple(edits)


def cut_tokens(script: Script, first: int, last: int) -> tuple[Edit, ...]:
    """Deletes the tokens from `first` to `last` with the blanks in front of them."""
    tokens = script.tree.tokens
    start = tokens.starts[first]
    before = tokens.ends[first - 1] if first > 0 else start
    if not script.text[before:start].strip():
        start = before
    return cut(script, start, tokens.ends[last])


def cut_up_to(script: Script, first: int, kept: int) -> tuple[Edit, ...]:
    """Deletes the tokens from `first` up to `kept`, which stays, with the blanks between.

    Two words that would become one keep a blank.
    """
    tokens, text = script.tree.tokens, script.text
    start = tokens.starts[first]
    end = tokens.starts[kept] if kept < len(tokens) else tokens.ends[-1]
    edits = cut(script, start, end)
    joined = start > 0 and end < len(text) and _is_word(text[start - 1]) and _is_word(text[end])
    if joined and len(edits) == 1:
        return (Edit(start, end, " "),)
    return edits


def cut_line(script: Script, start: int, end: int) -> Edit:
    """Deletes a text: its whole lines when nothing else stands on them, else the blanks behind it too."""
    text = script.text
    begin = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop + 1
    if not text[begin:start].strip() and not text[end:stop].strip():
        return Edit(begin, stop, "")
    while end < len(text) and text[end] in " \t":
        end += 1
    return Edit(start, end, "")


def _is_word(sign: str) -> bool:
    return sign.isalnum() or sign in "_`\"'"
