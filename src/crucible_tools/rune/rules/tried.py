"""Whether what fails is caught."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.syntax.nodes import Block, Closure, Function, Node

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_WITHOUT_BRACES: Final = re.compile(r"(?m)^[ \t]*try:")


def is_tried(script: Script, node: Node) -> bool:
    """Whether a failure of an expression is caught in its function, or may be: blocks of Python have no braces yet."""
    for up in node.up():
        if isinstance(up, (Function, Closure)):
            break
        if isinstance(up, Block) and up.prefix == "try":
            return True
    return _WITHOUT_BRACES.search(script.text) is not None
