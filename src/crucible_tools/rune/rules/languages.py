"""Which language a source was written in by somebody who took it for Rune."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.inserted import INSERTED
from crucible_tools.rune.rules.remembered import remember, remembered

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script
    from crucible_tools.rune.syntax.nodes import Node

_NUMBERED: Final = re.compile(r"_\d+$")
_ARROW: Final = r"(?:(?<![<>=!+*/-])=|\()\s*(?:async\s*)?(?:\([^()\n]*\)|\w+)\s*=>"
"""A function without a name; `Some(x) =>` and `(a, b) =>` are arms of a `match`."""
_CALLS: Final = r"\bfunction\s*\w*\(|\b(?:JSON|Math|console|Object|Array|Promise)\.\w+\("
_CERTAIN: Final = re.compile(rf"(?<!=)===(?!=)|!==|{_ARROW}|{_CALLS}")
_JAVASCRIPT: Final = re.compile(
    rf"(?<!=)===(?!=)|!==|{_ARROW}|{_CALLS}|\bundefined\b|\bnew [A-Z]|\bconst \w+ = [^\W\d]\w*[.(]|\bawait \w"
    r"|\bfor \((?:const|let|var) "
)
_JOINING: Final = re.compile(
    r"\bSystem\.out\.|\bConsole\.Write|\bnew (?:[A-Z]\w*)[<(]|\b(?:int|String|string|List<\w+>) \w+ = "
    r"|(?<![\w`{])\$[a-z]\w* = "
)
"""Java, C# and PHP, whose dot is `+` when it is repaired."""
_BLOCK: Final = r"^\s*(?:async )?def \w+\(|^\s*(?:if|for|while|elif|else|try|except)\b[^\n{;]*:\s*(?:#.*)?$"
_BLOCKS: Final = re.compile(rf"(?m){_BLOCK}")
_PYTHON: Final = re.compile(
    rf"(?m){_BLOCK}|\.items\(\)|[\"']\.join\("
    r"|\b(?:elif|True|False)\b(?!\()|\bfor \w+ in \w[^\n{]*\]|\bnot in\b|\bis None\b|\bf['\"]"
)
_OF_PYTHON: Final = re.compile(r"\.(?:[lr]?strip|startswith|endswith|splitlines)\(")
"""Methods that nothing else has: what calls them need not be known to fail to compile."""


@remembered
def is_javascript(script: Script) -> bool:
    """Whether a source that never compiled has what only JavaScript has: its names mean what they mean there."""
    return script.compiles is False and _JAVASCRIPT.search(script.text) is not None


@remembered
def is_python(script: Script) -> bool:
    """Whether a source has what only Python has, and nothing of JavaScript."""
    return _looks_like_python(script, script.text)


def _looks_like_python(script: Script, text: str) -> bool:
    if is_javascript(script):
        return False
    if script.compiles is False and _PYTHON.search(text) is not None:
        return True
    return _OF_PYTHON.search(text) is not None or (not script.compiles and _BLOCKS.search(text) is not None)


@remembered
def divides_truly(script: Script) -> bool:
    """Whether `/` gives fractions in the language of a source that never compiled."""
    return _divides_truly(script, script.text)


def _divides_truly(script: Script, text: str) -> bool:
    return not script.compiles and (_CERTAIN.search(text) is not None or _BLOCKS.search(text) is not None)


@remembered
def _original(script: Script) -> str:
    return script.text


@remembered
def joins_anything(script: Script) -> bool:
    """Whether `+` between a text and anything else makes a text, in the language of a source that never compiled."""
    return script.compiles is False and (is_javascript(script) or _JOINING.search(_original(script)) is not None)


def by_author(script: Script, node: Node) -> bool:
    """Whether a place is none of a function that repairs added, now or before."""
    function = script.function_of(node)
    name = script.word(function.name) if function is not None and function.name is not None else None
    if function is None or name is None:
        return True
    added = INSERTED.get(_NUMBERED.sub("", name))
    # With the indentation and the line ends of the source.
    if added is not None and added.replace("NAME", name).split() == script.source(function).split():
        return False
    return re.search(rf"\b{re.escape(name)}\b", _original(script)) is not None


def remember_languages(script: Script, original: str) -> None:
    """Remembers what a source was written as: what tells that is repaired first."""
    if script.compiles is False:
        remember(script, is_javascript, _JAVASCRIPT.search(original) is not None)
    remember(script, _original, original)
    remember(script, is_python, _looks_like_python(script, original))
    remember(script, divides_truly, _divides_truly(script, original))
