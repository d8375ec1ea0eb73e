"""What a rule is, and what it finds.

A rule is a value: its code, its documentation and a function that looks at a source. Each has a file of its own, from
which `crucible rule CODE` and `docs/rules.md` are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

from crucible_tools.model.locations import Severity

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

FixKind: TypeAlias = Literal["safe", "unsafe", "sometimes", "none"]
"""Whether a rule's repair keeps what calls that worked gave: always, never, by the case; or there is none."""


class Kind(StrEnum):
    """What comes of it if a source is left as it is."""

    SYNTAX = "syntax"
    """It does not compile."""
    CERTAIN = "certain"
    """It compiles, and fails whenever the place is reached."""
    LIKELY = "likely"
    """It compiles, and fails for some values, or does silently what nobody means."""
    SCHEMA = "schema"
    """What the tool declares about itself is wrong."""
    FILE = "file"
    """The file as a whole is no source of a tool."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement: the characters from `start` to `end` (offsets in the text) become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Addition:
    """A private function, or a `use`, that repairs rely on; each is added once, however many repairs rely on it.

    Args:
        at: offset at which it goes in.
        text: what goes in there, with its blank lines.
    """

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A repair.

    Args:
        safe: there is one reading, and no call that succeeded before gives another result.
        title: what it does, as an order: "Delete `mut`".
        edits: what it replaces, in the order of the text, not overlapping.
        additions: what it relies on.
    """

    safe: bool
    title: str
    edits: tuple[Edit, ...]
    additions: tuple[Addition, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One place at which a rule has something to say.

    Args:
        code: the rule's.
        start, end: the extent in the text, as offsets in characters; what the caret points at.
        message: what is wrong, in one sentence without a full stop, about this very place.
        severity: `error` for what does not compile or certainly fails.
        hint: what to do, if there is no repair, or what else could be meant.
        choices: when the intent needs a choice: the texts that could stand there instead.
        fix: the repair, if a machine can make one.
    """

    code: str
    start: int
    end: int
    message: str
    severity: Severity = "error"
    hint: str | None = None
    choices: tuple[str, ...] = ()
    fix: Fix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule.

    Args:
        code: stable, e.g. `RN001`.
        name: short, e.g. `mut`, in kebab case: `doc-comment-above-use`.
        summary: one sentence: what people write, and what is wrong with it.
        why: why it fails on Rune, or what it silently does; what the repair is, and when it is unsafe. Markdown.
        before: an example that the rule finds something in.
        after: the same, repaired.
        kind: what comes of it.
        fix: whether it can be repaired.
        check: finds the places. Yields findings in the order of the text; never raises; linear in the source.
        words: the rule is asked only if one of these texts occurs in the source; empty: always. Keeps checking fast.
    """

    code: str
    name: str
    summary: str
    why: str
    before: str
    after: str
    kind: Kind
    fix: FixKind
    check: Callable[[Script], Iterable[Finding]]
    words: tuple[str, ...] = ()
