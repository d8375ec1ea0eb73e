"""`<..>` where the tree has none."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.rules.script import Script

_MOST: Final = 60
"""Tokens between `<` and its `>`."""

_INSIDE: Final = frozenset({"<", ">", ",", "::", ":", "+", "&", "(", ")", "[", "]", ";", "=", "?", "->"})


def closing_angle(script: Script, open_: int) -> int | None:
    """The `>` that belongs to a `<`, if only what may stand in types stands between them."""
    depth = 0
    kinds = script.tree.tokens.kinds
    for i in range(open_, min(open_ + _MOST, len(kinds))):
        word = script.word(i)
        depth += (word == "<") - (word == ">")
        if depth == 0:
            return i
        if kinds[i] not in ("name", "int", "label") and word not in _INSIDE:
            return None
    return None
