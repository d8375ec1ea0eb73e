"""RN075: `a if b else c`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import BEGINS, ENDS, LONGEST, MOST, begin, ends_line, extent, stop, written
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_VALUES: Final = frozenset({"name", "string", "int", "float", "char", "backtick"})
_NO_VALUE: Final = frozenset({"else", "return", "in", "and", "or", "not", "for", "yield", "break", "await", "async"})


def check(script: Script) -> Iterator[Finding]:
    """Finds a value with `if` and `else` behind it, as in Python."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "if" or i == 0 or tokens.kinds[i] != "name" or ends_line(script, i - 1):
            continue
        before = script.word(i - 1)
        if not (before in (")", "]") or (tokens.kinds[i - 1] in _VALUES and before not in _NO_VALUE)):
            continue
        otherwise = stop(script, i + 1, ENDS | {"else", "{", "=>"})
        if script.word(otherwise) != "else" or script.word(otherwise + 1) in ("{", ":", ""):
            continue
        start, end = tokens.starts[i], tokens.ends[i]
        message = "`if` stands in front in Rune: `if condition { .. } else { .. }` gives a value"
        yield Finding("RN075", start, end, message, fix=_fix(script, i, otherwise))


def _fix(script: Script, word: int, otherwise: int) -> Fix | None:
    first = begin(script, word - 1, BEGINS | {"|", "else"})
    if script.word(first - 1) == "else":
        return None  # the first one of a chain has the repair
    last = _last(script, otherwise + 1)
    if first < 0 or last - first > LONGEST:
        return None
    start, end = extent(script, first, last)
    if first >= word or last <= otherwise or has_comment(script, start, end):
        return None
    yes, condition, no = (
        written(script, first, word - 1),
        written(script, word + 1, otherwise - 1),
        written(script, otherwise + 1, last),
    )
    return Fix(True, "Write `if .. else ..`", (Edit(start, end, f"if {condition} {{ {yes} }} else {{ {no} }}"),))


def _last(script: Script, first: int) -> int:
    """The last token of what begins there: it ends with its line, if nothing else ends it."""
    tokens = script.tree.tokens
    end = stop(script, first, ENDS | {"for"})
    at = first
    for _ in range(MOST):
        if at >= end:
            break
        last = max(tokens.partner[at], at)
        if ends_line(script, last):
            return last
        at = last + 1
    return end - 1


RULE = Rule(
    code="RN075",
    name="conditional-expression",
    summary='`"many" if n > 1 else "one"`: `if` stands in front of its condition.',
    why="""\
`if` gives the value of its branch in Rune: `if n > 1 { "many" } else { "one" }`.

The repair writes that.
""",
    before="""\
pub async fn call(args) {
    let label = "many" if args.a > 1 else "one";
    label
}
""",
    after="""\
pub async fn call(args) {
    let label = if args.a > 1 { "many" } else { "one" };
    label
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(" if ",),
)
