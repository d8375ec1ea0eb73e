"""The places of a source that ask whether something is true, and what people mean by a value that stands there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from crucible_tools.rune.rules.operands import bare, tight
from crucible_tools.rune.rules.reads import get_edits, mentions, optional
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.syntax.nodes import (
    Arm,
    Assign,
    Binary,
    Block,
    Closure,
    Expr,
    Field,
    For,
    If,
    Index,
    LetCondition,
    MethodCall,
    Node,
    Statement,
    Template,
    Unary,
    While,
)  # fmt: skip
from crucible_tools.rune.types.values import BOOL, FLOAT, INT, LIST, NUMBER, OBJECT, OPTION, RESULT, STRING, UNIT, Value

if TYPE_CHECKING:
    from crucible_tools.rune.rules.reads import Read
    from crucible_tools.rune.rules.script import Script

Role = Literal["if", "while", "guard", "closure", "operand", "not"]

_PREDICATES: Final = frozenset({"filter", "any", "all", "find", "take_while", "skip_while", "retain", "position"})
"""Methods whose closure says yes or no."""

_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%", "<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that is asked whether it is true.

    Args:
        expr: the value.
        role: where it stands; `operand` and `not` are operands of `&&`, `||` and `!` outside of conditions.
        negation: the `!` in front of it.
        site: the `if` whose condition it is all of.
    """

    expr: Expr
    role: Role
    negation: Unary | None = None
    site: If | None = None


@remembered
def asked(script: Script) -> tuple[list[Asked], set[Binary]]:
    """What is asked in a source, and the `&&` and `||` of conditions."""
    found: list[Asked] = []
    inside: set[Binary] = set()
    negations: set[Unary] = set()
    for expr, role, site in _roots(script):
        _collect(expr, role, site, None, found, inside, negations)
    for node in script.tree.of(Unary):
        if node.op == "!" and node not in negations:
            _collect(node, "not", None, None, found, set(), negations)
    operands: set[Binary] = set()
    for node in script.tree.of(Binary):
        if node.op == "&&" and node not in inside and node not in operands:
            _collect(node.left, "operand", None, None, found, operands, negations)
    found.sort(key=lambda item: item.expr.first)
    return found, inside


def _roots(script: Script) -> Iterator[tuple[Expr, Role, If | None]]:
    tree = script.tree
    for node in tree.of(If):
        if not isinstance(node.condition, LetCondition):
            yield node.condition, "if", node
    for node in tree.of(While):
        if not isinstance(node.condition, LetCondition):
            yield node.condition, "while", None
    for node in tree.of(Arm):
        if node.guard is not None:
            yield node.guard, "guard", None
    for node in tree.of(MethodCall):
        if script.word(node.name) in _PREDICATES and len(node.args.items) == 1:
            closure = node.args.items[0]
            if isinstance(closure, Closure):
                body = result(closure.body)
                if body is not None:
                    yield body, "closure", None


def _collect(
    expr: Expr,
    role: Role,
    site: If | None,
    negation: Unary | None,
    found: list[Asked],
    inside: set[Binary],
    negations: set[Unary],
) -> None:
    stack: list[tuple[Expr, If | None, Unary | None]] = [(expr, site, negation)]
    while stack:
        here, where, sign = stack.pop()
        here = bare(here)
        if isinstance(here, Binary) and here.op in ("&&", "||"):
            if here in inside:
                continue
            inside.add(here)
            stack += [(here.left, None, None), (here.right, None, None)]
        elif isinstance(here, Unary) and here.op == "!":
            if here in negations:
                continue
            negations.add(here)
            stack.append((here.operand, None, here))
        else:
            found.append(Asked(here, role, sign, where))


def result(body: Expr) -> Expr | None:
    """What a body gives: itself, or the value of a block that is nothing but that."""
    if not isinstance(body, Block):
        return body
    return body.value if len(body.statements) == 1 and body.value is not None else None


def only_value(block: Node | None) -> Expr | None:
    """The value of a block that holds nothing else."""
    if not isinstance(block, Block) or len(block.statements) != 1:
        return None
    first = block.statements[0]
    return block.value if isinstance(first, Statement) and first.semicolon is None else None


def used_as_value(script: Script, expr: Expr, then: Block) -> bool:
    """Whether a branch uses what its condition tested as nobody uses a boolean."""
    for other in mentions(script, expr):
        if not then.first <= other.first <= then.last:
            continue
        shown = isinstance(other.parent, Template) and only_value(then) is other.parent
        if shown or not_boolean(other) or only_value(then) is other:
            return True
    return False


def as_text(script: Script, expr: Expr, then: Block) -> bool:
    """Whether a branch shows what its condition tested in a text."""
    return any(
        then.first <= other.first <= then.last and isinstance(other.parent, Template)
        for other in mentions(script, expr)
    )


def not_boolean(use: Expr) -> bool:
    """Whether a value is used as no boolean can be: a field or a method of it, an element, in a sum."""
    up = use.parent
    if isinstance(up, (Field, MethodCall, Index)):
        return up.base is use
    if isinstance(up, For):
        return up.iterable is use
    if isinstance(up, Assign):
        return up.value is use and up.op != "="
    return isinstance(up, Binary) and up.op in _ARITHMETIC


def meaning(
    script: Script, item: Asked, value: Value, read: Read | None, *, text: bool
) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """What is meant by a value as a condition: the edits that say so, and the other things that it could mean.

    Args:
        script: the source.
        item: what is asked.
        value: what is known of it.
        read: the field that it reads.
        text: whether it is used as a text.
    """
    no = item.negation is not None
    source = script.source(item.expr)
    kinds = value.kinds & ~UNIT
    gotten = f'{script.source(read.base)}.get("{read.key}")' if read is not None and read.key is not None else None
    if value.only(OPTION | RESULT) and value.inside.only(BOOL):
        # What is inside is asked, and the `!` stays where it is.
        taken = "?" if value.only(RESULT) and item.role != "closure" else ".unwrap_or(false)"
        return (Edit(script.end(item.expr), script.end(item.expr), taken),) if tight(item.expr) else (), ()
    if value.only(OPTION):
        choices = (f"{source}.unwrap_or(false)",) if value.inside.may(BOOL) else ()
        return _behind(script, item, ".is_none()" if no else ".is_some()"), choices
    if value.only(RESULT):
        return _behind(script, item, ".is_err()" if no else ".is_ok()"), (f"{source}?",)
    unknown = bool(kinds & (kinds - 1)) and not (value.only(NUMBER) or value.only(STRING | LIST | OBJECT))
    if read is not None and gotten is not None and (unknown or optional(script, read) or value.may(UNIT)):
        some = f"{gotten}.is_some()" if not no else f"{gotten}.is_none()"
        full = f'{gotten}.unwrap_or("") {"==" if no else "!="} ""'
        if text:
            return _got(script, item, read, f'.unwrap_or("") {"==" if no else "!="} ""'), (full, some)
        return _got(script, item, read, ".is_none()" if no else ".is_some()"), (some, full)
    if not kinds or unknown or value.may(UNIT):
        words = " is Tuple" if no else " is not Tuple"
        return (() if unknown or not kinds else _behind(script, item, words)), (source + words,)
    if kinds & NUMBER:
        zero = "0.0" if kinds == FLOAT else "0"
        return (_behind(script, item, f" {'==' if no else '!='} {zero}"), ()) if kinds in (INT, FLOAT) else ((), ())
    if not kinds & ~(STRING | LIST | OBJECT):
        return _empty(script, item), ()
    return (), ()


def _bare_edits(script: Script, item: Asked) -> list[Edit]:
    """Deletes the `!`."""
    sign = item.negation
    if sign is None:
        return []
    tokens = script.tree.tokens
    return [Edit(tokens.starts[sign.first], script.start(sign.operand), "")]


def _behind(script: Script, item: Asked, words: str) -> tuple[Edit, ...]:
    start, end = script.start(item.expr), script.end(item.expr)
    edits = _bare_edits(script, item)
    if not tight(item.expr):
        return (*edits, Edit(start, start, "("), Edit(end, end, f"){words}"))
    return (*edits, Edit(end, end, words))


def _got(script: Script, item: Asked, read: Read, words: str) -> tuple[Edit, ...]:
    edits = [*_bare_edits(script, item), *get_edits(script, read)]
    last = edits.pop()
    return (*edits, Edit(last.start, last.end, last.text + words))


def _empty(script: Script, item: Asked) -> tuple[Edit, ...]:
    start, end = script.start(item.expr), script.end(item.expr)
    edits = _bare_edits(script, item)
    sign = "" if item.negation is not None else "!"
    if not tight(item.expr):
        return (*edits, Edit(start, start, f"{sign}("), Edit(end, end, ").is_empty()"))
    return (*edits, *((Edit(start, start, sign),) if sign else ()), Edit(end, end, ".is_empty()"))
