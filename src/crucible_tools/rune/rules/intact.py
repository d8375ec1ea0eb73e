"""Keeping repairs away from brackets that nothing closes: around those nobody knows where an expression ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crucible_tools.rune.rules.rule import Finding, Fix
    from crucible_tools.rune.rules.script import Script


def intact(check: Callable[[Script], Iterable[Finding]]) -> Callable[[Script], Iterator[Finding]]:
    """Makes a rule report what it finds without a repair, where the repair would reach across such a bracket."""

    @wraps(check)
    def found(script: Script) -> Iterator[Finding]:
        for finding in check(script):
            if finding.fix is not None and _reaches_across(script, finding, finding.fix):
                yield replace(finding, fix=None)
            else:
                yield finding

    return found


def _reaches_across(script: Script, finding: Finding, fix: Fix) -> bool:
    tokens = script.tree.tokens
    if not tokens.unclosed or not fix.edits:
        return False
    first = tokens.at(min(finding.start, fix.edits[0].start))
    last = tokens.at(max(finding.end, fix.edits[-1].end))
    at = bisect_left(tokens.unclosed, first)
    return at < len(tokens.unclosed) and tokens.unclosed[at] <= last
