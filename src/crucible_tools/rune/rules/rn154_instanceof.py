"""RN154: `instanceof`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import MOST
from crucible_tools.rune.rules.operands import around, tight
from crucible_tools.rune.rules.purity import is_pure
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Binary, Path, Struct, Unary

_TYPES: Final = {
    "Array": "Vec",
    "Boolean": "bool",
    "Object": "Object",
    "String": "String",
    "bool": "bool",
    "f64": "f64",
    "i64": "i64",
    "Vec": "Vec",
}
"""What Rune calls a type of JavaScript's; its own names too."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `x instanceof String`."""
    tokens = script.tree.tokens
    own = {script.word(item.name) for item in script.tree.of(Struct) if item.name is not None}
    for node in script.tree.of(Binary):
        if node.op != "instanceof":
            continue
        name = node.right.name if isinstance(node.right, Path) else None
        type_ = name if name in own else _TYPES.get(name or "")
        fix = _number(script, node) if name == "Number" else _fix(script, node, type_) if type_ else None
        message = "there is no `instanceof` in Rune: `is` asks for a type"
        hint = None if fix else "`x is String`, `x is Vec`, `x is Object`, `x is i64`"
        yield Finding("RN154", tokens.starts[node.token], tokens.ends[node.token], message, hint=hint, fix=fix)


def _fix(script: Script, node: Binary, type_: str) -> Fix:
    tokens = script.tree.tokens
    sign = Edit(tokens.starts[node.token], tokens.ends[node.token], "is")
    named = Edit(script.start(node.right), script.end(node.right), type_)
    # An object of JavaScript's may be a list, too.
    safe = type_ != "Object"
    left = node.left
    if isinstance(left, Unary) and left.op == "!":  # nobody means `(!x) instanceof T`
        start = script.start(left)
        edits = (Edit(start, script.start(left.operand), ""), Edit(sign.start, sign.end, "is not"), named)
        return Fix(safe, f"Write `is not {type_}`", edits)
    wrapped = () if tight(left) else around(script, left, "", "")
    return Fix(safe, f"Write `is {type_}`", (*wrapped, sign, named))


def _number(script: Script, node: Binary) -> Fix | None:
    """Numbers are two types in Rune, so that what is asked about is written twice."""
    left = node.left
    if left.last - left.first > MOST or not tight(left) or not is_pure(script, left):
        return None
    value = script.source(left)
    text = f"({value} is i64 || {value} is f64)"
    return Fix(True, f"Write `{text}`", (Edit(script.start(node), script.end(node), text),))


RULE = Rule(
    code="RN154",
    name="instanceof",
    summary="`x instanceof Array`: Rune asks with `is`, `x is Vec`.",
    why="""\
The types of Rune have names of their own: `String`, `i64`, `f64`, `bool`, `Vec`, `Object`.

The repair writes `is` for strings, numbers, truth values, lists, objects and the structs of the file. It is unsafe for
`Object`, because a list is one in JavaScript. Other types, such as `Date` and `Error`, Rune has not: they are only
reported.
""",
    before="""\
pub async fn call(args) {
    args.a instanceof Array
}
""",
    after="""\
pub async fn call(args) {
    args.a is Vec
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("instanceof",),
)
