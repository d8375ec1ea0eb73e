"""What is read as code and is none: texts in single quotes, regular expressions, comments that begin with `#`."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.dash_comments import dash_comments
from crucible_tools.rune.rules.hash_comments import hash_comments
from crucible_tools.rune.rules.html_entities import entities
from crucible_tools.rune.rules.regex_literals import regex_literals
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rn170_around_the_code import around_the_code
from crucible_tools.rune.rules.rn172_foreign_sign import foreign_signs
from crucible_tools.rune.rules.rule import Kind
from crucible_tools.rune.rules.single_quotes import single_quoted

if TYPE_CHECKING:
    from crucible_tools.rune.rules.rule import Finding
    from crucible_tools.rune.rules.script import Script


READ_FIRST: Final = frozenset({
    "RN045", "RN046", "RN091", "RN170", "RN171", "RN172", "RN179", "RN180", "RN181", "RN182", "RN183", "RN184", "RN185",
    "RN186",
})  # fmt: skip
"""Rules whose repairs are made before those of others, which may have taken a text or a comment for code."""


def is_misread(script: Script, finding: Finding, kind: Kind) -> bool:
    """Whether a finding is about the words of a text or of a comment, or about values beside such a text.

    That it is one has to be said first; when it is written as one, the rest is read again.

    Args:
        script: the source.
        finding: the finding.
        kind: of its rule.
    """
    if script.compiles or finding.code in READ_FIRST or kind is Kind.FILE:
        return False
    if around_the_code(script) is not None:
        return True
    if _lies_in(entities(script), finding.start):
        return True
    return _lies_in(_extents(script), finding.start) or (
        kind is not Kind.SYNTAX and _lies_in(_lines(script), finding.start)
    )


def _lies_in(extents: tuple[tuple[int, int], ...], offset: int) -> bool:
    at = bisect_right(extents, offset, key=itemgetter(0)) - 1
    return at >= 0 and extents[at][0] < offset < extents[at][1]


@remembered
def _extents(script: Script) -> tuple[tuple[int, int], ...]:
    """Comments and texts, in order."""
    comments = [(start, _line_end(script.text, start)) for start, _ in hash_comments(script)]
    comments += dash_comments(script)
    patterns = [(literal.start, literal.end) for literal in regex_literals(script)]
    return tuple(sorted([*comments, *patterns, *single_quoted(script)]))


@remembered
def _lines(script: Script) -> tuple[tuple[int, int], ...]:
    """The lines with texts, in order."""
    text = script.text
    read_first = [*single_quoted(script), *((sign.start, sign.end) for sign in foreign_signs(script))]
    lines = {(text.rfind("\n", 0, start), _line_end(text, end)) for start, end in read_first}
    return tuple(sorted(lines))


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return end if end >= 0 else len(text)
