"""Comments that begin with two dashes, as in Lua and SQL."""

from __future__ import annotations

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.script import Script


@remembered
def dash_comments(script: Script) -> tuple[tuple[int, int], ...]:
    """The extents of `-- ..` up to the end of their lines, in order."""
    if script.compiles or "-- " not in script.text:
        return ()
    tokens, text = script.tree.tokens, script.text
    found: list[tuple[int, int]] = []
    behind = 0
    for i, word in enumerate(tokens.texts):
        start = tokens.starts[i]
        if word != "--" or start < behind or text[tokens.ends[i] : tokens.ends[i] + 1] != " ":
            continue
        if start > 0 and not text[start - 1].isspace():
            continue
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if "-- " in text[start:end] and text[start:end].strip("- \t\r;"):
            found.append((start, end))
            behind = end
    return tuple(found)
