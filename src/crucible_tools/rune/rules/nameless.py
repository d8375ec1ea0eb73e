"""Functions that a file of JavaScript gives without a name: `export default async (args) => {`."""

from __future__ import annotations

from dataclasses import dataclass

from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.script import Script


@dataclass(frozen=True, slots=True)
class Entry:
    """Such a function.

    Args:
        open, close: the tokens of its parentheses.
        arrow: the token of its arrow, if it has one.
        is_async: whether it says so.
    """

    open: int
    close: int
    arrow: int | None
    is_async: bool


@remembered
def nameless_entries(script: Script) -> dict[int, Entry]:
    """The functions that a file gives without a name, by the token of `export`."""
    texts, partner = script.tree.tokens.texts, script.tree.tokens.partner
    found: dict[int, Entry] = {}
    for i, word in enumerate(texts):
        if word != "export" or script.word(i + 1) != "default" or not begins_line(script, i):
            continue
        at = i + 2
        is_async = script.word(at) == "async"
        at += is_async
        named = script.word(at) == "function"
        at += named
        if script.word(at) != "(" or partner[at] < 0:
            continue
        close = partner[at]
        arrow = None if named else close + 1
        if script.word(close + 1 + (not named)) == "{" and (named or script.word(close + 1) == "=>"):
            found[i] = Entry(at, close, arrow, is_async)
    return found if len(found) == 1 and "call" not in texts else {}
