"""RN064: `x in list`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.operands import has_comment, tight
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Expr, Unary
from crucible_tools.rune.types.values import LIST, OBJECT, STRING

_IS_IN: Final = """\
fn NAME(whole, part) {
    if whole is String {
        whole.contains(part)
    } else if whole is Object {
        whole.contains_key(part)
    } else {
        whole.iter().any(|item| item == part)
    }
}
"""


def check(script: Script) -> Iterator[Finding]:
    """Finds `in` between two values."""
    tokens = script.tree.tokens
    for node in script.tree.of(Binary):
        if node.op not in ("in", "not in") or script.word(node.first - 1) == "foreach":
            continue
        left = node.left
        apart = node.op == "not in"
        denied = isinstance(left, Unary) and left.op in ("not", "!")
        if isinstance(left, Unary) and denied:
            left = left.operand  # Python reads `not x in y` as `not (x in y)`
        item, whole = script.source(left), script.source(node.right)
        start, end = tokens.starts[node.token], tokens.ends[node.token]
        sign = "!" if denied or apart else ""
        end = tokens.ends[node.token + apart]
        if item == "not":
            # `x not in list`: what stands in front was read apart from it.
            item, sign = _in_front(script, node.first), "!"
            start = tokens.starts[node.first]
        choices = (
            f"{sign}{whole}.iter().any(|item| item == {item})",
            f"{sign}{whole}.contains_key({item})",
            f"{sign}{whole}.contains({item})",
        )
        message = "`in` belongs to `for` in Rune: lists, objects and strings are asked in different ways"
        hint = f"for a list `{choices[0]}`, for an object `{choices[1]}`, for a string `{choices[2]}`"
        begin = _begin(script, node.first) if sign and not denied and not apart else script.start(node.left)
        fix = _fix(script, node, begin, choices)
        if fix is None and tight(node.right) and not has_comment(script, begin, script.end(node)):
            fix = _asked(script, node, begin, f"({whole}, {item})", sign)
            yield Finding("RN064", start, end, message, hint=hint, choices=choices, fix=fix)
        elif fix is not None:
            yield Finding("RN064", start, end, message, fix=fix)
        else:
            yield Finding("RN064", start, end, message, hint=hint, choices=choices)


def _fix(script: Script, node: Binary, begin: int, choices: tuple[str, str, str]) -> Fix | None:
    """The way to ask that the type of the right side tells."""
    whole, end = script.types.of(node.right), script.end(node)
    number = 0 if whole.only(LIST) else 1 if whole.only(OBJECT) else 2 if whole.only(STRING) else -1
    if number < 0 or not tight(node.right) or not _is_item(node.left) or has_comment(script, begin, end):
        return None
    return Fix(True, "Ask what the right side is", (Edit(begin, end, choices[number]),))


def _is_item(left: Expr) -> bool:
    return tight(left.operand if isinstance(left, Unary) and left.op in ("not", "!") else left)


def _asked(script: Script, node: Binary, begin: int, arguments: str, sign: str) -> Fix:
    """A function that looks at what it is given, where nothing says what that is."""
    name, addition = script.helper(node, "is_in", _IS_IN)
    edit = Edit(begin, script.end(node), f"{sign}{name}{arguments}")
    added = (addition,) if addition is not None else ()
    # What never compiled gave no answer for any of them, and the function gives the right one for each.
    return Fix(script.compiles is False, f"Call a function `{name}` that the repair adds", (edit,), added)


def _begin(script: Script, token: int) -> int:
    """Where the name or literal in front of a token begins."""
    return script.tree.tokens.starts[_first(script, token)]


def _in_front(script: Script, token: int) -> str:
    """The name or literal in front of a token."""
    tokens = script.tree.tokens
    first = _first(script, token)
    return script.text[tokens.starts[first] : tokens.ends[token - 1]] if token > 0 else "x"


def _first(script: Script, token: int) -> int:
    """The first token of the name or literal in front of a token."""
    first = max(token - 1, 0)
    while first > 1 and script.word(first - 1) == "." and script.tree.tokens.kinds[first - 2] == "name":
        first -= 2
    return first


RULE = Rule(
    code="RN064",
    name="in-operator",
    summary="`if x in list {`: `in` belongs to `for`, there is no such operator.",
    why="""\
Python and JavaScript ask with `in` whether something is part of something else. In Rune a list is asked with
`list.iter().any(|item| item == x)`, an object with `object.contains_key(x)`, a string with `text.contains(x)`.

The repair asks in the way that fits what is known of the right side. Where nothing is known, it adds a function that
looks at what it gets; that is unsafe, since the items of a list must be of one type to be compared.
""",
    before="""\
pub async fn call(args) {
    let known = ["a", "b"];
    if args.a in known { 1 } else { 2 }
}
""",
    after="""\
pub async fn call(args) {
    let known = ["a", "b"];
    if known.iter().any(|item| item == args.a) { 1 } else { 2 }
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=(" in ",),
)
