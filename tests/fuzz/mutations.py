"""Changes to a source token by token: what bytes changed at random seldom are, nearly code."""

from __future__ import annotations

import random
from collections.abc import Sequence

from crucible_tools.rune.syntax.lexer import lex
from tests.rune.syntax.support import PIECES

MOST = 4
"""Changes made at once."""


def mutated(data: bytes, most: int, seed: int, others: Sequence[bytes]) -> bytes:
    """A source with some tokens deleted, doubled, swapped, replaced, or taken from another one.

    Args:
        data: the source.
        most: bytes that come out at most.
        seed: what the changes are chosen by.
        others: sources to take something from.
    """
    chance = random.Random(seed)
    words = lex(data.decode("utf-8", "surrogateescape")).all_texts
    for _ in range(chance.randint(1, MOST)):
        change(words, chance, others)
    return "".join(words).encode("utf-8", "surrogateescape")[:most]


def change(words: list[str], chance: random.Random, others: Sequence[bytes]) -> None:
    """Makes one change."""
    at, to = sorted(chance.randrange(len(words) + 1) for _ in range(2))
    near = min(to, at + chance.randint(1, 8))
    match chance.randrange(6):
        case 0:
            del words[at:near]
        case 1:
            words[to:to] = words[at:near]
        case 2:
            words[at:at] = [chance.choice(PIECES)]
        case 3 if at < len(words):
            words[at] = chance.choice(PIECES)
        case 4 if at < to < len(words):
            words[at], words[to] = words[to], words[at]
        case _:
            other = lex(chance.choice(others).decode("utf-8", "surrogateescape")).all_texts
            begin = chance.randrange(len(other) + 1)
            words[at:near] = other[begin : begin + chance.randint(1, 20)]
