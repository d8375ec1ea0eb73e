"""What hosts know tools by: names that some hosts refuse are written otherwise, and can be told apart and back."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Collection, Container
from typing import Final

MOST_CHARACTERS: Final = 64
"""Longest name that every known host takes: OpenAI's and Anthropic's interfaces and VS Code bound it so."""

_TAKEN: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{MOST_CHARACTERS}}}")
_REFUSED: Final = re.compile(r"[^A-Za-z0-9_-]")

_DIGEST: Final = 8
"""Characters of the digest that tells shortened or colliding names apart."""


def is_taken(name: str) -> bool:
    """Whether every known host takes a tool of this name: dots and long names are refused by some."""
    return _TAKEN.fullmatch(name) is not None


def host_names(names: Collection[str]) -> dict[str, str]:
    """What hosts know these tools by, by their names: the name itself where every host takes it.

    The same names are always written the same way, whatever their order, and no two of them alike.
    """
    used = {name for name in names if is_taken(name)}
    written = {name: name for name in names if name in used}
    simple: dict[str, list[str]] = {}
    for name in sorted(name for name in names if name not in used):
        simple.setdefault(_REFUSED.sub("_", name), []).append(name)
    for plain, originals in simple.items():
        alone = len(originals) == 1 and plain not in used and len(plain) <= MOST_CHARACTERS
        for name in originals:
            written[name] = plain if alone else _with_digest(plain, name, used)
            used.add(written[name])
    return written


def _with_digest(plain: str, name: str, used: Container[str]) -> str:
    beginning = plain[: MOST_CHARACTERS - _DIGEST - 1]
    # A tool may have been given the very name that another one would get.
    attempts = (f"{beginning}_{_digest(name, attempt)}" for attempt in itertools.count())
    return next(attempt for attempt in attempts if attempt not in used)


def _digest(name: str, attempt: int) -> str:
    return hashlib.sha256(f"{name}#{attempt}".encode()).hexdigest()[:_DIGEST]
