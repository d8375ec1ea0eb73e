"""RN035: `x => x + 1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.extents import ends_line
from crucible_tools.rune.rules.function_constants import function_constants
from crucible_tools.rune.rules.nameless import nameless_entries
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Closure, Function

_WORDS: Final = frozenset({"function", "fn", "func"})
_DECLARED: Final = "a function of the file is declared with `fn`: a constant cannot be one"


def check(script: Script) -> Iterator[Finding]:
    """Finds `x => ..`, `(a, b) => ..` and `function (a, b) {..}` where a value stands."""
    found = [*_arrows(script), *_functions(script), *_short(script)]
    yield from sorted(found, key=lambda item: item.start)


def _arrows(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    nameless = {entry.open for entry in nameless_entries(script).values()}
    for node in script.tree.of(Closure):
        sign = node.open if node.arrow is None else node.arrow
        start, end = tokens.starts[sign], tokens.ends[sign]
        if sign in function_constants(script):
            yield Finding("RN035", start, end, _DECLARED, fix=function_constants(script)[sign].fix)
            continue
        if node.arrow is None or node.open in nameless:
            continue
        first, last = node.open, node.close
        if tokens.texts[first] == "(":
            edits = [Edit(tokens.starts[i], tokens.ends[i], "|") for i in (first, last)]
        else:
            edits = [
                Edit(tokens.starts[first], tokens.starts[first], "|"),
                Edit(tokens.ends[last], tokens.ends[last], "|"),
            ]
        edits += cut_up_to(script, node.arrow, node.arrow + 1)
        fix = Fix(True, "Write `|..|`", tuple(edits))
        yield Finding("RN035", start, end, "a function without a name is written `|x| ..` in Rune", fix=fix)


def _short(script: Script) -> Iterator[Finding]:
    """`fn double(x) => x * 2;`, `fun double(x) = x * 2`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Function):
        arrow = (node.returns.last if node.returns is not None else node.close) + 1
        if node.body is not None or script.word(arrow) not in ("=>", "=") or script.word(arrow + 1) == "{":
            continue
        last = arrow + 1
        if last >= len(tokens):
            continue
        while last < len(tokens) - 1 and script.word(last + 1) not in (";", "}", "") and not ends_line(script, last):
            last = max(tokens.partner[last + 1], last + 1)
        start, end = tokens.starts[arrow], tokens.ends[last]
        stop = tokens.ends[last + 1] if script.word(last + 1) == ";" else end
        edits = (Edit(start, tokens.ends[arrow], "{"), Edit(end, stop, " }"))
        fix = None if last <= arrow else Fix(True, "Write braces", edits)
        yield Finding("RN035", start, tokens.ends[arrow], "the body of a function stands in braces in Rune", fix=fix)


def _functions(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    named = bound_names(script)
    nameless = {entry.open for entry in nameless_entries(script).values()}
    for i, word in enumerate(tokens.texts):
        if i in function_constants(script) and word in _WORDS:
            yield Finding("RN035", tokens.starts[i], tokens.ends[i], _DECLARED, fix=function_constants(script)[i].fix)
            continue
        if (
            i + 1 in nameless
            or word not in _WORDS
            or word in named
            or script.word(i + 1) != "("
            or script.word(i - 1) in (".", "::")
        ):
            continue
        close = tokens.partner[i + 1]
        if close < 0 or script.word(close + 1) not in ("{", "=>"):
            continue
        if script.word(close + 1) == "=>":  # `fn($x) => $x * 2` of PHP
            edits = (
                Edit(tokens.starts[i], tokens.ends[i + 1], "|"),
                Edit(tokens.starts[close], tokens.ends[close + 1], "|"),
            )
            fix = Fix(True, "Write `|..|`", edits)
            message = "a function without a name is written `|x| ..` in Rune"
            yield Finding("RN035", tokens.starts[i], tokens.ends[i], message, fix=fix)
            continue
        edits = (
            Edit(tokens.starts[i], tokens.ends[i + 1], "|"),
            Edit(tokens.starts[close], tokens.ends[close], "|"),
        )
        fix = Fix(True, "Write `|..|`", edits)
        message = "a function without a name is written `|x| ..` in Rune"
        yield Finding("RN035", tokens.starts[i], tokens.ends[i], message, fix=fix)


RULE = Rule(
    code="RN035",
    name="arrow-function",
    summary="`x => x + 1`, `(a, b) => a + b`, `function (x) { .. }`: a function without a name is written `|x| ..`.",
    why="""\
`=>` belongs to the arms of a `match` in Rune. The parameters of a closure stand between bars, and its body follows:
`|x| x + 1`, `|a, b| { .. }`. A `return` in the body leaves the closure only, as in JavaScript.

The repair writes the bars. A function that is kept in a constant of the file, `const double = (x) => x * 2;`, becomes a
function: `fn double(x) { x * 2 }`; so does a closure of Rune there.
""",
    before="""\
pub async fn call(args) {
    args.a.iter().map(x => x + 1).collect::<Vec>()
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().map(|x| x + 1).collect::<Vec>()
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("=>", "function", "fn (", "fn(", "fun", "= |", "=|", "async |"),
)
