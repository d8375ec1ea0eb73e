"""`when`, as Kotlin chooses between values and conditions."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.extents import LONGEST
from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.rules.script import Script


def whens(script: Script) -> Iterator[tuple[int, list[Edit]]]:
    """Each `when (x) {` and `when {`: its token, and the edits that make a `match` of it."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "when" or tokens.kinds[i] != "name" or script.word(i - 1) in (".", "::"):
            continue
        given = script.word(i + 1) == "("
        open_ = max(tokens.partner[i + 1], i) + 1 if given else i + 1
        close = tokens.partner[open_] if script.word(open_) == "{" else -1
        if close < 0 or close - open_ > LONGEST:
            continue
        arms = _arms(script, open_, close, given=given)
        if arms is not None:
            head = Edit(tokens.starts[i], tokens.ends[i], "match" if given else "match ()")
            yield i, [head, *arms]


def _arms(script: Script, open_: int, close: int, *, given: bool) -> list[Edit] | None:
    tokens = script.tree.tokens
    edits: list[Edit] = []
    first = at = open_ + 1
    while at < close:
        word = tokens.texts[at]
        if word == "=>":
            return None
        if word == "->":
            made = _pattern(script, first, at, given=given)
            if made is None:
                return None
            edits += made
            at += 1
            at = _behind(script, at, close)
            first = at
            continue
        at = max(tokens.partner[at], at) + 1
    return edits or None


def _behind(script: Script, at: int, close: int) -> int:
    """The token behind the value of an arm: the first one of another line, or behind a comma."""
    tokens = script.tree.tokens
    while at < close:
        last = max(tokens.partner[at], at)
        at = last + 1
        if tokens.texts[last] in (",", ";"):
            return at
        joined = script.word(at) in (".", "+", "?", "&&", "||", "-", "*", "/")
        if at < close and "\n" in script.text[tokens.ends[last] : tokens.starts[at]] and not joined:
            return at
    return at


def _pattern(script: Script, first: int, arrow: int, *, given: bool) -> list[Edit] | None:
    tokens = script.tree.tokens
    if first >= arrow:
        return None
    sign = Edit(tokens.starts[arrow], tokens.ends[arrow], "=>")
    start, end = tokens.starts[first], tokens.ends[first]
    if tokens.texts[first] == "else" and first + 1 == arrow:
        return [Edit(start, end, "_"), sign]
    if not given:
        return [Edit(start, start, "_ if "), sign]
    if tokens.texts[first] == "in":
        dots = next((k for k in range(first, arrow) if tokens.texts[k] == ".."), -1)
        if dots < 0:
            return None
        return [Edit(start, tokens.starts[first + 1], ""), Edit(tokens.starts[dots], tokens.ends[dots], "..="), sign]
    if tokens.texts[first] == "is":
        return [Edit(start, start, "value if value "), sign]
    commas = [k for k in range(first, arrow) if tokens.texts[k] == ","]
    return [*(Edit(tokens.starts[k], tokens.ends[k], " |") for k in commas), sign]
