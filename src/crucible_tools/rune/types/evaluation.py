"""What each form of expression gives, out of what its parts give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from crucible_tools.rune.syntax.nodes import (
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Cast,
    Closure,
    Expr,
    Field,
    For,
    If,
    Index,
    Is,
    Jump,
    LetCondition,
    List,
    Literal,
    Loop,
    Macro,
    Match,
    MethodCall,
    Object,
    Paren,
    Path,
    Range,
    Select,
    Statement,
    Template,
    Ternary,
    Try,
    Tuple,
    Unary,
    Unit,
    While,
)  # fmt: skip
from crucible_tools.rune.types import calls, operators, patterns
from crucible_tools.rune.types.functions import MACROS, MEANT_MACROS
from crucible_tools.rune.types.notation import constant
from crucible_tools.rune.types.values import (
    ANY,
    BOOL,
    BYTES,
    CHAR,
    FLOAT,
    FUNCTION,
    FUTURE,
    INT,
    NEVER,
    OBJECT,
    OPTION,
    OTHER,
    RANGE,
    RESULT,
    STRING,
    TUPLE,
    UNIT,
    UNKNOWN,
    Value,
    holder,
    join,
    joined,
    plain,
    record,
    together,
)  # fmt: skip
from crucible_tools.rune.types.written import of_cast

if TYPE_CHECKING:
    from crucible_tools.rune.types.inference import Types

_LITERALS: Final = {
    "int": INT,
    "float": FLOAT,
    "string": STRING,
    "rawstring": STRING,
    "bytes": BYTES,
    "char": CHAR,
    "byte": INT,
    "bool": BOOL,
}


def _literal(types: Types, node: Literal) -> Value:
    del types
    return plain(_LITERALS.get(node.kind, ANY))


def _kind(kind: int) -> Callable[[Types, Expr], Value]:
    value = plain(kind)

    def evaluated(types: Types, node: Expr) -> Value:
        del types, node
        return value

    return evaluated


def _never(types: Types, node: Expr) -> Value:
    del types, node
    return NEVER


def _paren(types: Types, node: Paren) -> Value:
    return types.value(node.inner) if node.inner is not None else UNKNOWN


def _list(types: Types, node: List) -> Value:
    items = node.items[:1] if node.repeat else node.items
    parts = [types.value(item) if isinstance(item, Expr) else UNKNOWN for item in items]
    return patterns.listed(parts)


def _tuple(types: Types, node: Tuple) -> Value:
    return together(*(types.value(item) if isinstance(item, Expr) else UNKNOWN for item in node.items))


def _object(types: Types, node: Object) -> Value:
    if node.style == "struct":
        return plain(OTHER)
    fields: dict[str, Value] = {}
    for entry in node.entries:
        if entry.spread:
            return plain(OBJECT)
        key = types.key(entry.key)
        fields[key] = types.value(entry.value) if entry.value is not None else types.named(entry, key)
    return record(fields, closed=True)


def _field(types: Types, node: Field) -> Value:
    base = types.value(node.base)
    if base.kinds in (ANY, OTHER):
        return types.structs.field(node)
    if not base.kinds:
        return base
    name = types.word(node.name)
    parts: list[Value] = []
    if base.may(OBJECT | TUPLE):
        parts.append(base.narrowed(base.kinds & (OBJECT | TUPLE)).field(name))
    if base.may(RANGE) and name in ("start", "end"):
        parts.append(base.narrowed(RANGE).inside)
    if base.may(OTHER):
        parts.append(UNKNOWN)
    return joined(parts) if parts else UNKNOWN


def _index(types: Types, node: Index) -> Value:
    if node.index is None:
        return UNKNOWN
    key = types.key(node.index.first) if isinstance(node.index, Literal) and node.index.kind == "string" else None
    return patterns.index(types.value(node.base), types.value(node.index), key)


def _await(types: Types, node: Await) -> Value:
    base = types.value(node.base)
    return base.inside if base.may(FUTURE) else base


def _try(types: Types, node: Try) -> Value:
    base = types.value(node.base)
    if base.kinds == ANY or not base.kinds:
        return base
    if base.only(FUTURE):
        # The `.await` was forgotten.
        base = base.inside
    if base.may(OPTION | RESULT):
        return join(base.narrowed(base.kinds & (OPTION | RESULT)).inside, UNKNOWN if base.may(OTHER) else NEVER)
    return base


def _unary(types: Types, node: Unary) -> Value:
    operand = types.value(node.operand)
    if node.op == "await":
        return operand.inside if operand.may(FUTURE) else operand
    return operators.unary(node.op, operand)


def _binary(types: Types, node: Binary) -> Value:
    # Sums of a hundred parts lean to the left: no recursion for these.
    spine: list[Binary] = [node]
    while isinstance(left := spine[-1].left, Binary) and types.unknown_yet(left):
        spine.append(left)
    found = types.value(spine[-1].left)
    for part in reversed(spine):
        found = operators.binary(part.op, found, types.value(part.right))
        types.keep(part, found)
    return found


def _ternary(types: Types, node: Ternary) -> Value:
    return join(types.value(node.yes), types.value(node.no))


def _range(types: Types, node: Range) -> Value:
    ends = [types.value(end) for end in (node.start, node.end) if end is not None]
    return holder(RANGE, joined(ends) if ends else plain(INT))


def _cast(types: Types, node: Cast) -> Value:
    return of_cast(types.text(node.type))


def _block(types: Types, node: Block) -> Value:
    if node.prefix == "async":
        return holder(FUTURE, _inside(types, node))
    return _inside(types, node)


def _inside(types: Types, node: Block) -> Value:
    if node.value is not None:
        return types.value(node.value)
    last = node.statements[-1] if node.statements else None
    if isinstance(last, Statement) and not types.value(last.expression).kinds:
        return NEVER
    return plain(UNIT)


def _if(types: Types, node: If) -> Value:
    found = NEVER
    link: Expr | None = node
    while isinstance(link, If):
        found = join(found, types.value(link.then))
        link = link.otherwise
    if link is None:
        return plain(UNIT)
    return join(found, types.value(link))


def _match(types: Types, node: Match) -> Value:
    found = joined(types.value(arm.body) for arm in node.arms)
    return found if types.exhausted(node) else join(found, plain(UNIT))


def _select(types: Types, node: Select) -> Value:
    return joined(types.value(arm.body) for arm in node.arms)


def _loop(types: Types, node: Loop) -> Value:
    return types.bodies.broken(node)


def _macro(types: Types, node: Macro) -> Value:
    name = node.path.text
    if name == "vec":
        return patterns.listed([types.value(item) if isinstance(item, Expr) else UNKNOWN for item in node.args.items])
    gives = MACROS.get(name) or MEANT_MACROS.get(name)
    return constant(gives) if gives else UNKNOWN


def _path(types: Types, node: Path) -> Value:
    return types.path(node)


BY_CLASS: Final[dict[type[Expr], Callable[[Types, Any], Value]]] = {
    Literal: _literal,
    Unit: _kind(UNIT),
    Path: _path,
    Template: _kind(STRING),
    Field: _field,
    MethodCall: calls.method_call,
    Call: calls.call,
    Macro: _macro,
    Index: _index,
    Await: _await,
    Try: _try,
    Unary: _unary,
    Binary: _binary,
    Ternary: _ternary,
    Assign: _kind(UNIT),
    Range: _range,
    Cast: _cast,
    Is: _kind(BOOL),
    Paren: _paren,
    Tuple: _tuple,
    List: _list,
    Object: _object,
    Block: _block,
    If: _if,
    LetCondition: _kind(BOOL),
    Match: _match,
    Select: _select,
    While: _kind(UNIT),
    Loop: _loop,
    For: _kind(UNIT),
    Closure: _kind(FUNCTION),
    Jump: _never,
}
"""What is known of the value of each class of expressions; of all others nothing is."""
