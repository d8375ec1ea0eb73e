"""Stretches of tokens that no tree was made of: where what another language writes begins, and where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

ENDS: Final = frozenset({",", ";", ")", "]", "}"})
"""What ends an expression, unless it stands in brackets."""

BEGINS: Final = frozenset({",", ";", "(", "[", "{", "}", "=", "=>", ":", "return", "+=", "-=", "${"})
"""What an expression begins behind, unless it stands in brackets."""


MOST: Final = 120
"""Tokens and groups that one expression is made of at most: looking for its end must not cost the source's square."""

LONGEST: Final = 4_000
"""Tokens that are looked through again for each place of a rule; a body that is longer is not repaired."""


def stop(script: Script, first: int, ends: frozenset[str] = ENDS) -> int:
    """The first token from `first` on, outside of brackets, that is one of `ends`.

    The number of tokens if there is none, or if it is too far.
    """
    tokens = script.tree.tokens
    at = first
    for _ in range(MOST):
        if at >= len(tokens) or tokens.texts[at] in ends:
            return min(at, len(tokens))
        at = max(tokens.partner[at], at) + 1
    return len(tokens)


def begin(script: Script, last: int, begins: frozenset[str] = BEGINS) -> int:
    """The first token of what ends with `last`: it goes back to one of `begins`, outside of brackets; -1 if far."""
    tokens = script.tree.tokens
    at = last
    for _ in range(MOST):
        if at < 0:
            return 0
        partner = tokens.partner[at]
        if 0 <= partner < at:
            at = partner - 1
        elif tokens.texts[at] in begins:
            return at + 1
        else:
            at -= 1
    return -1


def extent(script: Script, first: int, last: int) -> tuple[int, int]:
    """Where the tokens from `first` to `last` stand in the text."""
    tokens = script.tree.tokens
    return tokens.starts[first], tokens.ends[last]


def written(script: Script, first: int, last: int) -> str:
    """The text of the tokens from `first` to `last`."""
    start, end = extent(script, first, last)
    return script.text[start:end]


def begins_line(script: Script, token: int) -> bool:
    """Whether a token is the first one of its line."""
    tokens = script.tree.tokens
    # Between two tokens stand blanks and comments: looking at no more keeps long lines cheap.
    before = script.text[tokens.ends[token - 1] if token else 0 : tokens.starts[token]]
    return (token == 0 or "\n" in before) and not before[before.rfind("\n") + 1 :].strip("\ufeff \t\r\f\v")


def line_around(script: Script, token: int) -> tuple[int, int] | None:
    """The first and the last token of the line that a token stands in; None when it is a long one."""
    first = last = token
    for _ in range(MOST):
        if begins_line(script, first):
            break
        first -= 1
    else:
        return None
    for _ in range(MOST):
        if ends_line(script, last):
            return first, last
        last += 1
    return None


def end_of_code(script: Script, last: int) -> int:
    """The offset where the code of a line or statement ends, without its `;`, by its last token."""
    tokens = script.tree.tokens
    return tokens.starts[last] if script.word(last) == ";" else tokens.ends[last]


def ends_line(script: Script, token: int) -> bool:
    """Whether a token is the last one of its line; a comment may follow."""
    tokens = script.tree.tokens
    return token + 1 >= len(tokens) or "\n" in script.text[tokens.ends[token] : tokens.starts[token + 1]]
