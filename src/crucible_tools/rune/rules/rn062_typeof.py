"""RN062: `typeof`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.purity import is_pure
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Literal, Node, Paren, Unary

_TYPES: Final = {
    "string": "{0} is String",
    "boolean": "{0} is bool",
    "number": "({0} is i64 || {0} is f64)",
    "undefined": "{0} is Tuple",
}


def check(script: Script) -> Iterator[Finding]:
    """Finds `typeof x`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Unary):
        if node.op != "typeof":
            continue
        start, end = tokens.starts[node.first], tokens.ends[node.first]
        message = "there is no `typeof` in Rune: `is` asks for a type"
        hint = "`x is String`, `x is Vec`, `x is Object`, `x is i64`"
        fix = _fix(script, node) or _asked(script, node)
        yield Finding("RN062", start, end, message, hint=None if fix else hint, fix=fix)


def _asked(script: Script, node: Unary) -> Fix | None:
    """A function that names the type as JavaScript does."""
    begin, end = script.start(node), script.end(node)
    if has_comment(script, begin, end):
        return None
    function, additions = inserted(script, node, "type_of")
    edits = (Edit(begin, script.start(node.operand), f"{function}("), Edit(end, end, ")"))
    if isinstance(node.operand, Paren):
        edits = (Edit(begin, script.start(node.operand), function),)
    return Fix(True, f"Call a function `{function}` that the repair adds", edits, additions)


def _fix(script: Script, node: Unary) -> Fix | None:
    whole: Node | None = node.parent
    if not isinstance(whole, Binary) or whole.left is not node or not isinstance(whole.right, Literal):
        return None
    form = _TYPES.get(script.source(whole.right)[1:-1])
    if form is None or whole.op not in ("==", "===", "!=", "!==") or not is_pure(script, node.operand):
        return None
    text = form.format(script.source(node.operand))
    if whole.op in ("!=", "!=="):
        text = f"!{text}" if text.startswith("(") else text.replace(" is ", " is not ")
    return Fix(True, f"Write `{text}`", (Edit(script.start(whole), script.end(whole), text),))


RULE = Rule(
    code="RN062",
    name="typeof",
    summary='`typeof x === "string"`: Rune asks with `is`, `x is String`.',
    why="""\
The types of Rune have names of their own: `String`, `i64`, `f64`, `bool`, `Vec`, `Object`, and `Tuple` for `()`.

The repair writes `is` for strings, numbers, truth values and `undefined`. What JavaScript calls an object may be one
of several types in Rune: there, and where the name itself is wanted, it adds a private function that gives the name.
""",
    before="""\
pub async fn call(args) {
    typeof args.a === "string"
}
""",
    after="""\
pub async fn call(args) {
    args.a is String
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("typeof",),
)
