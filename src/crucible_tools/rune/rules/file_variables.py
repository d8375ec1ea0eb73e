"""`let` outside of functions: what is a constant, and what was meant to be remembered between calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crucible_tools.rune.rules.bound_names import local_names
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Block,
    Call,
    Const,
    Expr,
    Field,
    File,
    Function,
    If,
    Index,
    List,
    Literal,
    Macro,
    MethodCall,
    Module,
    Node,
    Object,
    Paren,
    Path,
    Skipped,
    Template,
    Tuple,
    Unary,
    Unit,
)  # fmt: skip

_CHANGES: Final = frozenset({
    "push", "insert", "remove", "pop", "clear", "extend", "append", "sort", "sort_by", "push_str", "push_front",
    "push_back", "pop_front", "pop_back", "resize", "truncate", "retain", "drain", "reverse", "dedup", "entry",
    "or_insert", "get_mut", "swap", "set", "delete", "add", "next",
})  # fmt: skip
"""Methods that change the value they are called on, of Rune and of what people take it for."""

_BEHIND: Final = frozenset(
    {";", ")", "]", "}", ",", ":", "?", "<", ">", "<=", ">=", "==", "===", "!=", "!==", "%", "/"}
)
_CONTAINERS: Final = frozenset({"Map", "Set", "WeakMap", "WeakSet", "Array"})
_CONSTANT: Final = (Literal, Unit, List, Object, Tuple, Paren, Binary, Template, Path, If, Block)
_CONSTANT_MACROS: Final = frozenset({"format", "stringify", "line", "file"})


@dataclass(frozen=True, slots=True)
class FileVariable:
    """A `let`, `var` or `static` outside of functions.

    Args:
        const: the declaration.
        name: None when it takes a value apart.
        changed: a place that changes it, if there is one; its value, if that is a container to be filled.
        constant: whether Rune takes its value for that of a `const`.
        shadowed: whether a variable or parameter has its name, too, with which a `const` would be compared.
    """

    const: Const
    name: str | None
    changed: Node | None
    constant: bool
    shadowed: bool


def file_variables(script: Script) -> Iterator[FileVariable]:
    """All of a source."""
    found = [const for const in script.tree.of(Const) if const.word != "const" and _is_outside(const)]
    if not found:
        return
    changed = changes(script)
    locals_ = local_names(script)
    for const in found:
        name = script.word(const.name) if const.name is not None else None
        yield FileVariable(
            const,
            name,
            changed.get(name or "") or _container(const),
            const.value is not None and is_constant(script, const.value),
            name in locals_,
        )


def _container(const: Const) -> Node | None:
    """`new Map()`: nobody makes an empty container that is never filled."""
    value = const.value
    if not isinstance(value, Unary) or value.op != "new" or not isinstance(value.operand, Call):
        return None
    callee = value.operand.callee
    return value if isinstance(callee, Path) and callee.name in _CONTAINERS else None


def _is_outside(const: Const) -> bool:
    return isinstance(const.parent, (File, Module))


def changes(script: Script) -> dict[str, Node]:
    """By name, the first place that assigns to it or to a part of it, or calls a method that changes it."""
    found: dict[str, Node] = {}
    for assign in script.tree.of(Assign):
        _note(found, assign.target, assign)
    for call in script.tree.of(MethodCall):
        if script.word(call.name) in _CHANGES:
            _note(found, call.base, call)
    for unary in script.tree.of(Unary):
        if unary.op in ("&mut", "++", "--"):
            _note(found, unary.operand, unary)
    for place in _counted(script):
        _note(found, place, place)
    return found


def _counted(script: Script) -> Iterator[Expr]:
    """What a `++` or `--` stands behind."""
    tokens = script.tree.tokens
    behind = {i - 1 for i, word in enumerate(tokens.texts) if word in ("++", "--") and _ends(script, i + 1)}
    if not behind:
        return
    for kind in (Path, Field, Index):
        places: list[Expr] = [*script.tree.of(kind)]
        yield from (place for place in places if place.last in behind)


def _ends(script: Script, token: int) -> bool:
    """Whether no operand follows."""
    tokens = script.tree.tokens
    if token >= len(tokens) or tokens.texts[token] in _BEHIND:
        return True
    return "\n" in script.text[tokens.ends[token - 1] : tokens.starts[token]]


def _note(found: dict[str, Node], target: Expr, place: Node) -> None:
    root = _root(target)
    if root is not None:
        found.setdefault(root, place)


def _root(node: Expr) -> str | None:
    """The name whose value an expression is a part of."""
    at: Expr | None = node
    while at is not None:
        if isinstance(at, Path):
            return at.segments[-1]
        if isinstance(at, (Field, Index, MethodCall)):
            at = at.base
        elif isinstance(at, Unary):
            at = at.operand
        elif isinstance(at, Paren):
            at = at.inner
        else:
            return None
    return None


def calls_constant_function(script: Script, node: Expr) -> bool:
    """Whether it calls a `const fn` of this source."""
    if not isinstance(node, Call) or not isinstance(node.callee, Path):
        return False
    name = node.callee.segments[-1]
    return any(
        function.name is not None
        and script.word(function.name) == name
        and any(script.word(word) == "const" for word in function.words)
        for function in script.tree.of(Function)
    )


def is_constant(script: Script, value: Expr) -> bool:
    """Whether Rune can work a value out when it compiles: literals, their operators, other constants."""
    constants: set[str] | None = None
    stack: list[Node] = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Call):
            if not calls_constant_function(script, node):
                return False
            stack.extend(node.args.items)
            continue
        if isinstance(node, Macro):
            if node.path.name not in _CONSTANT_MACROS:
                return False
            stack.extend(node.args.items)
            continue
        if isinstance(node, Unary):
            # `-1` is one token for Rune; other operators in front are refused.
            if node.op != "-" or not isinstance(node.operand, Literal):
                return False
            continue
        if isinstance(node, Path):
            if constants is None:
                constants = {script.word(item.name) for item in script.tree.of(Const) if item.name is not None}
            if node.name not in constants:
                return False
            continue
        if isinstance(node, Skipped) or (isinstance(node, Expr) and not isinstance(node, _CONSTANT)):
            return False
        if isinstance(node, Object) and node.style == "struct":
            return False
        stack.extend(node.kids)
    return True
