"""Reads of single fields, `x.name` and `x["name"]`: what they give, and how they become `x.get("name")`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Block,
    Entry,
    Expr,
    Field,
    For,
    Function,
    If,
    Index,
    Let,
    LetCondition,
    List,
    Literal,
    Match,
    MethodCall,
    Node,
    Param,
    Paren,
    Path,
    Statement,
    Struct,
    Unary,
    Unit,
)  # fmt: skip
from crucible_tools.rune.types.values import ANY, FUTURE, JSON, OBJECT, OPTION, OTHER, RESULT, Value

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

NULLS: Final = frozenset({"null", "nil", "undefined", "NULL", "nullptr"})
"""What people write for a value that is not there."""

OPTION_METHODS: Final = frozenset(
    {
        "and_then", "expect", "is_none", "is_some", "ok_or", "ok_or_else", "unwrap", "unwrap_or", "unwrap_or_default",
        "unwrap_or_else",
    }
)  # fmt: skip
"""Methods that nothing but Options (and some of them Results) can be meant to have."""

_LIST_METHODS: Final = frozenset(
    {
        "iter", "push", "pop", "extend", "sort", "sort_by", "into_iter", "remove", "first", "last", "join", "map",
        "filter",
    }
)  # fmt: skip

_LONGEST: Final = 40
"""Tokens of the longest read that is compared with others; `a.b["c"].d` has eight."""

_MOST_MENTIONS: Final = 100
"""Places of one text that are looked at; more of them are no tool, but an attempt to keep somebody busy."""


class Sure(IntEnum):
    """How sure it is that a read gives a plain value, no Option."""

    NO = 0
    LIKELY = 1
    CERTAIN = 2


@dataclass(frozen=True, slots=True)
class Read:
    """A read of one field.

    Args:
        expr: the whole of it.
        base: what is read.
        key: the name of the field; None when it is computed.
    """

    expr: Field | Index
    base: Expr
    key: str | None


def field_read(script: Script, expr: Expr) -> Read | None:
    """The read that an expression is; None when it is something else."""
    expr = bare(expr)
    if isinstance(expr, Field) and not expr.number:
        return Read(expr, expr.base, script.word(expr.name))
    if isinstance(expr, Index) and expr.index is not None:
        index = bare(expr.index)
        if isinstance(index, Literal):
            return Read(expr, expr.base, _string(script, index)) if index.kind == "string" else None
        if isinstance(index, Path):
            return Read(expr, expr.base, None)
    return None


def get_edits(script: Script, read: Read) -> tuple[Edit, ...]:
    """Edits that make `x.get("name")` of a read."""
    expr, tokens = read.expr, script.tree.tokens
    if isinstance(expr, Field):
        return (Edit(tokens.starts[expr.name], tokens.ends[expr.name], f'get("{read.key}")'),)
    return (
        Edit(tokens.starts[expr.open], tokens.ends[expr.open], ".get("),
        Edit(tokens.starts[expr.last], tokens.ends[expr.last], ")"),
    )


def get_text(script: Script, read: Read) -> str:
    """What a read becomes with `get`, for messages."""
    key = f'"{read.key}"' if read.key is not None else script.source(read.expr.kids[-1])
    return f"{script.source(read.base)}.get({key})"


def plain(script: Script, read: Read) -> Sure:
    """Whether a read certainly gives the value itself, and its base has a method `get`."""
    base = script.types.of(read.base)
    if base.kinds != ANY and not base.may(OBJECT):
        return Sure.NO
    value = script.types.of(read.expr)
    if value.kinds != ANY:
        return Sure.NO if value.may(OPTION | RESULT | FUTURE) or not value.kinds else Sure.CERTAIN
    if read.key is None or (base.may(OTHER) and _root(read.base) in ("self", "ctx", None)):
        return Sure.NO
    return Sure.NO if read.key in written_fields(script) else Sure.LIKELY


def optional(script: Script, read: Read) -> bool:
    """Whether a read is of an argument that a caller may leave out, by what is declared of the tool."""
    base = bare(read.base)
    param = script.types.binding(base) if isinstance(base, Path) else None
    given = script.types.declared.argument(param) if isinstance(param, Param) else None
    if given is None or given.fields is None or not _is_read_whole(script, param):
        return False
    return read.key in given.fields and read.key not in given.required


def _is_read_whole(script: Script, param: Node | None) -> bool:
    """Whether all of a tool's schema could be read: where not, something may be required that is not seen to be."""
    function = param.parent if param is not None else None
    tool = script.types.declared.tool_of(function) if isinstance(function, Function) else None
    return tool is None or tool.exact or tool.form != "direct"


@remembered
def written_fields(script: Script) -> frozenset[str]:
    """The fields that a source gives values of which nobody knows that they are no Options."""
    found: set[str] = set()
    for entry in script.tree.of(Entry):
        if entry.spread:
            continue
        if entry.value is None or _may_be_option(script.types.of(entry.value)):
            found.add(script.word(entry.key).strip("\"'"))
    for assign in script.tree.of(Assign):
        read = field_read(script, assign.target)
        if read and read.key is not None and _may_be_option(script.types.of(assign.value)):
            found.add(read.key)
    for struct in script.tree.of(Struct):
        found |= {script.word(field.name) for field in struct.fields}
    return frozenset(found)


def _may_be_option(value: Value) -> bool:
    return value.may(OPTION | RESULT)


def _root(expr: Expr) -> str | None:
    """The name that a chain of fields begins with."""
    expr = bare(expr)
    while isinstance(expr, (Field, Index)):
        expr = bare(expr.base)
    return expr.name if isinstance(expr, Path) else None


def _string(script: Script, literal: Literal) -> str | None:
    text = script.source(literal)
    inner = text[1:-1]
    return inner if "\\" not in inner else None


def is_null(script: Script, expr: Expr) -> bool:
    """Whether an expression is `()`, or what people write for it."""
    expr = bare(expr)
    if isinstance(expr, Unit):
        return True
    return isinstance(expr, Path) and expr.name in NULLS and script.types.binding(expr) is None


def is_foreign_null(script: Script, expr: Expr) -> bool:
    """Whether an expression is `null`, `nil` or `undefined`: no source with it ever compiled."""
    return not isinstance(bare(expr), Unit) and is_null(script, expr)


def single_name(script: Script, binding: Node | None) -> str | None:
    """The name that a `let` or a parameter introduces, when its pattern is nothing but that."""
    if isinstance(binding, (Let, Param)):
        pattern = binding.pattern
        if pattern.first == pattern.last and len(pattern.names) == 1:
            return script.word(pattern.first)
    return None


def bound_read(script: Script, path: Path) -> tuple[Let, Read] | None:
    """The `let` that gives a name the value of a field, if that is where it comes from and nothing else is assigned."""
    binding = script.types.binding(path)
    if not isinstance(binding, Let) or binding.value is None or single_name(script, binding) is None:
        return None
    read = field_read(script, binding.value)
    if read is None or not _is_fixed(script, binding):
        return None
    return binding, read


@remembered
def _known_lets(script: Script) -> dict[tuple[Let, str], bool]:
    """What was found out about variables."""
    del script
    return {}


def _is_fixed(script: Script, let: Let) -> bool:
    """Whether nothing is assigned to a variable after its `let`."""
    known = _known_lets(script)
    if (let, "fixed") not in known:
        known[let, "fixed"] = not any(is_assigned(use) for use in script.types.uses(let))
    return known[let, "fixed"]


def is_assigned(use: Path) -> bool:
    """Whether a name stands at the left of an assignment."""
    return isinstance(use.parent, Assign) and use.parent.target is use


def is_undeclared_argument(script: Script, expr: Expr) -> bool:
    """Whether a value is an argument of a direct tool, as it came in, of which nothing says what it is."""
    read = field_read(script, expr)
    base = bare(read.base) if read is not None else None
    value = script.types.of(expr)
    if not isinstance(base, Path) or not value.data or value.kinds != JSON:
        return False
    param = script.types.binding(base)
    function = param.parent if isinstance(param, Param) else None
    return isinstance(function, Function) and function.name is not None and script.word(function.name) == "call"


def came_in(script: Script, expr: Expr) -> bool:
    """Whether a value is some part of the arguments of a tool, as it came in, of which nothing says what it is."""
    value = script.types.of(expr)
    if not value.data or value.kinds != JSON or field_read(script, expr) is None:
        return False
    at: Node | None = expr
    for _ in range(_LONGEST):
        match at:
            case Field() | Index():
                at = at.base
            case Paren():
                at = at.inner
            case Unary() if at.op.startswith("&"):
                at = at.operand
            case MethodCall() if script.word(at.name) in ("iter", "into_iter", "iter_mut"):
                at = at.base
            case Path():
                binding = script.types.binding(at)
                if _is_from_outside(script, binding):
                    return True
                at = _source_of(binding)
            case _:
                return False
    return False


def _source_of(binding: Node | None) -> Node | None:
    """What a variable gets its value from: that of a `let`, what a loop goes through."""
    if isinstance(binding, Let):
        return binding.value
    return binding.iterable if isinstance(binding, For) else None


def _is_from_outside(script: Script, binding: Node | None) -> bool:
    """Whether a parameter is given all arguments of a tool, or an event."""
    given = script.types.declared.argument(binding) if isinstance(binding, Param) else None
    return given is not None and given.only(OBJECT)


def only_as_option(script: Script, let: Let) -> bool:
    """Whether a variable is used, and never otherwise than as an Option."""
    known = _known_lets(script)
    if (let, "option") not in known:
        uses = script.types.uses(let)
        always = bool(uses) and all(used_as_option(script, use) for use in uses)
        known[let, "option"] = always and not script.types.scopes.short_uses(let)
    return known[let, "option"]


def used_as_option(script: Script, use: Path) -> bool:
    """Whether a name is used as only an Option can be."""
    up = use.parent
    if isinstance(up, MethodCall) and up.base is use:
        return script.word(up.name) in OPTION_METHODS
    if isinstance(up, LetCondition) and up.value is use:
        return script.word(up.pattern.first) == "Some"
    if isinstance(up, Match) and up.subject is use:
        return any(script.word(arm.pattern.first) in ("Some", "None") for arm in up.arms)
    return False


def scope_of(script: Script, node: Node) -> Node:
    """The function that a node stands in, or the file."""
    starts, functions = _scopes(script)
    return functions[bisect_right(starts, node.first) - 1]


@remembered
def _scopes(script: Script) -> tuple[list[int], list[Node]]:
    """Where another function begins, or ends inside of one: the tokens, and what holds from there on."""
    starts: list[int] = [-1]
    found: list[Node] = [script.tree.file]
    open_: list[Node] = [script.tree.file]
    for function in sorted(script.tree.of(Function), key=lambda item: item.first):
        while len(open_) > 1 and open_[-1].last < function.first:
            starts.append(open_.pop().last + 1)
            found.append(open_[-1])
        open_.append(function)
        starts.append(function.first)
        found.append(function)
    while len(open_) > 1:
        starts.append(open_.pop().last + 1)
        found.append(open_[-1])
    return starts, found


def mentions(script: Script, expr: Expr) -> Iterator[Expr]:
    """The other places of a function that read the same as an expression."""
    around = scope_of(script, expr)
    for other in _by_text(script).get(_text(script, expr), ())[:_MOST_MENTIONS]:
        if other is not expr and around.first <= other.first <= around.last:
            yield other


@remembered
def _by_text(script: Script) -> dict[tuple[str, ...], list[Expr]]:
    """All reads of names and fields, by what they read."""
    found: dict[tuple[str, ...], list[Expr]] = {}
    texts = script.tree.tokens.texts
    for kind in (Path, Field, Index):
        for expr in script.tree.of(kind):
            first, last = expr.first, expr.last
            if last - first < _LONGEST:
                found.setdefault(tuple(texts[first : last + 1]), []).append(expr)
    return found


def _text(script: Script, expr: Expr) -> tuple[str, ...]:
    return tuple(script.tree.tokens.texts[expr.first : expr.last + 1])


def used_as_list(script: Script, expr: Expr) -> bool:
    """Whether a function walks through what an expression reads, or calls what only lists have."""
    for other in mentions(script, bare(expr)):
        up = other.parent
        if isinstance(up, For) and up.iterable is other:
            return True
        if isinstance(up, MethodCall) and up.base is other and script.word(up.name) in _LIST_METHODS:
            return True
        block = up.parent if isinstance(up, Statement) else None
        if isinstance(block, Block) and block.value is other and _is_beside_list(block):
            return True
        if isinstance(up, Index) and up.base is other and up.index is not None:
            index = bare(up.index)
            if isinstance(index, Literal) and index.kind == "int":
                return True
    return False


def _is_beside_list(block: Block) -> bool:
    """Whether a branch gives a list where the other one gives something else: `if x == () { [] } else { x }`."""
    site = block.parent
    if not isinstance(site, If) or not isinstance(site.otherwise, Block):
        return False
    other = site.otherwise if block is site.then else site.then
    return isinstance(other.value, List)
