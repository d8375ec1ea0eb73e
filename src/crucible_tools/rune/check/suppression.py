"""Findings that a comment of the source allows.

`// crucible: allow RN012` behind code is about that line, on a line of its own about the next line of code;
`// crucible: allow-file RN012` is about the whole file, wherever it stands. Codes are separated by commas or blanks, a
beginning of codes (`RN1`) stands for all of them, and whatever follows the codes is for people. A comment that allows
nothing is itself a finding, so that none outlives its reason.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from crucible_tools.model.near import near
from crucible_tools.rune.check.report import COMPILE, CheckedFile, CheckedFinding, LineIndex
from crucible_tools.rune.rules.rule import Finding
from crucible_tools.rune.syntax.lexer import Tokens, lex

UNUSED: Final = "suppression"
"""The code of the finding about a comment that allows nothing."""

_SIGN: Final = re.compile(r"crucible:\s*allow\b")
_COMMENT: Final = re.compile(r"(?://(?![/!])|/\*(?![*!]))\s*crucible:\s*(allow-file|allow)\b([^\n]*)")
_CODE: Final = re.compile(rf"(?:RN\d{{0,3}}|{COMPILE}|{UNUSED})", re.IGNORECASE)
_GAP: Final = re.compile(r"[\s,]+")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One code that a comment allows.

    Args:
        code: a code or the beginning of codes; empty when the comment names none.
        line: which line it is about; None: the whole file.
        start, end: the comment, as offsets in the text.
    """

    code: str
    line: int | None
    start: int
    end: int

    def allows(self, code: str, line: int) -> bool:
        """Whether a finding of this code that begins on this line is allowed."""
        return bool(self.code) and code.startswith(self.code) and self.line in (None, line)


@dataclass(frozen=True, slots=True)
class Suppressions:
    """What the comments of one text allow."""

    items: tuple[Suppression, ...] = ()

    def allows(self, code: str, line: int) -> bool:
        """Whether a finding of this code that begins on this line is allowed."""
        return any(item.allows(code, line) for item in self.items)


@dataclass(frozen=True, slots=True)
class Untouched:
    """Repairs of a text that are not made, as code and offset: those of what its comments allow, and some more.

    Args:
        tokens: of the text.
        allowed: what its comments allow.
        more: others.
    """

    tokens: Tokens
    allowed: Suppressions
    more: Container[tuple[str, int]] = ()

    def __contains__(self, key: object) -> bool:
        """Whether the repair of this code at this offset is not made."""
        pair = cast("tuple[str, int]", key)
        if pair in self.more:
            return True
        return bool(self.allowed.items) and self.allowed.allows(pair[0], self._line(pair[1]))

    def _line(self, offset: int) -> int:
        return self.tokens.place(min(offset, len(self.tokens.text)))[0]


def suppressions(text: str, tokens: Tokens | None = None) -> Suppressions:
    """What the comments of a text allow; what stands in a string allows nothing.

    Args:
        text: the source.
        tokens: its tokens, where they are known already.
    """
    if not _SIGN.search(text):
        return Suppressions()
    known = tokens or lex(text)
    found: list[Suppression] = []
    for start, end in known.comments:
        match = _COMMENT.match(text, start, end)
        if match is None:
            continue
        line = None if match[1] == "allow-file" else _line(known, start, end)
        found += [Suppression(code, line, start, end) for code in _codes(match[2]) or [""]]
    return Suppressions(tuple(found))


def without_suppressed(file: CheckedFile, asked: Iterable[str], known: Sequence[str]) -> tuple[CheckedFile, int]:
    """The file without the findings that its comments allow, and how many those are.

    Args:
        file: with all findings.
        asked: codes of the rules that were asked: of others nobody knows whether they would find something.
        known: codes of all rules.
    """
    allowed = suppressions(file.text) if file.text else Suppressions()
    if not allowed.items or file.text is None:
        return file, 0
    left: list[CheckedFinding] = []
    used: set[Suppression] = set()
    for item in file.findings:
        by = [each for each in allowed.items if each.allows(item.finding.code, item.line)]
        used.update(by)
        if not by:
            left.append(item)
    count = len(file.findings) - len(left)
    unused = [item for item in allowed.items if item not in used]
    if not (unused or count):
        return file, 0
    places = LineIndex(file.text)
    remarks = [item for each in unused if (item := _unused(each, places, set(asked), known))]
    left += [item for item in remarks if not allowed.allows(UNUSED, item.line)]
    left.sort(key=lambda item: (item.finding.start, item.finding.code))
    return replace(file, findings=tuple(left)), count


def _line(tokens: Tokens, start: int, end: int) -> int:
    """The line that a comment is about."""
    own = tokens.place(start)[0]
    after = bisect_left(tokens.starts, start)
    if after and tokens.place(tokens.ends[after - 1])[0] == own:
        return own
    if after < len(tokens):
        return tokens.place(tokens.starts[after])[0]
    return tokens.place(end)[0] + 1


def _codes(rest: str) -> list[str]:
    """The codes that a comment begins with, as rules spell them."""
    codes: list[str] = []
    for word in _GAP.split(rest.strip().removesuffix("*/").strip()):
        bare = word.rstrip(":;.")
        if not _CODE.fullmatch(bare):
            break
        codes.append(bare.lower() if bare.lower() in (COMPILE, UNUSED) else bare.upper())
        if bare != word:
            break  # `RN012: because of ..`
    return codes


def _unused(item: Suppression, places: LineIndex, asked: set[str], known: Sequence[str]) -> CheckedFinding | None:
    """The finding about a comment that allows nothing; None where that can't be known."""
    hint = "delete it"
    if not item.code:
        message, hint = "this comment allows nothing: it names no code", "name codes: `// crucible: allow RN012`"
    elif item.code in (COMPILE, UNUSED):
        message = f"this comment allows `{item.code}`, and there is nothing of it {_where(item)}"
    else:
        meant = [code for code in known if code.startswith(item.code)]
        if not meant:
            guesses = near(item.code, known)
            message = f"there is no rule {item.code}"
            hint = f"did you mean {' or '.join(guesses)}?" if guesses else "`crucible rule` lists them"
        elif not asked.issuperset(meant):
            return None
        else:
            message = f"this comment allows {item.code}, and there is nothing of it {_where(item)}"
    line, column = places.place(item.start)
    end_line, end_column = places.place(item.end)
    finding = Finding(UNUSED, item.start, item.end, message, "warning", hint)
    return CheckedFinding(finding, line, column, end_line, end_column, places.line(line))


def _where(item: Suppression) -> str:
    return "in this file" if item.line is None else f"on line {item.line}"
