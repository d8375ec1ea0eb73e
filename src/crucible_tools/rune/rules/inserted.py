"""Private functions that take the place of methods which Rune does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.inserted_foreign import FOREIGN
from crucible_tools.rune.rules.inserted_lists import LISTS
from crucible_tools.rune.rules.inserted_options import OPTIONS
from crucible_tools.rune.rules.inserted_strings import STRINGS
from crucible_tools.rune.rules.inserted_texts import TEXTS
from crucible_tools.rune.rules.inserted_values import VALUES

if TYPE_CHECKING:
    from crucible_tools.rune.rules.rule import Addition
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import Node

INSERTED: Final = {**FOREIGN, **LISTS, **TEXTS, **OPTIONS, **VALUES, **STRINGS}
"""The functions, by the names that they get unless those are in use."""


def inserted(script: Script, node: Node, name: str) -> tuple[str, tuple[Addition, ...]]:
    """What such a function is called at a node, and what must be added for it."""
    called, addition = script.helper(node, name, INSERTED[name])
    return called, (addition,) if addition else ()
