"""Characters where a text must be meant: as patterns for what never is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix
from crucible_tools.rune.syntax.nodes import Arm, Closure, Expr, LetCondition, Match, MethodCall, Param, Path, Pattern
from crucible_tools.rune.types.values import JSON, OPTION, STRING, TUPLE, Value

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script


_BY_SIGN: Final = frozenset({
    "find", "rfind", "split", "rsplit", "split_once", "trim_matches", "trim_start_matches",
    "trim_end_matches", "matches",
})  # fmt: skip
"""Methods of Rust's strings that take a function of a char."""


def as_string(char: str) -> str:
    """The string literal of one sign for a char literal."""
    inner = char[1:-1]
    inner = "'" if inner == "\\'" else '\\"' if inner == '"' else inner
    return f'"{inner}"'


def is_text_or_other_data(value: Value) -> bool:
    """Whether a value may be a text and is never a char."""
    return value.only(JSON | TUPLE) and value.may(STRING)


def is_sign_of_text(script: Script, expr: Expr) -> bool:
    """Whether an expression is the parameter of `text.find(|c| ..)`, where Rust hands over the chars of a text."""
    param = script.types.binding(expr) if isinstance(expr, Path) else None
    closure = param.parent if isinstance(param, Param) else None
    call = closure.parent.parent if isinstance(closure, Closure) and closure.parent is not None else None
    return (
        isinstance(call, MethodCall) and script.word(call.name) in _BY_SIGN and script.types.of(call.base).may(STRING)
    )


def char_patterns(script: Script, code: str) -> Iterator[Finding]:
    """Finds patterns `'a'` and `Some('a')` for what holds texts and no chars.

    Args:
        script: the source.
        code: of the rule that reports them.
    """
    if "char" not in script.tree.tokens.kinds:
        return
    for arm in script.tree.of(Arm):
        if isinstance(arm.parent, Match):
            yield from _of(script, code, arm.pattern, arm.parent.subject)
    for condition in script.tree.of(LetCondition):
        yield from _of(script, code, condition.pattern, condition.value)


def _of(script: Script, code: str, pattern: Pattern, subject: Expr) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for first, last in pattern.alternatives:
        inside = tokens.texts[first : last + 1]
        some = len(inside) == 4 and inside[:2] == ["Some", "("] and inside[3] == ")"
        at = first + 2 if some else first
        if tokens.kinds[at] != "char" or not (some or first == last):
            continue
        value = script.types.of(subject)
        if some:
            if not value.only(OPTION):
                continue
            value = value.inside
        if not is_text_or_other_data(value):
            continue
        start, end = tokens.starts[at], tokens.ends[at]
        text = as_string(tokens.texts[at])
        # Where it runs, this arm was never taken.
        fix = Fix(script.compiles is False, f"Write `{text}`", (Edit(start, end, text),))
        message = f"`{tokens.texts[at]}` is a char, and `{script.source(subject)}` never is one: this never matches"
        yield Finding(code, start, end, message, "warning", fix=fix)
