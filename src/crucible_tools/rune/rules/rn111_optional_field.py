"""RN111: an optional field that is read without a default."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.comparisons import EQUALITY, literal_of, matched
from crucible_tools.rune.rules.conditions import asked
from crucible_tools.rune.rules.operands import bare, outer, same
from crucible_tools.rune.rules.reads import (
    OPTION_METHODS,
    Read,
    Sure,
    field_read,
    get_edits,
    get_text,
    is_null,
    mentions,
    only_as_option,
    optional,
    plain,
    scope_of,
    single_name,
)  # fmt: skip
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Arm,
    Assign,
    Binary,
    Expr,
    Field,
    Function,
    If,
    Index,
    Jump,
    Let,
    LetCondition,
    Literal,
    Match,
    MethodCall,
    Node,
    Param,
    Paren,
    Path,
    While,
)  # fmt: skip
from crucible_tools.rune.types.values import BOOL

_ASKING: Final = frozenset({"get", "contains_key", "insert"})
_EQUALITY: Final = frozenset({"==", "!=", "===", "!==", "||", "??"})

_DEEPEST: Final = 200
"""Nodes around one that are looked at."""


def check(script: Script) -> Iterator[Finding]:
    """Finds fields that may be missing by what is declared, or by what the source does with them."""
    seen: set[tuple[Node, str]] = set()
    asks: dict[tuple[Node, str], list[tuple[int, Expr]]] | None = None
    reads = [*script.tree.of(Field), *script.tree.of(Index)]
    for expr in sorted(reads, key=lambda item: item.last):
        read = field_read(script, expr)
        if read is None or read.key is None or _is_written(expr):
            continue
        scope = scope_of(script, expr)
        if (scope, read.key) in seen:
            continue
        declared = (
            optional(script, read)
            and _is_arguments(script, read)
            and (_is_always_read(script, read.expr) or _tested_beside(script, read.expr))
        )
        if not declared and not _tested_later(script, read):
            continue
        if asks is None:
            asks = _asks(script)
        before = asks.get((scope, read.key), [])
        if any(at < expr.first and same(script, base, read.base) for at, base in before):
            continue
        if declared and _told_elsewhere(script, read):
            continue
        seen.add((scope, read.key))
        yield _finding(script, read, declared=declared)


def _is_arguments(script: Script, read: Read) -> bool:
    """Whether a read is of the arguments themselves: what is inside of them is rarely declared with care."""
    base = bare(read.base)
    param = script.types.binding(base) if isinstance(base, Path) else None
    function = param.parent if isinstance(param, Param) else None
    if not isinstance(function, Function) or len(function.params) != 1 or function.name is None:
        return False
    if any(attribute.name in ("hook", "handler") for attribute in function.attributes):
        return False
    return not script.word(function.name).startswith("on_")


def _is_always_read(script: Script, expr: Expr) -> bool:
    """Whether nothing decides beforehand whether a field is read: what is only asked for then may well be there."""
    here: Node = expr
    for up in itertools.islice(expr.up(), _DEEPEST):
        if isinstance(up, Function):
            returns = _returns(script)
            at = bisect_left(returns, up.first)
            return at == len(returns) or returns[at] > expr.first
        if isinstance(up, (If, While)) and here is not up.condition:
            return False
        if isinstance(up, Arm) or (isinstance(up, Binary) and up.op in ("&&", "||") and here is up.right):
            return False
        here = up
    return False


@remembered
def _returns(script: Script) -> list[int]:
    return sorted(jump.first for jump in script.tree.of(Jump) if jump.word == "return")


def _is_written(expr: Expr) -> bool:
    up = outer(expr).parent
    return isinstance(up, Assign) and up.target is outer(expr) and up.op == "="


def _asks(script: Script) -> dict[tuple[Node, str], list[tuple[int, Expr]]]:
    """Where a function asks whether a field is there, or writes it: by function and field."""
    found: dict[tuple[Node, str], list[tuple[int, Expr]]] = {}
    for call in script.tree.of(MethodCall):
        if script.word(call.name) in _ASKING and call.args.items:
            key = call.args.items[0]
            if isinstance(key, Literal) and key.kind == "string":
                name = script.source(key)[1:-1]
                found.setdefault((scope_of(script, call), name), []).append((call.first, call.base))
    for assign in script.tree.of(Assign):
        read = field_read(script, assign.target)
        if read is not None and read.key is not None:
            found.setdefault((scope_of(script, assign), read.key), []).append((assign.first, read.base))
    return found


def _tested_later(script: Script, read: Read) -> bool:
    """Whether a field goes into a variable that is then compared with `()`: it may be missing, it seems."""
    let = outer(read.expr).parent
    if not isinstance(let, Let) or single_name(script, let) is None or plain(script, read) is Sure.NO:
        return False
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, Binary) and up.op in _EQUALITY and (is_null(script, up.left) or is_null(script, up.right)):
            return True
    return False


def _tested_beside(script: Script, expr: Expr) -> bool:
    """Whether the same condition compares a field with `()` behind a place that reads it: `x == "" || x == ()`."""
    top = node = outer(expr).parent
    if not isinstance(node, Binary) or node.op not in _EQUALITY:
        return False
    for up in itertools.islice(node.up(), _DEEPEST):
        if not isinstance(up, (Binary, Paren)) or (isinstance(up, Binary) and up.op not in ("&&", "||")):
            break
        top = up
    for other in mentions(script, bare(expr)):
        up = other.parent
        behind = top is not None and node.last < other.first <= top.last
        if behind and isinstance(up, Binary) and (is_null(script, up.left) or is_null(script, up.right)):
            return True
    return False


def _is_asked(script: Script, read: Read) -> bool:
    """Whether a boolean is asked whether it is true, so that a missing one is taken for false."""
    if not script.types.of(read.expr).only(BOOL):
        return False
    up = outer(read.expr).parent
    if isinstance(up, Binary) and up.op in ("==", "!=", "===", "!=="):
        return "true" in (script.source(up.left), script.source(up.right))
    if any(item.expr is bare(read.expr) for item in asked(script)[0]):
        return True
    return isinstance(up, Binary) and up.op in ("&&", "||")


def _told_elsewhere(script: Script, read: Read) -> bool:
    """Whether another rule says the same of this read, with the repair that is meant."""
    here = outer(read.expr)
    up = here.parent
    if isinstance(up, MethodCall) and up.base is here:
        return script.word(up.name) in OPTION_METHODS
    if isinstance(up, (LetCondition, Match)):
        return True
    if isinstance(up, Binary) and up.op in _EQUALITY:
        return up.op in ("||", "??") or is_null(script, up.left) or is_null(script, up.right)
    if isinstance(up, Let) and single_name(script, up) is not None:
        return only_as_option(script, up)
    value = script.types.of(read.expr)
    return not value.may(BOOL) and any(item.expr is bare(read.expr) for item in asked(script)[0])


def _finding(script: Script, read: Read, *, declared: bool) -> Finding:
    *firsts, last = get_edits(script, read)
    default, words = ("false", "false") if _is_asked(script, read) else ("()", "`()`")
    edits = _matched(script, read) if default == "()" else None
    edits = edits or (*firsts, Edit(last.start, last.end, f"{last.text}.unwrap_or({default})"))
    tokens, expr = script.tree.tokens, read.expr
    at = (tokens.starts[expr.name], tokens.ends[expr.name]) if isinstance(expr, Field) else _key(script, expr)
    name = f"`{script.source(read.base)}`" if isinstance(read.base, Path) else "its object"
    why = (
        f"`{read.key}` is not required in the schema"
        if declared
        else f"`{read.key}` may be missing, as the test for `()` says"
    )
    got = get_text(script, read)
    return Finding(
        "RN111",
        *at,
        f"{why}, and reading a field that {name} does not have is an error",
        "warning",
        hint=f"decide what a missing `{read.key}` means: `{got}.unwrap_or(..)`",
        choices=tuple(dict.fromkeys((f"{got}.unwrap_or({default})", f"{got}.unwrap_or(())", f'{got}.unwrap_or("")'))),
        fix=Fix(False, f"Read it with `get`, as {words} when it is missing", edits),
    )


def _matched(script: Script, read: Read) -> tuple[Edit, ...] | None:
    """`x.name == "a"` as `match x.get("name") { Some("a") => true, _ => false }`: comparing with `()` is an error."""
    here = outer(read.expr)
    up = here.parent
    if here is not read.expr or not isinstance(up, Binary) or up.op not in EQUALITY:
        return None
    other = up.left if up.right is here else up.right
    made = matched(script, up, here, f"Some({script.source(bare(other))})") if literal_of(other) is not None else None
    if made is None:
        return None
    front, behind = made
    *firsts, last = get_edits(script, read)
    if last.end != behind.start:
        return None
    return front, *firsts, Edit(last.start, behind.end, last.text + behind.text)


def _key(script: Script, expr: Index) -> tuple[int, int]:
    tokens = script.tree.tokens
    return tokens.starts[expr.open], tokens.ends[expr.last]


RULE = Rule(
    code="RN111",
    name="optional-field",
    summary="`let limit = args.limit;` where the schema does not require `limit`: reading a missing field is an error.",
    why="""\
Rune has no value for a field that is not there: reading it stops the tool. A caller may leave out whatever the schema
does not require, so such a field is read with `args.get("limit")`, which gives an Option.

What a missing field means is a decision, so the repair is unsafe: it takes `()`, or `false` for a boolean that is asked
whether it is true. A field that has a default in the
schema is always there. A field is named once in each function, and not where the function asks for it first, with
`contains_key` or `get`, or where something decides beforehand whether it is read at all.
""",
    before="""\
pub fn INPUT_SCHEMA() {
    #{ type: "object", properties: #{ limit: #{ type: "integer" } }, required: [] }
}
pub async fn call(args) {
    let limit = args.limit;
    [limit]
}
""",
    after="""\
pub fn INPUT_SCHEMA() {
    #{ type: "object", properties: #{ limit: #{ type: "integer" } }, required: [] }
}
pub async fn call(args) {
    let limit = args.get("limit").unwrap_or(());
    [limit]
}
""",
    kind=Kind.SCHEMA,
    fix="unsafe",
    check=check,
)
