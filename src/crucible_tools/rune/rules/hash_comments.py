"""Comments as Python and shells have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crucible_tools.rune.rules.remembered import remembered

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


@remembered
def hash_comments(script: Script) -> tuple[tuple[int, int], ...]:
    """Start and end of the signs that each of them begins with, in order."""
    tokens, text = script.tree.tokens, script.text
    found: list[tuple[int, int]] = []
    for i, word in enumerate(tokens.texts):
        if word != "#" or (script.word(i - 1) == "#" and tokens.ends[i - 1] == tokens.starts[i]):
            continue
        last = i
        while script.word(last + 1) == "#" and tokens.ends[last] == tokens.starts[last + 1]:
            last += 1
        start, end = tokens.starts[i], tokens.ends[last]
        after = text[end : end + 1]
        alone = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        announces = after in ("[", "{", "!") or script.word(last + 1) in ("[", "{")
        if not announces and (after.isspace() or not after or alone):
            found.append((start, end))
    return tuple(found)
