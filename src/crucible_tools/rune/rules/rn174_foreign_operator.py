"""RN174: operators that other languages have, or that were typed the wrong way round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import line_around
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_PAIRS: Final = {("=", "<"): "<=", ("<", ">"): "!=", ("~", "="): "!=", (".", "="): "+="}
_VALUES: Final = frozenset({"name", "int", "float", "string", "char", "backtick"})
_OPENERS: Final = frozenset({"(", "[", "!", "-", "#"})
_CLOSERS: Final = frozenset({")", "]", "}"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `a =< b`, `a <> b`, `a ~= b`, `a .= b` and `if a => b {`."""
    if script.compiles:
        return
    tokens = script.tree.tokens
    texts, starts, ends = tokens.texts, tokens.starts, tokens.ends
    for i, word in enumerate(texts):
        if word == "=>":
            if _compares(script, i):
                yield _finding(starts[i], ends[i], word, ">=", safe=False)
            continue
        sign = _PAIRS.get((word, script.word(i + 1)))
        if sign is None or ends[i] != starts[i + 1] or not _between_values(script, i - 1, i + 2):
            continue
        if word == "<" and not (script.text[starts[i] - 1].isspace() and script.text[ends[i + 1]].isspace()):
            continue  # `Vec<>`
        yield _finding(starts[i], ends[i + 1], word + texts[i + 1], sign, safe=True)


def _finding(start: int, end: int, written: str, sign: str, *, safe: bool) -> Finding:
    fix = Fix(safe, f"Write `{sign}`", (Edit(start, end, sign),))
    return Finding("RN174", start, end, f"there is no operator `{written}` in Rune: it writes `{sign}`", fix=fix)


def _between_values(script: Script, before: int, after: int) -> bool:
    tokens = script.tree.tokens
    if before < 0 or after >= len(tokens):
        return False
    left = tokens.kinds[before] in _VALUES or tokens.texts[before] in _CLOSERS
    return left and (tokens.kinds[after] in _VALUES or tokens.texts[after] in _OPENERS)


def _compares(script: Script, i: int) -> bool:
    """Whether `=>` stands in the condition of an `if` or `while` that begins the line: no arm and no closure."""
    tokens = script.tree.tokens
    if not _between_values(script, i - 1, i + 1) or script.word(i + 2) not in ("{", "&&", "||", ")"):
        return False
    line = line_around(script, i)
    if line is None:
        return False
    first = line[0]
    while script.word(first) in ("}", "else"):
        first += 1
    if script.word(first) not in ("if", "while") or "match" in tokens.texts[first:i] or "{" in tokens.texts[first:i]:
        return False
    return script.word(first - 1) not in (",", "|")


RULE = Rule(
    code="RN174",
    name="foreign-operator",
    summary="`a =< b`, `a <> b`, `a ~= b`, `s .= t`: Rune writes `<=`, `!=` and `+=`.",
    why="""\
SQL and Pascal write `<>` for what differs, Lua `~=`; PHP adds to a text with `.=`. `=<` and `=>` are slips of the pen.

The repair writes the operators of Rune. It is unsafe for `=>`, which begins the value of an arm.
""",
    before="""\
pub async fn call(args) {
    args.a =< 3 || args.a <> 5
}
""",
    after="""\
pub async fn call(args) {
    args.a <= 3 || args.a != 5
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("=<", "<>", "~=", ".=", "=>"),
)
