"""Repairs of one text: the edits of the rules, applied until nothing is left that a repair could mend."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from crucible_tools.rune.rules.languages import remember_languages
from crucible_tools.rune.rules.misread import READ_FIRST
from crucible_tools.rune.rules.registry import find
from crucible_tools.rune.rules.rule import Addition, Edit, Finding, Fix, Rule
from crucible_tools.rune.rules.script import Script, nobody

MOST_ROUNDS: Final = 12
"""Rounds of repair. A repair uncovers another one inside it at most as deep as code is nested; four were seen."""

MOST_REPAIRS: Final = 20_000
"""Repairs of one source; a file of 3 KB that is wrong throughout has a hundred."""

Accept = Callable[[Finding, Fix], bool]


@dataclass(frozen=True, slots=True)
class Applied:
    """A repair that was made.

    Args:
        finding: what it mended, with its extent in the text of its round.
        fix: what was done.
        at: the offset in the original text that it belongs to.
    """

    finding: Finding
    fix: Fix
    at: int


@dataclass(slots=True)
class OffsetMap:
    """Where the places of a text were before it was edited."""

    starts: list[int] = field(default_factory=lambda: [0])
    origins: list[int] = field(default_factory=lambda: [0])
    fixed: list[bool] = field(default_factory=lambda: [False])

    def origin(self, offset: int) -> int:
        """The offset in the original text that a place comes from; for inserted text the place of insertion."""
        at = bisect_right(self.starts, offset) - 1
        return self.origins[at] if self.fixed[at] else self.origins[at] + offset - self.starts[at]

    def inserted(self, offset: int) -> bool:
        """Whether an edit put there what begins at an offset."""
        return self.fixed[bisect_right(self.starts, offset) - 1]

    def touched(self, start: int, end: int) -> bool:
        """Whether an edit was made inside this part of the text, or right at its ends."""
        at = bisect_right(self.starts, start) - 1
        if self.fixed[at] or (at > 0 and self.starts[at] == start):
            return True
        return at + 1 < len(self.starts) and self.starts[at + 1] <= end

    def after(self, edits: Sequence[Edit]) -> OffsetMap:
        """The map of the text that these edits make of the text of this one."""
        made = OffsetMap([], [], [])
        shift, last = 0, 0
        for edit in edits:
            self._copy(made, last, edit.start, shift)
            if edit.text:
                made.starts.append(edit.start + shift)
                made.origins.append(self.origin(edit.start))
                made.fixed.append(True)
            shift += len(edit.text) - (edit.end - edit.start)
            last = edit.end
        self._copy(made, last, None, shift)
        return made

    def _copy(self, made: OffsetMap, lo: int, hi: int | None, shift: int) -> None:
        if hi is not None and lo >= hi:
            return
        at = bisect_right(self.starts, lo) - 1
        made.starts.append(lo + shift)
        made.origins.append(self.origin(lo))
        made.fixed.append(self.fixed[at])
        for i in range(at + 1, len(self.starts)):
            if hi is not None and self.starts[i] >= hi:
                break
            made.starts.append(self.starts[i] + shift)
            made.origins.append(self.origins[i])
            made.fixed.append(self.fixed[i])


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text after repairs.

    Args:
        text: what came of it.
        applied: the repairs made, in the order of their rounds.
        later: findings of later rounds that the first one did not show, with offsets in the original text.
        left: what the rules find in the repaired text, with offsets in the original one.
        refused: whether a repair is left that was not accepted.
        settled: whether no repair was left at the end; false when `MOST_ROUNDS` were not enough.
        origin: where its places were in the original text.
    """

    text: str
    applied: tuple[Applied, ...]
    later: tuple[Finding, ...]
    left: tuple[Finding, ...]
    refused: bool
    settled: bool
    origin: OffsetMap


def repair(
    text: str,
    *,
    among: Sequence[Rule] | None = None,
    accept: Accept,
    path: str = "<source>",
    compiles: bool | None = None,
    capability_of: Callable[[str], str | None] = nobody,
    first: Sequence[Finding] | None = None,
    without: Container[tuple[str, int]] = (),
) -> Repaired:
    """Repairs a text.

    Args:
        text: the source.
        among: the rules to ask; all by default.
        accept: says which repairs are made.
        path: of the source.
        compiles: what the compiler said about it.
        capability_of: what the application registered.
        first: what the rules found in the text, when that is known already.
        without: repairs not to make: code of the rule and offset in the original text.
    """
    origin = OffsetMap()
    applied: list[Applied] = []
    later: list[Finding] = []
    shown: set[tuple[str, int]] = set()
    settled = circling = False
    before = [(text, 0, origin)]
    findings = list(first) if first is not None else None
    original = text
    for number in range(MOST_ROUNDS + 1):
        if findings is None:
            # A text that never compiled has no call that worked; of one that did, the compiler has yet to be asked.
            known = compiles if not applied or compiles is False else None
            script = Script(text, path, compiles=known, capability_of=capability_of)
            remember_languages(script, original)
            findings = find(script, among)
            script.release()
        for finding in findings:
            key = (finding.code, origin.origin(finding.start))
            if applied and key not in shown:
                later.append(_moved(finding, origin))
            shown.add(key)
        wanted = [item for item in findings if item.fix and accept(item, item.fix)]
        wanted = [item for item in wanted if (item.code, origin.origin(item.start)) not in without]
        chosen = choose([item for item in wanted if item.code in READ_FIRST] or wanted)
        settled = circling or not chosen
        if settled or number == MOST_ROUNDS or len(applied) > MOST_REPAIRS:
            break
        applied += [Applied(item, fix, origin.origin(item.start)) for item in chosen if (fix := item.fix)]
        edits = all_edits(chosen)
        text = edited(text, edits)
        origin = origin.after(edits)
        findings = None
        since = next((at for at, (known, _, _) in enumerate(before) if known == text), None)
        if since is None:
            before.append((text, len(applied), origin))
        else:
            # In what is no Rune at all, two rules may undo each other's repairs. Wherever that began, it ends here.
            text, made, origin = min(before[since:], key=lambda state: state[0])
            del applied[made:]
            circling = True
    left = [_moved(finding, origin) for finding in findings or ()]
    refused = any(item.fix is not None and not accept(item, item.fix) for item in findings or ())
    return Repaired(text, tuple(applied), tuple(later), tuple(left), refused, settled, origin)


def choose(findings: Iterable[Finding]) -> list[Finding]:
    """Findings whose repairs can be made together: of two that touch the same text, the one that begins first."""
    taken: list[Finding] = []
    spans: list[tuple[int, int]] = []
    for finding in sorted(findings, key=lambda item: (_span(item)[0], -_span(item)[1])):
        fix = finding.fix
        if fix is not None and fix.edits and not any(_touches(spans, edit) for edit in fix.edits):
            taken.append(finding)
            for edit in fix.edits:
                spans.insert(bisect_right(spans, (edit.start, edit.end)), (edit.start, edit.end))
    return taken


def _span(finding: Finding) -> tuple[int, int]:
    edits = finding.fix.edits if finding.fix else ()
    return (edits[0].start, edits[-1].end) if edits else (finding.start, finding.end)


def _touches(spans: list[tuple[int, int]], edit: Edit) -> bool:
    """Whether an edit overlaps one of the spans, or inserts where another one begins or ends."""
    at = bisect_right(spans, (edit.start, edit.end))
    before = at > 0 and _meet(spans[at - 1], edit)
    return before or (at < len(spans) and _meet(spans[at], edit))


def _meet(span: tuple[int, int], edit: Edit) -> bool:
    start, end = span
    if start == end or edit.start == edit.end:
        return edit.start <= end and start <= edit.end
    return edit.start < end and start < edit.end


def all_edits(findings: Iterable[Finding]) -> list[Edit]:
    """The edits of these findings and what they rely on, in the order of the text; each addition once."""
    edits: list[Edit] = []
    additions: dict[Addition, None] = {}
    for finding in findings:
        if finding.fix:
            edits += finding.fix.edits
            additions |= dict.fromkeys(finding.fix.additions)
    by_place: dict[int, list[str]] = {}
    for addition in additions:
        by_place.setdefault(addition.at, []).append(addition.text)
    added = [Edit(at, at, _one_after_the_other(texts)) for at, texts in by_place.items()]
    # What begins with a line end follows what stands there; other additions, such as attributes, stand in front.
    before = [edit for edit in added if not edit.text.startswith(("\n", "\r\n"))]
    behind = [edit for edit in added if edit.text.startswith(("\n", "\r\n"))]
    return sorted([*before, *edits, *behind], key=lambda edit: (edit.start, edit.end))


def _one_after_the_other(texts: list[str]) -> str:
    """Additions at one place: the first one ends the line there, if it has to."""
    first, *others = texts
    for newline in ("\r\n", "\n"):
        if first.startswith(newline * 2):
            others = [text[len(newline) :] if text.startswith(newline * 2) else text for text in others]
    return "".join((first, *others))


def edited(text: str, edits: Sequence[Edit]) -> str:
    """A text with edits made; they must be in order and must not overlap."""
    parts: list[str] = []
    last = 0
    for edit in edits:
        parts += [text[last : edit.start], edit.text]
        last = edit.end
    return "".join([*parts, text[last:]])


def _moved(finding: Finding, origin: OffsetMap) -> Finding:
    start = origin.origin(finding.start)
    return replace(finding, start=start, end=max(origin.origin(finding.end), start), fix=None)
