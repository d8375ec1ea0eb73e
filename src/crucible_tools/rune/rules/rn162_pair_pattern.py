"""RN162: a pattern of a list where a tuple is, and of a tuple where a list is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import sign_between
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Closure, For, Let, Param, Pattern
from crucible_tools.rune.types.calls import closure_argument
from crucible_tools.rune.types.patterns import element
from crucible_tools.rune.types.values import ANY, JSON, LIST, OBJECT, TUPLE, Value

_OTHER: Final = {"(": ("[", "]"), "[": ("(", ")")}


def check(script: Script) -> Iterator[Finding]:
    """Finds `for (a, b) in pairs` over lists of lists, and `|[k, v]|` over the entries of an object."""
    found = [*_loops(script), *_variables(script), *_params(script)]
    yield from sorted(found, key=lambda item: item.start)


def _loops(script: Script) -> Iterator[Finding]:
    for loop in script.tree.of(For):
        if _is_group(script, loop.pattern):
            value = script.types.of(loop.iterable)
            # What walks over an object gets tuples.
            if value.only(LIST) or not value.may(OBJECT):
                yield from _compared(script, loop.pattern, element(value))


def _variables(script: Script) -> Iterator[Finding]:
    for let in script.tree.of(Let):
        if let.value is not None and _is_group(script, let.pattern):
            yield from _compared(script, let.pattern, script.types.of(let.value))


def _params(script: Script) -> Iterator[Finding]:
    for param in script.tree.of(Param):
        closure = param.parent
        if isinstance(closure, Closure) and _is_group(script, param.pattern):
            value = closure_argument(script.types, closure, closure.params.index(param))
            yield from _compared(script, param.pattern, value)


def _is_group(script: Script, pattern: Pattern) -> bool:
    """Whether a pattern is one pair of brackets with at least two parts inside."""
    partner, first = script.tree.tokens.partner, pattern.first
    if script.word(first) not in _OTHER or partner[first] != pattern.last:
        return False
    return sign_between(script, first, pattern.last, ",") is not None


def _compared(script: Script, pattern: Pattern, value: Value) -> Iterator[Finding]:
    if value.kinds in (0, ANY):
        return
    word = script.word(pattern.first)
    if word == "(":
        wrong = value.only(JSON) and value.may(LIST)
        message = "a list is taken apart with brackets, `[a, b]`: a pattern of a tuple never matches it"
    else:
        wrong = value.only(TUPLE)
        message = "a tuple is taken apart with parentheses, `(a, b)`: a pattern of a list never matches it"
    if not wrong:
        return
    tokens = script.tree.tokens
    texts, edits = _OTHER[word], list[Edit]()
    for token, text in zip((pattern.first, pattern.last), texts, strict=True):
        edits.append(Edit(tokens.starts[token], tokens.ends[token], text))
    title = f"Write `{texts[0]}..{texts[1]}`"
    yield Finding("RN162", script.start(pattern), script.end(pattern), message, fix=Fix(True, title, tuple(edits)))


RULE = Rule(
    code="RN162",
    name="pair-pattern",
    summary="`for (a, b) in args.pairs`, `o.iter().map(|[k, v]| ..)`: lists and tuples have patterns of their own.",
    why="""\
JSON has lists and no tuples, so what comes in is taken apart with `[a, b]`. What `iter()` of an object, `enumerate()`,
`zip()` and `split_once()` give are tuples, and taken apart with `(a, b)`. The wrong one of the two stops the tool
("pattern did not match").

The repair writes the other brackets. It is safe, because nothing ever matched.
""",
    before="""\
pub async fn call(args) {
    let o = #{ x: args.a };
    o.iter().map(|[key, value]| `${key}=${value}`).collect::<Vec>()
}
""",
    after="""\
pub async fn call(args) {
    let o = #{ x: args.a };
    o.iter().map(|(key, value)| `${key}=${value}`).collect::<Vec>()
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("for (", "let (", "|(", "for [", "let [", "|[", "([", "((", ", ("),
)
