"""Variables that begin with a type, as C and Java write them: `int n = 3;`, `final String s = "";`, `int[] v = [];`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.extents import begins_line
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.remembered import remembered

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

WORDS: Final = frozenset({
    "int", "long", "float", "double", "boolean", "bool", "String", "string", "str", "char", "auto", "final", "val",
    "local", "Object",
})  # fmt: skip
"""Words that begin a variable elsewhere."""
_ENDS: Final = frozenset({";", "{", "}", ""})
"""What a statement may follow."""


@remembered
def typed_variables(script: Script) -> dict[int, tuple[int, int]]:
    """By the token of their name, the first and the last token of what stands in front of it."""
    tokens = script.tree.tokens
    found: dict[int, tuple[int, int]] = {}
    for i, word in enumerate(tokens.texts):
        if word not in WORDS or tokens.kinds[i] != "name":
            continue
        if script.word(i - 1) not in _ENDS and not begins_line(script, i):
            continue
        last = i + 1 if word == "final" and script.word(i + 1) in WORDS else i
        if script.word(last + 1) == "[" and script.word(last + 2) == "]":
            last += 2
        name = last + 1
        if tokens.kinds[name : name + 1] != ["name"] or script.word(name + 1) != "=":
            continue
        if not has_comment(script, tokens.starts[i], tokens.starts[name]):
            found[name] = (i, last)
    return found
