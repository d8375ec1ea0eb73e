"""RN168: numbers of JavaScript and Python, which are of one kind: `a / b` gives a fraction, and `n * 1.5` takes any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.languages import by_author, divides_truly, is_python
from crucible_tools.rune.rules.operands import has_comment, is_operand
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.true_division import in_floats
from crucible_tools.rune.syntax.nodes import Binary, Call, Cast, Field, Index, Literal, MethodCall, Paren, Path, Range
from crucible_tools.rune.types.values import FLOAT, INT, NUMBER

_READ: Final = (Path, Field, Index)
_ROUNDING: Final = frozenset({"floor", "ceil", "round", "trunc", "int", "parseInt", "floor_div", "whole_part"})


def check(script: Script) -> Iterator[Finding]:
    """Finds divisions of what may be integers, and floats with what may be one, in sources in these languages."""
    if divides_truly(script):
        yield from sorted((*_divisions(script), *_mixed(script)), key=lambda item: item.start)


def _mixed(script: Script) -> Iterator[Finding]:
    """`price * 0.9`, where nobody knows what the price is."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op not in ("+", "-", "*") or not by_author(script, node):
            continue
        for one, other in ((node.left, node.right), (node.right, node.left)):
            value = script.types.of(one)
            if not isinstance(other, Literal) or other.kind != "float" or not isinstance(one, _READ):
                continue
            if not value.may(INT) or value.only(INT | FLOAT):
                continue  # what is known to be a number is another rule's
            end = script.end(one)
            fix = Fix(True, "Write `as f64`", (Edit(end, end, " as f64"),))
            message = f"`{node.op}` takes two numbers of one type in Rune, and `{script.source(one)}` may be an integer"
            yield Finding("RN168", tokens.starts[node.token], tokens.ends[node.token], message, "warning", fix=fix)


def _divisions(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op != "/" or not by_author(script, node) or _is_whole_anyway(script, node):
            continue
        left, right = script.types.of(node.left), script.types.of(node.right)
        if left.only(FLOAT) or right.only(FLOAT) or not left.may(NUMBER) or not right.may(NUMBER):
            continue
        if isinstance(node.left, Cast) or isinstance(node.right, Cast):
            continue
        start, end = tokens.starts[node.token], tokens.ends[node.token]
        message = "`/` of two integers leaves the rest away in Rune"
        yield Finding("RN168", start, end, message, "warning", fix=_fix(script, node))


def _is_whole_anyway(script: Script, node: Binary) -> bool:
    """Whether an integer is needed, or another repair divides."""
    for up in node.up():
        if isinstance(up, Index | Range):
            return True
        if isinstance(up, Call | MethodCall):
            name = script.word(up.name) if isinstance(up, MethodCall) else script.source(up.callee).rpartition(".")[2]
            return name in _ROUNDING or (isinstance(up, Call) and isinstance(up.callee, Path) and name in _ROUNDING)
        if not isinstance(up, Binary | Paren | Cast) and not hasattr(up, "items"):
            return False
    return False


def _fix(script: Script, node: Binary) -> Fix | None:
    start, end = script.start(node), script.end(node)
    if has_comment(script, start, end):
        return None
    if is_python(script):
        text = in_floats(script, node)
        return Fix(True, "Divide floats", (Edit(start, end, text),)) if text is not None else None
    if isinstance(node.right, Literal) and isinstance(node.left, Literal):
        return None
    function, additions = inserted(script, node, "divided")
    edits = (
        Edit(start, start, f"{function}("),
        Edit(script.end(node.left), script.start(node.right), ", "),
        Edit(end, end, ")"),
    )
    whole = isinstance(node.parent, Paren) and not is_operand(node.parent)
    if whole and node.parent is not None:
        outer = (script.start(node.parent), script.end(node.parent))
        edits = (Edit(outer[0], start, f"{function}("), edits[1], Edit(end, outer[1], ")"))
    return Fix(True, f"Call a function `{function}` that the repair adds", edits, additions)


RULE = Rule(
    code="RN168",
    name="one-kind-of-number",
    summary="`total / count` in JavaScript or Python gives a fraction, and `n * 1.5` takes an integer.",
    why="""\
In Rune `7 / 2` is `3`, as in Rust: an integer by an integer gives an integer. In JavaScript and Python it is `3.5`. The
rule speaks of sources that do not compile since they are written in one of these.

Nor do integers and floats mix in Rune: `price * 0.9` is an error where the price is `10`. The repair writes `price as
f64`, which leaves a float alone.

The repair divides floats in a source in Python. In one in JavaScript it adds a private function that gives an integer
where nothing is left over, and a float else, as JavaScript shows them. Where an integer is needed, as in an index, and
inside of `Math.floor(..)` and its like, it leaves the division alone.
""",
    before="""\
pub async fn call(args) {
    const mean = args.a / 2;
    return mean === 0 ? "none" : mean;
}
""",
    after="""\
pub async fn call(args) {
    let mean = divided(args.a, 2);
    return if mean == 0 { "none" } else { mean };
}

fn divided(number, by) {
    if !(number is f64) && !(by is f64) && by != 0 && number % by == 0 {
        return number / by;
    }
    number as f64 / by as f64
}
""",
    kind=Kind.LIKELY,
    fix="sometimes",
    check=check,
    words=("/", "*", "+", "-"),
)
