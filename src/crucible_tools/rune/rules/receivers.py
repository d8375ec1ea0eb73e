"""Calls of methods, and what they are called on: the kinds that a receiver may be, and which have the method."""

from __future__ import annotations

import typing
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, TypeAlias

from crucible_tools.rune.syntax.nodes import (
    Assign,
    Binary,
    Cast,
    Expr,
    Field,
    For,
    Function,
    Impl,
    Index,
    Let,
    Literal,
    MethodCall,
    Node,
    Paren,
    Path,
    Template,
    Type,
    Unary,
    Unit,
)  # fmt: skip
from crucible_tools.rune.types.methods import OTHERS, has_method
from crucible_tools.rune.types.values import ANY, BYTES, ITERATOR, LIST, OTHER, RANGE, TUPLE

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

Use: TypeAlias = typing.Literal["list", "iterator", "either"]
"""How a sequence is used: as a list, as an iterator, or so that it does not matter."""

_MENTIONS: Final = {
    "HashMap": ("HashMap", "collections"),
    "HashSet": ("HashSet", "collections"),
    "VecDeque": ("VecDeque", "collections"),
    "Ordering": ("cmp", "Ordering"),
    "Regex": ("Regex", "regex"),
    "Response": ("http", "Client", "http_get", "http_post"),
    "Status": ("http", "Client", "http_get", "http_post"),
}
"""Words that a source must have to make values of these types."""

ADAPTERS: Final = frozenset((
    "chain", "enumerate", "filter", "filter_map", "flat_map", "map", "peekable", "rev", "skip", "take",
))  # fmt: skip
"""Methods that make an iterator of an iterator."""

CONSUMERS: Final = frozenset((
    "all", "any", "collect", "count", "find", "fold", "next", "next_back", "nth", "nth_back", "product", "reduce",
    "sum",
))  # fmt: skip
"""Methods of iterators that give something else."""

SOURCES: Final = frozenset((
    "bytes", "char_indices", "chars", "into_iter", "iter", "iter_mut", "keys", "lines", "rsplit", "split",
    "split_whitespace", "splitn", "values",
))  # fmt: skip
"""Methods that give an iterator, or do so in Rust."""

FOREIGN: Final = frozenset((
    "by_ref", "cloned", "contains", "copied", "find_map", "first", "flatten", "for_each", "inspect", "into_iter",
    "iter", "iter_mut", "join", "last", "map_while", "max", "max_by", "max_by_key", "min", "min_by", "min_by_key",
    "partition", "position", "skip_while", "step_by", "take_while", "unzip", "zip",
))  # fmt: skip
"""Methods of other languages whose repairs take iterators."""

_GOING_ON: Final = frozenset({"next", "next_back", "nth", "peek"})
"""Methods of iterators that the next call goes on from: what keeps such an iterator must not begin anew."""

_ADAPTED: Final = ADAPTERS | {"into_iter", "iter", "iter_mut"}
_SIMPLE: Final = (Binary, Cast, Field, Index, Literal, Paren, Path, Template, Type, Unary, Unit)
_DEEPEST: Final = 20


_OF_ITERATORS: Final = (ADAPTERS | CONSUMERS) - {"collect", "find", "next_back", "nth_back", "product", "rev", "sum"}
_OF_OPTIONS: Final = frozenset({"and_then", "is_none", "is_some", "map", "unwrap", "unwrap_or", "unwrap_or_else"})
_GIVING: Final = {
    **dict.fromkeys(("chars", "iter", "keys", "split", "values"), _OF_ITERATORS),
    **dict.fromkeys(("get", "next"), _OF_OPTIONS),
}
"""What can always be called on what these methods give; nobody needs to look at it."""


class _Seen:
    """What is known of the calls of one source."""

    def __init__(self, script: Script) -> None:
        tokens = script.tree.tokens
        self.by_name: dict[str, list[MethodCall]] = {}
        self.plain: dict[str, list[MethodCall]] = {}
        for call in () if _is_rust(script) else script.tree.of(MethodCall):
            name = tokens.texts[call.name]
            base = call.base
            if isinstance(base, MethodCall) and name in _GIVING.get(tokens.texts[base.name], ()):
                self.plain.setdefault(name, []).append(call)
                continue
            self.by_name.setdefault(name, []).append(call)
        words = set(tokens.texts)
        self.own = {
            tokens.texts[item.name]
            for impl in script.tree.of(Impl)
            for item in impl.items
            if isinstance(item, Function) and item.name is not None
        }
        self.other = self.own.union(
            *(methods for name, methods in OTHERS.items() if words.intersection(_MENTIONS.get(name, (name,)))),
            ("resume",) if "yield" in words else (),
        )
        self.never = 0
        if not words & {"as_bytes", "into_bytes", "Bytes", "bytes"} and "bytes" not in tokens.kinds:
            self.never |= BYTES
        self.masks: dict[Node, int] = {}
        self.kept: dict[Let, Expr | None] = {}


def _is_rust(script: Script) -> bool:
    """Whether a source is a program in Rust: its methods are none of Rune's, and nothing can be mended (RN021)."""
    return any(impl.trait is not None or impl.word == "trait" for impl in script.tree.of(Impl))


def _seen(script: Script) -> _Seen:
    # Asked for each call of a method: a dictionary of the source's own, and no function around it.
    found = script.remembered.get(_Seen)
    if found is None:
        found = script.remembered[_Seen] = _Seen(script)
    return found


def calls(script: Script, names: Collection[str], *, all_of_them: bool = False) -> list[MethodCall]:
    """The calls of methods of these names, in source order.

    Args:
        script: the source.
        names: of methods.
        all_of_them: also those that are plainly right, such as `x.iter().map(..)`.
    """
    seen = _seen(script)
    tables = (seen.by_name, seen.plain) if all_of_them else (seen.by_name,)
    found = [call for table in tables for name in names for call in table.get(name, ())]
    return sorted(found, key=lambda call: call.name)


def own_methods(script: Script) -> Collection[str]:
    """The names of the methods of the source's own types."""
    return _seen(script).own


def called(script: Script) -> Collection[str]:
    """The names of all methods that a source calls."""
    return _seen(script).by_name


def name_of(script: Script, call: MethodCall) -> str:
    """The name of the method."""
    return script.tree.tokens.texts[call.name]


def bare(node: Node) -> Node:
    """What stands inside of parentheses."""
    while isinstance(node, Paren) and node.inner is not None:
        node = node.inner
    return node


def having(script: Script, mask: int, method: str) -> int:
    """Which of these kinds have a method; structs have those of the `impl` blocks of the source."""
    seen = _seen(script)
    found = has_method(mask, method)
    if found & OTHER and method not in seen.other:
        found &= ~OTHER
    return found & ~seen.never


def kinds(script: Script, expr: Node) -> int:
    """The kinds that an expression may be, `ANY` when nothing is known; 0 when it has no value.

    A call that fails, and that a repair mends, counts as what the repair makes of it: `list.map(f)` is an iterator
    where another method follows, and a list where it is kept.
    """
    return _kinds(script, expr, 0)


def _kinds(script: Script, expr: Node, depth: int) -> int:
    masks = _seen(script).masks
    chain: list[MethodCall] = []
    at = bare(expr)
    while isinstance(at, MethodCall) and at not in masks:
        chain.append(at)
        at = bare(at.base)
    mask = masks.get(at)
    if mask is None:
        mask = masks[at] = _plain(script, at, depth)
    for call in reversed(chain):
        mask = masks[call] = _step(script, call, mask)
    return mask


def _step(script: Script, call: MethodCall, base: int) -> int:
    """The kinds of a call's value, by those of its receiver."""
    name = name_of(script, call)
    if name in _seen(script).own and base & OTHER:
        return ANY
    if name in ADAPTERS and (base == ITERATOR or (base & (LIST | RANGE) and not having(script, base, name))):
        return ITERATOR
    if name in ("into_iter", "iter_mut") and base & (LIST | TUPLE):
        return ITERATOR
    mask = script.types.of(call).kinds
    if mask == ANY and name in SOURCES and (name != "split" or call.args.items) and base not in (0, OTHER):
        return ITERATOR
    return mask


def _plain(script: Script, expr: Node, depth: int) -> int:
    """The kinds of what is no call of a method."""
    if not isinstance(expr, Expr):
        return ANY
    mask = script.types.of(expr).kinds
    if mask != ANY or not isinstance(expr, Path) or depth > _DEEPEST:
        return mask
    value = kept_value(script, expr)
    if value is None:
        return mask
    value = bare(value)
    found = _kinds(script, value, depth + 1)
    if found == ITERATOR and isinstance(value, MethodCall) and is_broken_chain(script, value):
        return LIST
    return found


def kept_value(script: Script, path: Path) -> Expr | None:
    """The value of the `let` that introduces a name, if nothing else is ever assigned to it."""
    let = script.types.binding(path) if path.name else None
    if not isinstance(let, Let):
        return None
    kept = _seen(script).kept
    if let not in kept:
        plain = let.pattern.first == let.pattern.last and len(let.pattern.names) == 1
        uses = script.types.uses(let)
        assigned = any(isinstance(use.parent, Assign) and use.parent.target is use for use in uses)
        kept[let] = let.value if plain and not assigned else None
    return kept[let]


def is_broken_chain(script: Script, call: Node) -> bool:
    """Whether a call is one of an iterator's methods on what is a list, or goes on from such a call."""
    at = bare(call)
    while isinstance(at, MethodCall) and name_of(script, at) in _ADAPTED:
        base = bare(at.base)
        if name_of(script, at) in ADAPTERS and lacks_iter(script, at):
            return True
        at = base
    return False


def lacks_iter(script: Script, call: MethodCall) -> bool:
    """Whether a method of iterators is called on what is a list, or can only be one."""
    name = name_of(script, call)
    mask = kinds(script, call.base)
    if mask in (0, ANY) or not mask & (LIST | RANGE | TUPLE):
        return False
    return not having(script, mask, name)


def is_split(script: Script, call: MethodCall) -> bool:
    """Whether a method is called on what `split` just gave."""
    base = bare(call.base)
    return isinstance(base, MethodCall) and name_of(script, base) == "split"


def use_of(script: Script, expr: Expr) -> Use:
    """How the sequence that an expression gives is used."""
    node: Node = expr
    up = node.parent
    while isinstance(up, Paren):
        node, up = up, up.parent
    if isinstance(up, MethodCall) and up.base is node:
        return _use_by_method(script, up)
    if isinstance(up, For) and up.iterable is node:
        return "either"
    if up is not None and isinstance(up.parent, MethodCall) and up is up.parent.args:
        return "either" if name_of(script, up.parent) in ("chain", "extend", "zip") else "list"
    if isinstance(up, Let) and up.value is node:
        return _use_by_name(script, up)
    return "list"


def _use_by_method(script: Script, call: MethodCall) -> Use:
    name = name_of(script, call)
    if name in ADAPTERS or name in CONSUMERS or name in FOREIGN:
        return "iterator"
    return "list"


def _use_by_name(script: Script, let: Let) -> Use:
    if len(let.pattern.names) != 1 or let.pattern.first != let.pattern.last:
        return "list"
    found: set[Use] = set()
    for use in script.types.uses(let):
        up = use.parent
        if isinstance(up, MethodCall) and up.base is use:
            if name_of(script, up) in _GOING_ON:
                return "iterator"
            found.add(_use_by_method(script, up))
        elif isinstance(up, For) and up.iterable is use:
            found.add("either")
        else:
            found.add("list")
    if "list" in found or not found:
        return "list"
    if found == {"either"}:
        return "either"
    return "iterator" if len(script.types.uses(let)) == 1 else "list"


def is_simple(node: Node) -> bool:
    """Whether an expression can be evaluated again and again: it calls nothing and awaits nothing."""
    return all(isinstance(part, _SIMPLE) for part in node.walk())


def two_ended(script: Script, expr: Node) -> bool:
    """Whether an iterator can certainly be walked from its end: `rev` needs that."""
    at = bare(expr)
    while isinstance(at, MethodCall):
        name = name_of(script, at)
        if name in ("iter", "chars"):
            return name == "chars" or not kinds(script, at.base) & ~(LIST | RANGE | TUPLE)
        if name not in ("map", "filter", "rev", "filter_map"):
            return False
        at = bare(at.base)
    return False
