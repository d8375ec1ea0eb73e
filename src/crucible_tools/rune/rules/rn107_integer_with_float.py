"""RN107: integer with float."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.comparisons import EQUALITY, ORDER, literal_of
from crucible_tools.rune.rules.operands import bare, same, tight
from crucible_tools.rune.rules.reads import came_in, is_undeclared_argument, mentions, single_name
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Expr,
    Is,
    Let,
    Literal,
    Match,
    MethodCall,
    Node,
    Paren,
    Path,
    Template,
    Unary,
)  # fmt: skip
from crucible_tools.rune.types.values import FLOAT, INT, NUMBER, UNIT, Value

_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})
_COMPOUND: Final = frozenset({"+=", "-=", "*=", "/=", "%="})
_TWO: Final = frozenset({"min", "max"})
"""Methods of numbers that take another of the same type."""
_EXACT: Final = 2**53
"""Up to here a float tells every integer from the next one."""
_WRITTEN: Final = re.compile(r"-?[\d_]+\.([\d_]*)")
_DEEPEST: Final = 40
"""Parts of the longest sum that is looked at as a whole."""


def check(script: Script) -> Iterator[Finding]:
    """Finds integers that are combined with floats."""
    found: list[Finding] = []
    around: set[Node] = set()
    # The innermost first: what is inside of a finding needs no second one around it.
    for node in reversed(script.tree.of(Binary)):
        if node.op in _ARITHMETIC or node.op in EQUALITY or node.op in ORDER:
            finding = _binary(script, node, around)
            if finding is not None:
                _mark(node, around)
                found.append(finding)
    for node in script.tree.of(Assign):
        if node.op in _COMPOUND or node.op == "=":
            finding = _assigned(script, node)
            if finding is not None:
                found.append(finding)
    for call in script.tree.of(MethodCall):
        if script.word(call.name) in _TWO and len(call.args.items) == 1:
            finding = _method(script, call)
            if finding is not None:
                found.append(finding)
    yield from sorted(found, key=lambda item: item.start)


def _binary(script: Script, node: Binary, around: set[Node]) -> Finding | None:
    left, right = script.types.of(node.left), script.types.of(node.right)
    mixed = _mixed(left, right) or _mixed(right, left) or _unknown(script, node, left, right)
    if not mixed:
        forced = node.op in _ARITHMETIC and _meets_float(script, node)
        mixed = "some" if forced and _whole_and_number(left, right) else None
    if node in around or _grows(script, node):
        return None
    if mixed is None:
        return _compared(script, node, left, right)
    if mixed == "some" and (_asked(script, node.left) or _asked(script, node.right)):
        return None
    edits = (*_as_float(script, node.left, left), *_as_float(script, node.right, right))
    if not edits:
        return None
    tokens = script.tree.tokens
    sides = f"`{script.source(node.left)}` and `{script.source(node.right)}`"
    certain = mixed == "all"
    text = (
        f"{sides} are an integer and a float, and `{node.op}` takes two of one type"
        if certain
        else f"one of {sides} may be an integer where the other is a float, and `{node.op}` takes two of one type"
    )
    return Finding(
        "RN107",
        tokens.starts[node.token],
        tokens.ends[node.token],
        text,
        "error" if certain else "warning",
        fix=Fix(True, "Make floats of both", edits),
    )


def _mixed(one: Value, other: Value) -> str | None:
    """Whether a float meets what is an integer: `all` the time, for `some` values, or never."""
    if not one.only(FLOAT):
        return None
    if other.only(INT):
        return "all"
    return "some" if other.may(INT) and other.only(NUMBER | UNIT) and other.data else None


def _unknown(script: Script, node: Binary, left: Value, right: Value) -> str | None:
    """The same, where nothing says what comes in: in JSON, 2 is as good a number as 2.5."""
    for one, other, factor in ((left, node.right, node.left), (right, node.left, node.right)):
        scaled = one.only(FLOAT) and _is_scaled(node, script.source(factor)) and _is_data(script, other)
        if scaled or (one.only(FLOAT) and is_undeclared_argument(script, other)):
            return "some"
    return None


def _is_scaled(node: Binary, factor: str) -> bool:
    """Whether a float is written out, and not because its author knows that it meets one: `+ 1.0` is `+ 1` else."""
    found = _WRITTEN.fullmatch(factor)
    return found is not None and (node.op in ("*", "/") or found[1].strip("0") != "")


def _is_data(script: Script, expr: Expr) -> bool:
    """Whether a number came in, or was made of nothing but such numbers and integers."""
    parts, at = [expr], 0
    while at < len(parts) < _DEEPEST:
        inner = bare(parts[at])
        if isinstance(inner, Binary) and inner.op in _ARITHMETIC and not script.types.of(inner).only(FLOAT):
            parts += (inner.left, inner.right)
        elif not came_in(script, inner) and not (isinstance(inner, Literal) and inner.kind == "int"):
            return False
        at += 1
    return any(came_in(script, bare(part)) for part in parts)


def _compared(script: Script, node: Binary, left: Value, right: Value) -> Finding | None:
    """`args.price > 10` where the schema says `number`: that works for 12, and not for 12.5."""
    if node.op not in EQUALITY and node.op not in ORDER:
        return None
    for tested, value, other in ((node.left, left, node.right), (node.right, right, node.left)):
        literal = literal_of(other)
        if literal is None or literal.kind != "int" or not value.data or value.without(UNIT).kinds != NUMBER:
            continue
        if _asked(script, tested):
            return None
        digits = script.source(literal).replace("_", "")
        if not digits.isdecimal() or int(digits[:20]) > _EXACT or not tight(tested):
            return None
        ends = [script.end(tested), script.end(literal)]
        edits = [Edit(ends[0], ends[0], " as f64"), Edit(ends[1], ends[1], ".0")]
        tokens = script.tree.tokens
        return Finding(
            "RN107",
            tokens.starts[node.token],
            tokens.ends[node.token],
            f"`{script.source(tested)}` may be a float by its schema, and `{node.op}` takes two of one type",
            "warning",
            fix=Fix(True, "Compare two floats", tuple(sorted(edits, key=lambda edit: edit.start))),
        )
    return None


def _asked(script: Script, expr: Expr) -> bool:
    """Whether a function asks what number a value is."""
    return any(isinstance(other.parent, (Is, Match)) for other in mentions(script, bare(expr)))


def _whole_and_number(one: Value, other: Value) -> bool:
    for left, right in ((one, other), (other, one)):
        if left.only(INT) and right.only(NUMBER) and right.may(FLOAT) and right.data:
            return True
    return False


def _meets_float(script: Script, node: Binary) -> bool:
    """Whether the result is combined with a float."""
    here: Expr = node
    for up in itertools.islice(node.up(), _DEEPEST):
        if isinstance(up, Binary) and (up.op in _ARITHMETIC or up.op in ORDER):
            other = up.right if up.left is here else up.left
            if script.types.of(other).only(FLOAT):
                return True
        elif not isinstance(up, Paren):
            return False
        here = up
    return False


def _mark(node: Binary, around: set[Node]) -> None:
    """Remembers the sums that a finding is part of."""
    for up in node.up():
        if not isinstance(up, (Binary, Paren)) or up in around:
            return
        around.add(up)


def _grows(script: Script, node: Binary) -> bool:
    """Whether it is the value of `x = x + 1.5`, where the beginning of `x` is to be mended."""
    up = node.parent
    return isinstance(up, Assign) and up.op == "=" and _begins_whole(script, up) is not None


def _as_float(script: Script, expr: Expr, value: Value, depth: int = 0) -> tuple[Edit, ...]:
    """Edits that make a float of a number; none if it is one."""
    if value.only(FLOAT):
        return ()
    inner = bare(expr)
    start, end = script.start(expr), script.end(expr)
    literal = inner.operand if isinstance(inner, Unary) and inner.op == "-" else inner
    if isinstance(literal, Literal) and literal.kind == "int" and inner is expr:
        dot = ".0" if script.source(literal).replace("_", "").isdigit() else " as f64"
        return (Edit(end, end, dot),)
    if isinstance(inner, Binary) and inner.op in ("+", "-", "*", "/") and not value.only(INT) and depth < _DEEPEST:
        sides = (inner.left, inner.right)
        return tuple(edit for side in sides for edit in _as_float(script, side, script.types.of(side), depth + 1))
    if tight(expr) or (isinstance(expr, Unary) and expr.op == "-"):
        return (Edit(end, end, " as f64"),)
    return Edit(start, start, "("), Edit(end, end, ") as f64")


def become_floats(script: Script) -> set[Let]:
    """The variables that begin as integers, and are to begin as floats."""
    begun = (_begins_whole(script, node) for node in script.tree.of(Assign))
    return {one[0] for one in begun if one is not None}


def _begins_whole(script: Script, node: Assign) -> tuple[Let, Literal, bool] | None:
    """The `let n = 0` of a variable to which floats are added, and whether nothing else is."""
    target = bare(node.target)
    if not isinstance(target, Path) or target.name is None or not _adds_float(script, node, target):
        return None
    let = script.types.binding(target)
    if not isinstance(let, Let) or single_name(script, let) is None:
        return None
    literal = bare(let.value) if let.value is not None else None
    if not isinstance(literal, Literal) or literal.kind != "int":
        return None
    pure = _pure(script)
    if let not in pure:
        pure[let] = _is_pure(script, let)
    return let, literal, pure[let]


@remembered
def _pure(script: Script) -> dict[Let, bool]:
    """What was found out about variables that begin as integers."""
    del script
    return {}


def _is_pure(script: Script, let: Let) -> bool:
    """Whether everything that is done with a variable goes well with a float."""
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, Assign) and up.target is use:
            if not _adds_float(script, up, use):
                return False
            continue
        meets = isinstance(up, Binary) and _meets_whole(script, up, use) and not _is_own(script, use, let)
        if meets or isinstance(up, Template):
            return False
    return True


def _is_own(script: Script, use: Path, let: Let) -> bool:
    """Whether a use stands in `x = x + ..`."""
    for up in use.up():
        if isinstance(up, Assign):
            return isinstance(up.target, Path) and script.types.binding(up.target) is let
        if not isinstance(up, (Binary, Paren)):
            return False
    return False


def _meets_whole(script: Script, node: Binary, use: Path) -> bool:
    other = node.right if node.left is use else node.left
    return script.types.of(other).only(INT)


def _adds_float(script: Script, node: Assign, target: Path) -> bool:
    if node.op in _COMPOUND:
        return script.types.of(node.value).only(FLOAT)
    value = bare(node.value)
    if node.op != "=" or not isinstance(value, Binary) or value.op not in _ARITHMETIC:
        return False
    for one, other in ((value.left, value.right), (value.right, value.left)):
        if same(script, one, target) and script.types.of(other).only(FLOAT):
            return True
    return False


def _assigned(script: Script, node: Assign) -> Finding | None:
    tokens = script.tree.tokens
    begun = _begins_whole(script, node)
    if begun is not None:
        let, literal, pure = begun
        end = script.end(literal)
        name = script.source(node.target)
        text = script.source(literal).replace("_", "")
        fix = Fix(pure, f"Let `{name}` begin as a float", (Edit(end, end, ".0"),)) if text.isdigit() else None
        message = f"`{name}` begins as the integer `{script.source(literal)}`, and a float cannot be added to that"
        del let
    elif node.op in _COMPOUND:
        target, value = script.types.of(node.target), script.types.of(node.value)
        if target.only(FLOAT) and value.only(INT):
            fix = Fix(True, "Make a float of it", _as_float(script, node.value, value))
            message = f"`{script.source(node.target)}` is a float, and `{node.op}` takes two of one type"
        elif target.only(INT) and value.only(FLOAT):
            fix = None
            message = f"`{script.source(node.target)}` is an integer, and `{node.op}` takes two of one type"
        else:
            return None
    else:
        return None
    hint = None if fix else "let it begin as a float"
    return Finding("RN107", tokens.starts[node.token], tokens.ends[node.token], message, hint=hint, fix=fix)


def _method(script: Script, call: MethodCall) -> Finding | None:
    argument = call.args.items[0]
    if not isinstance(argument, Expr):
        return None
    base, given = script.types.of(call.base), script.types.of(argument)
    if not (base.only(NUMBER) and given.only(NUMBER)) or base.kinds & given.kinds:
        return None
    edits: tuple[Edit, ...]
    if base.only(INT):
        start, end = script.start(call.base), script.end(call.base)
        inner = bare(call.base)
        if isinstance(inner, Literal) and inner is call.base:
            edits = (Edit(end, end, ".0"),)
        else:
            edits = (Edit(start, start, "("), Edit(end, end, " as f64)"))
    else:
        edits = _as_float(script, argument, given)
    tokens = script.tree.tokens
    return Finding(
        "RN107",
        tokens.starts[call.name],
        tokens.ends[call.name],
        f"`{script.word(call.name)}` takes two numbers of one type, and gets an integer and a float",
        fix=Fix(True, "Make floats of both", edits),
    )


RULE = Rule(
    code="RN107",
    name="integer-with-float",
    summary="`bytes / 1024.0`, `2 * rate`: an integer and a float do not go together, and nothing converts them.",
    why="""\
`3 / 2.0` is an error in Rune, and so are `3 < 2.5` and `1.0 == 1`. Numbers that come in from outside are integers or
floats by how they are written there: `2` is an integer, even where the schema says `number`.

`x as f64` makes a float of an integer and leaves a float alone, so it fits wherever a float is wanted. The repair
puts it there, or writes `2.0` for `2`. It is safe, because two different types never gave a result.

A `number` of the schema that is compared with an integer, as in `args.price > 10`, works until somebody sends 12.5.
There both sides become floats too: the answer for 12 stays the same.
""",
    before="""\
pub async fn call(args) {
    args.a / 2.0
}
""",
    after="""\
pub async fn call(args) {
    args.a as f64 / 2.0
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
)
