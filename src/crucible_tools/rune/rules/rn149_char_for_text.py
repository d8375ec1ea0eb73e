"""RN149: a char where only a text can stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.char_patterns import as_string
from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Binary, Call, Expr, Function, Index, Literal, MethodCall
from crucible_tools.rune.types.values import JSON, OBJECT, STRING

_KEYED: Final = {"get": 1, "contains_key": 1, "remove": 1, "insert": 2}
"""Methods of objects that begin with a key, and how many arguments they take."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `o['k']`, `o.get('k')`, `path + '/'`, and chars that a host function gets."""
    if "char" not in script.tree.tokens.kinds:
        return
    found: list[Finding] = []
    for index in script.tree.of(Index):
        if _is_char(index.index) and script.types.of(index.base).may(OBJECT):
            found.append(_finding(script, index.index, "no value has an index that is a char"))
    for method in script.tree.of(MethodCall):
        items, name = method.args.items, script.word(method.name)
        if _KEYED.get(name) != len(items) or not _is_char(items[0]) or name in _own_methods(script):
            continue
        if script.types.of(method.base).may(OBJECT):
            found.append(_finding(script, items[0], f"`{name}` takes a text: nothing has keys that are chars"))
    for call in script.tree.of(Call):
        chars = [item for item in call.args.items if _is_char(item)]
        info = script.types.host(call) if chars else None
        if info is not None:
            found += [_finding(script, item, f"`{info.name}` takes a text, no char") for item in chars]
    found += _sums(script)
    yield from sorted(found, key=lambda item: item.start)


def _is_char(expr: object) -> bool:
    return isinstance(expr, Expr) and isinstance(inner := bare(expr), Literal) and inner.kind == "char"


@remembered
def _own_methods(script: Script) -> frozenset[str]:
    """The functions of the source itself: methods of its own structs may take chars."""
    names = {script.word(item.name) for item in script.tree.of(Function) if item.name is not None}
    return frozenset(names)


def _sums(script: Script) -> Iterator[Finding]:
    """Finds chars that are added to what came in from outside; of what is known to be a text RN114 speaks."""
    for node in script.tree.of(Binary):
        if node.op == "+":
            for char, other in ((node.left, node.right), (node.right, node.left)):
                if _is_char(char) and _is_data(script, other):
                    yield _finding(script, char, "a char cannot be added to anything")
                    break
    for node in script.tree.of(Assign):
        if node.op == "+=" and _is_char(node.value) and _is_data(script, node.target):
            yield _finding(script, node.value, "a char cannot be added to anything")


def _is_data(script: Script, expr: Expr) -> bool:
    value = script.types.of(expr)
    return value.only(JSON) and value.may(STRING) and not value.only(STRING)


def _finding(script: Script, expr: object, why: str) -> Finding:
    assert isinstance(expr, Expr)
    literal = bare(expr)
    start, end = script.start(literal), script.end(literal)
    char = script.source(literal)
    text = as_string(char)
    fix = Fix(True, f"Write `{text}`", (Edit(start, end, text),))
    return Finding("RN149", start, end, f"`{char}` is a char, and {why}", fix=fix)


RULE = Rule(
    code="RN149",
    name="char-for-text",
    summary="`object['k']`, `path + '/'`: one sign between single quotes is a char, and no text.",
    why="""\
In Python and JavaScript single quotes hold texts. In Rune `'k'` is a char: no object has it for a key, nothing can be
added to it, and no host function takes it. It compiles, and fails whenever it is reached.

The repair writes double quotes. It is safe, because the call always failed there.
""",
    before="""\
pub async fn call(args) {
    args.o['k'] + '/'
}
""",
    after="""\
pub async fn call(args) {
    args.o["k"] + "/"
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("['", "('", "+ '", "+'", "' +", "'+", ", '", "[ '", "= '"),
)
