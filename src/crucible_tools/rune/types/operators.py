"""What operators give."""

from __future__ import annotations

from typing import Final

from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    COUNT,
    FLOAT,
    INT,
    LIST,
    NUMBER,
    OTHER,
    STRING,
    UNIT,
    UNKNOWN,
    Value,
    join,
    plain,
)  # fmt: skip

_TESTS: Final = frozenset({"==", "!=", "<", ">", "<=", ">=", "===", "!==", "in", "instanceof"})
_SUMS: Final = frozenset({"+", "-", "*", "/", "%", "**"})
_BITS: Final = frozenset({"&", "|", "^"})


def binary(op: str, left: Value, right: Value) -> Value:
    """What `left op right` gives."""
    if op in _TESTS:
        return plain(BOOL)
    if op in ("||", "or"):
        # Whatever is not `true` on the left gives the right side.
        return join(plain(BOOL), right) if left.may(BOOL) else right
    if op in ("&&", "and"):
        return join(plain(BOOL), right) if left.may(BOOL) else plain(BOOL)
    if op == "??":
        return join(left.without(UNIT), right)
    if not left.kinds or not right.kinds:
        return Value(0)
    if op in _SUMS:
        return _sum(op, left, right)
    if left.may(OTHER):
        return UNKNOWN
    if op in _BITS:
        both = left.kinds & right.kinds & (INT | BOOL)
        return plain(both or INT)
    return plain(INT)


def _sum(op: str, left: Value, right: Value) -> Value:
    if left.may(OTHER):
        return UNKNOWN
    if left == COUNT and right.may(INT):
        return COUNT  # the left side decides
    kinds = left.kinds & right.kinds & NUMBER
    if op == "+" and left.may(STRING) and right.may(STRING):
        kinds |= STRING
    if kinds:
        return plain(kinds)
    # It fails; what was meant?
    if op == "+" and (left.only(LIST) or right.only(LIST)):
        return join(left.narrowed(LIST), right.narrowed(LIST))
    if op == "+" and (left.may(STRING) or right.may(STRING)):
        return plain(STRING)
    if op == "+" and left.may(LIST):
        return join(left.narrowed(LIST), right.narrowed(LIST))
    return plain(FLOAT) if left.may(NUMBER) and right.may(NUMBER) else UNKNOWN


def assigned(op: str, old: Value, new: Value) -> Value:
    """What a variable is after `variable op new`; `op` is `=`, `+=` and so on."""
    return new if op == "=" else binary(op[:-1], old, new)


def unary(op: str, operand: Value) -> Value:
    """What `op operand` gives."""
    match op:
        case "-" | "+":
            return plain(operand.kinds & NUMBER or NUMBER)
        case "!":
            return UNKNOWN if operand.kinds == ANY else plain(operand.kinds & (BOOL | INT) or BOOL)
        case "&" | "&mut" | "*" | "&&":
            return operand
        case "not":
            return plain(BOOL)
        case "typeof":
            return plain(STRING)
        case _:
            return UNKNOWN
