"""What every repair must be, whatever its rule says: edits in order that change something, and reach across no hole."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crucible_tools.rune.rules.rule import Finding, Fix
    from crucible_tools.rune.rules.script import Script


_BY_TEXT: Final = frozenset({"RN087", "RN091", "RN170"})
"""Rules whose edits follow the text: what they find hides brackets from the lexer itself."""


def holds(script: Script, finding: Finding, fix: Fix) -> bool:
    """Whether a repair can be offered.

    Around a bracket that nothing closes nobody knows where an expression ends: there none is.
    """
    edits = fix.edits
    if not edits or any(after.start < before.end for before, after in pairwise(edits)):
        return False
    if not fix.additions and all(script.text[edit.start : edit.end] == edit.text for edit in edits):
        return False
    tokens = script.tree.tokens
    if not tokens.unclosed or finding.code in _BY_TEXT:
        return True
    first = tokens.at(min(finding.start, edits[0].start))
    last = tokens.at(max(finding.end, edits[-1].end))
    at = bisect_left(tokens.unclosed, first)
    return not (at < len(tokens.unclosed) and tokens.unclosed[at] <= last)
