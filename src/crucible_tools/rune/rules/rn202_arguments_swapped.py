"""RN202: arguments in the wrong order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Call, Const, Expr, Let, Literal, Path
from crucible_tools.rune.types.values import LIST, STRING

_PATTERNS: Final = frozenset(
    {"regex::is_match", "regex::find", "regex::find_all", "regex::replace", "regex::replace_all"}
)
_SIGNS: Final = re.compile(
    r"^\^|\$$|\\\\?[dwsbDWSB.+*?()\[\]|/-]|\[[^\]]+\]|\.[*+]|\(\?|\([^)]*\|[^)]*\)|[\w)\]][*+](?:\W|$)|\{\d+,?\d*\}"
)
_NAMED: Final = re.compile(r"(?i)pattern|regex|^re$|_re$|^rx$")
_MOST_GLUE: Final = 3
"""Characters of the longest text that is taken for a delimiter."""

_MOST_READ: Final = 200
"""Characters of a literal that are looked at; patterns show their signs early."""


def check(script: Script) -> Iterator[Finding]:
    """Finds calls whose first two arguments stand the wrong way round."""
    for call in script.tree.of(Call):
        info = script.types.host(call)
        if info is None or len(call.args.items) < 2:
            continue
        one, two = call.args.items[:2]
        if not isinstance(one, Expr) or not isinstance(two, Expr):
            continue
        what = _wrong(script, info.name, one, two)
        if what is not None:
            yield _finding(script, info.name, info.params, one, two, what)


def _wrong(script: Script, name: str, one: Expr, two: Expr) -> str | None:
    first, second = _text(script, one), _text(script, two)
    if name in _PATTERNS:
        if second is None or not _SIGNS.search(second) or (first is not None and _SIGNS.search(first)):
            return None
        if isinstance(bare(one), Path) and _NAMED.search(script.source(one)):
            return None
        return "the pattern comes first"
    if name == "crucible::string_split":
        if first is None or second is not None or len(first) > _MOST_GLUE or not isinstance(bare(one), Literal):
            return None
        return "the text comes first, then the delimiter"
    if name == "crucible::string_join":
        given, other = script.types.of(one), script.types.of(two)
        glue = isinstance(bare(one), Literal) and first is not None and second is None
        wrong = given.only(STRING) and (other.only(LIST) or (glue and other.may(LIST)))
        return "the parts come first, then the delimiter" if wrong else None
    if name == "crucible::time_format" and first is not None and "%" in first and second is None:
        return "the timestamp comes first, then the format"
    if name == "oq::query" and first is not None and second is None and first.startswith("."):
        return "the text comes first, then the expression"
    return None


def _text(script: Script, expr: Expr) -> str | None:
    """The text that an argument is, as it is written: a literal, or a name that nothing but a literal was given to."""
    expr = bare(expr)
    if isinstance(expr, Path):
        binding = script.types.binding(expr)
        if not isinstance(binding, (Const, Let)) or binding.value is None:
            return None
        expr = bare(binding.value)
    if not isinstance(expr, Literal) or expr.kind not in ("string", "rawstring"):
        return None
    return script.source(expr).strip("r#")[1:-1][:_MOST_READ]


def _finding(script: Script, name: str, params: tuple[str, ...], one: Expr, two: Expr, what: str) -> Finding:
    edits = (
        Edit(script.start(one), script.end(one), script.source(two)),
        Edit(script.start(two), script.end(two), script.source(one)),
    )
    return Finding(
        "RN202",
        script.start(one),
        script.end(two),
        f"the arguments of `{name}({', '.join(params)})` stand in the wrong order: {what}",
        "warning",
        fix=Fix(False, "Swap the two", edits),
    )


RULE = Rule(
    code="RN202",
    name="arguments-swapped",
    summary='`regex::is_match(text, "^v[0-9]+")`: the pattern comes first, and nothing complains when it does not.',
    why="""\
All functions of `regex` take the pattern first and the text second. The other way round the text is taken for a
pattern, and hardly ever matches: no error, only the wrong answer.

It is reported only where one argument is a literal that is clearly a pattern and the other is not. The repair swaps
the two. It is unsafe, because results change.
""",
    before="""\
pub async fn call(args) {
    regex::is_match(args.a, "^v[0-9]+$")
}
""",
    after="""\
pub async fn call(args) {
    regex::is_match("^v[0-9]+$", args.a)
}
""",
    kind=Kind.LIKELY,
    fix="unsafe",
    check=check,
)
