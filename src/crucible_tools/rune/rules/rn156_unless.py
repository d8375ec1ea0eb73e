"""RN156: `unless` and `until`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import begins_line, stop
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_WORDS: Final = {"unless": "if", "until": "while"}
_BEHIND: Final = frozenset({";", "{", "}", "(", "=", "=>", ",", "else", "return"})
"""What such a statement stands behind, if it does not begin a line."""
_ENDS: Final = frozenset({"{", "}", ";", ",", ")", "]", "=", "=>", ":"})
_VALUES: Final = frozenset({"name", "int", "float", "string", "char", "backtick"})
_BEGINNINGS: Final = frozenset({"(", "[", "!", "-", "#"})
_NO_VALUE: Final = frozenset({"let", "as", "is", "in", "and", "or", "not"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `unless x {` and `until x {`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word not in _WORDS or tokens.kinds[i] != "name" or not _stands_alone(script, i):
            continue
        first = i + 1
        open_ = stop(script, first, _ENDS)
        if script.word(open_) != "{" or open_ == first:
            continue
        instead = _WORDS[word]
        edits = [Edit(tokens.starts[i], tokens.ends[i], instead)]
        start, end = tokens.starts[first], tokens.ends[open_ - 1]
        if _is_operand(script, first, open_):
            edits.append(Edit(start, start, "!"))
        else:
            edits += [Edit(start, start, "!("), Edit(end, end, ")")]
        if script.text[tokens.ends[i]] == "(":  # unless(x) {
            edits[0] = Edit(tokens.starts[i], tokens.ends[i], f"{instead} ")
        message = f"there is no `{word}` in Rune: it says `{instead} !(..)`"
        yield Finding(
            "RN156", tokens.starts[i], tokens.ends[i], message, fix=Fix(True, f"Write `{instead}`", tuple(edits))
        )


def _stands_alone(script: Script, word: int) -> bool:
    """Whether a word begins a statement or a value, and a condition follows."""
    tokens = script.tree.tokens
    after = script.word(word + 1)
    if word + 1 >= len(tokens) or after in _NO_VALUE:
        return False
    if tokens.kinds[word + 1] not in _VALUES and after not in _BEGINNINGS:
        return False
    before = script.word(word - 1)
    return word == 0 or before in _BEHIND or (before not in (".", "::") and begins_line(script, word))


def _is_operand(script: Script, first: int, end: int) -> bool:
    """Whether the tokens up to `end` are one operand, so that `!` can stand in front: `(..)`, `a.b(c)[d]`."""
    tokens = script.tree.tokens
    at = first
    if tokens.texts[at] == "(":
        at = tokens.partner[at] + 1
    elif tokens.kinds[at] in _VALUES:
        at = max(tokens.partner[at], at) + 1
    else:
        return False
    while first < at < end:
        word = tokens.texts[at]
        if word in (".", "::"):
            at += 2
        elif word in ("(", "["):
            at = tokens.partner[at] + 1
        elif word == "?":
            at += 1
        else:
            return False
    return at == end


RULE = Rule(
    code="RN156",
    name="unless",
    summary="`unless x {`, `until x {`: Rune has `if !x {` and `while !x {`.",
    why="""\
Ruby and Perl have a word for a condition that must not hold. Rune has `!`.

The repair writes `if !(..)` for `unless` and `while !(..)` for `until`, with parentheses where they are needed.
""",
    before="""\
pub async fn call(args) {
    unless args.a > 1 {
        return "few";
    }
    "many"
}
""",
    after="""\
pub async fn call(args) {
    if !(args.a > 1) {
        return "few";
    }
    "many"
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("unless", "until"),
)
