"""Regular expressions as JavaScript writes them: `/^v[0-9]+/i`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.remembered import remembered

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_LITERAL: Final = re.compile(r"/((?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\]){1,400})/([a-z]{0,6})(?![\w/])")
_BEFORE: Final = frozenset({
    "", "(", ",", "=", "[", "{", "}", ";", ":", "!", "&&", "||", "=>", "return", "==", "===", "??", "?", "in",
})  # fmt: skip
"""What stands in front of a value: a `/` behind anything else divides."""
_UNKNOWN: Final = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\\k<")
"""What Rune's regular expressions do not know: looking around, and what was found before."""
_ESCAPED: Final = re.compile(r'\\/|\\|"')
_FLAGS: Final = {"i": "i", "m": "m", "s": "s", "g": "", "u": ""}


@dataclass(frozen=True, slots=True)
class RegexLiteral:
    """A regular expression between slashes.

    Args:
        start, end: its extent.
        pattern: the same as a string of Rune, in quotes; None when Rune's cannot say it.
        everywhere: whether it has the flag `g`.
    """

    start: int
    end: int
    pattern: str | None
    everywhere: bool


@remembered
def regex_literals(script: Script) -> tuple[RegexLiteral, ...]:
    """All of a source, in order; none in one that compiles."""
    if script.compiles or "/" not in script.text:
        return ()
    tokens, text = script.tree.tokens, script.text
    found: list[RegexLiteral] = []
    done = 0
    for i, word in enumerate(tokens.texts):
        start = tokens.starts[i]
        if word[:1] != "/" or start < done or script.word(i - 1) not in _BEFORE:
            continue
        literal = _LITERAL.match(text, start)
        if literal:
            found.append(RegexLiteral(start, literal.end(), _pattern(literal[1], literal[2]), "g" in literal[2]))
            done = literal.end()
    return tuple(found)


def _pattern(body: str, flags: str) -> str | None:
    if _UNKNOWN.search(body) or not set(flags) <= _FLAGS.keys():
        return None
    signs = "".join(_FLAGS[flag] for flag in flags)
    text = _ESCAPED.sub(lambda found: "/" if found[0] == "\\/" else f"\\{found[0]}", body)
    return f'"(?{signs}){text}"' if signs else f'"{text}"'
