"""What calls and methods give, and what the closures among their arguments are given."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.syntax.nodes import Args, Call, Closure, Expr, Literal, MethodCall, Path
from crucible_tools.rune.types import methods, patterns, positions
from crucible_tools.rune.types.functions import FUNCTIONS, HOSTS, OWNERS
from crucible_tools.rune.types.notation import Site, constant, read
from crucible_tools.rune.types.values import (
    ANY,
    FLOAT,
    FUTURE,
    INT,
    ITERATOR,
    LIST,
    NEVER,
    NUMBER,
    OBJECT,
    OPTION,
    OTHER,
    RANGE,
    RESULT,
    STRING,
    TUPLE,
    UNKNOWN,
    Value,
    holder,
    join,
    joined,
    plain,
)  # fmt: skip

if TYPE_CHECKING:
    from crucible_tools.rune.types.inference import Types

_NOTHING: Final[dict[str, str]] = {}
_WRAPPERS: Final = {"Some": OPTION, "Ok": RESULT, "Err": RESULT}
_OBJECTS: Final = frozenset({"JSON", "Math", "Number", "Object", "String", "math"})
"""Objects of other languages whose functions look like methods, and are none of Rune's."""
_WHOLE: Final = frozenset({"ceil", "floor", "round", "trunc"})
"""Those that give a whole number there."""
_DEFAULTS: Final = frozenset({"unwrap_or", "fold", "map_or", "chain"})
_BY_KEY: Final = frozenset({"get", "insert", "remove"})
_ONE: Final = frozenset(
    {
        "map", "filter", "any", "all", "find", "filter_map", "flat_map", "for_each", "forEach", "position", "and_then",
        "max_by_key", "min_by_key", "sort_by_key", "retain", "skip_while", "take_while", "inspect", "is_some_and",
    }
)  # fmt: skip
_TWO: Final = frozenset({"reduce", "sort_by", "max_by", "min_by", "dedup_by", "sort_unstable_by"})
_OF_ERROR: Final = frozenset({"unwrap_or_else", "map_err", "or_else"})


# --- functions ---


def call(types: Types, node: Call) -> Value:
    """What a call gives."""
    path = node.callee
    if not isinstance(path, Path):
        return types.bodies.result(path) if isinstance(path, Closure) else UNKNOWN
    function = types.function(path)
    if function is not None:
        given = types.bodies.returned(function)
        return holder(FUTURE, given) if function.is_async else given
    closure = types.bodies.closure(path)
    if closure is not None:
        return types.bodies.result(closure)
    if types.declared_here(path):
        return UNKNOWN
    return _outside(types, node, path)


def _outside(types: Types, node: Call, path: Path) -> Value:
    name = types.scopes.spelled(path)
    info = types.host(node)
    if info is not None:
        gives = constant(HOSTS.get(info.name, "json"))
        if info.gives == "result":
            gives = holder(RESULT, gives)
        return holder(FUTURE, gives) if info.awaited else gives
    first = _argument(types, node.args, 0)
    last = path.segments[-1]
    if last in _WRAPPERS and name in (last, f"Option::{last}", f"Result::{last}"):
        return holder(RESULT, NEVER, first) if last == "Err" else holder(_WRAPPERS[last], first, NEVER)
    gives = FUNCTIONS.get(name) or FUNCTIONS.get(name.removeprefix("std::").partition("::")[2])
    if gives is not None:
        return constant(gives)
    owner, _, method = name.rpartition("::")
    kind = OWNERS.get(owner.rpartition("::")[2]) if owner else None
    if kind is not None:
        return _method(types, first.narrowed(kind), method, node.args, None, skip=1)
    return UNKNOWN


def _argument(types: Types, args: Args, at: int) -> Value:
    item = args.items[at] if at < len(args.items) else None
    return types.value(item) if isinstance(item, Expr) else UNKNOWN


# --- methods ---


def method_call(types: Types, node: MethodCall) -> Value:
    """What the call of a method gives."""
    base, name = node.base, types.word(node.name)
    if isinstance(base, Path) and base.name in _OBJECTS and types.binding(base) is None:
        return constant("int") if name in _WHOLE else UNKNOWN
    generic = None
    if node.generics is not None and node.generics.args:
        generic = types.text(node.generics.args[0]).partition("<")[0].rpartition("::")[2].strip()
    given = _method(types, types.value(base), name, node.args, generic)
    if name in positions.NAMES and given.may(OPTION) and positions.is_number(types, node):
        return constant("int")
    return given


def _method(types: Types, receiver: Value, name: str, args: Args, generic: str | None, *, skip: int = 0) -> Value:
    """What a method gives.

    Args:
        types: of the source.
        receiver: what it is called on.
        name: its name.
        args: its arguments.
        generic: the type in the turbofish.
        skip: how many of the arguments are the receiver.
    """
    if not receiver.kinds:
        return NEVER
    if receiver.only(FUTURE):
        # No Future has methods: the `.await` was forgotten.
        receiver = receiver.inside
    if name == "reduce" and len(args.items) - skip == 2:
        return UNKNOWN  # JavaScript's, which begins with a value and gives one
    found: list[Value] = []
    meant: list[Value] = []
    kinds = receiver.kinds
    if having := kinds & methods.HAVING.get(name, 0):
        # What other kinds were meant to give does not count then.
        kinds = having | kinds & OTHER
    for kind in _bits(kinds):
        if kind == OTHER:
            if not types.other_method(name, receiver):
                continue
            known = methods.OTHERS.get(receiver.name) or methods.GIVEN.get(receiver.name, _NOTHING)
            tables = [known] if receiver.name else list(methods.OTHERS.values())
            given = [table[name] for table in tables if name in table]
            if not given or (not receiver.name and name in methods.VAGUE):
                return UNKNOWN
        else:
            gives = methods.RETURNS[kind].get(name)
            given = [gives] if gives is not None else []
        if given:
            site = _site(types, receiver, kind, name, args, generic, skip)
            found.extend(read(gives)(site) for gives in given)
        elif not found:
            gives = methods.MEANT.get(kind, _NOTHING).get(name) or methods.MEANT_OF_ALL.get(name)
            if gives is not None:
                meant.append(read(gives)(_site(types, receiver, kind, name, args, generic, skip)))
    return joined(found) if found else joined(meant) if meant else UNKNOWN


@lru_cache(maxsize=1024)
def _bits(kinds: int) -> tuple[int, ...]:
    found: list[int] = []
    while kinds:
        bit = kinds & -kinds
        found.append(bit)
        kinds &= ~bit
    return tuple(found)


def _site(types: Types, receiver: Value, kind: int, name: str, args: Args, generic: str | None, skip: int) -> Site:
    """What the words of the notation stand for at this call."""

    def item() -> Value:
        if receiver.kinds == ANY:
            return UNKNOWN
        if kind == OBJECT:
            first = args.items[skip] if name in _BY_KEY and len(args.items) > skip else None
            if isinstance(first, Literal) and first.kind == "string":
                return receiver.narrowed(OBJECT).field(types.key(first.first))
            return patterns.member(receiver.narrowed(OBJECT))
        if kind == TUPLE:
            return patterns.member(receiver.narrowed(TUPLE))
        if kind == LIST and name == "get" and _argument(types, args, skip).only(RANGE):
            return receiver.narrowed(LIST)
        return receiver.narrowed(kind).inside

    def called() -> Value:
        values = [_given(types, arg, name) for arg in args.items[skip:]]
        return joined(values) if values else UNKNOWN

    def site(word: str) -> Value:
        match word:
            case "same":
                return receiver.narrowed(kind) if receiver.kinds != ANY else plain(kind)
            case "item":
                return item()
            case "error":
                return receiver.narrowed(kind).failure
            case "each":
                return patterns.element(called())
            case "some":
                inner = called()
                return inner.inside if inner.may(OPTION) else inner
            case "to":
                return _to(name, generic, item())
            case _:
                return called()

    return site


def _given(types: Types, arg: object, name: str) -> Value:
    """What an argument gives when it is called, or itself where a default is meant."""
    if isinstance(arg, Closure):
        return types.bodies.result(arg)
    if isinstance(arg, Path):
        function = types.function(arg)
        if function is not None:
            given = types.bodies.returned(function)
            return holder(FUTURE, given) if function.is_async else given
        closure = types.bodies.closure(arg)
        if closure is not None:
            return types.bodies.result(closure)
    return types.value(arg) if name in _DEFAULTS and isinstance(arg, Expr) else UNKNOWN


def _to(name: str, generic: str | None, item: Value) -> Value:
    """What `collect`, `sum`, `product` and `parse` give."""
    if name == "collect":
        match generic:
            case None | "Vec":
                return holder(LIST, item)
            case "String":
                return plain(STRING)
            case "Object":
                return plain(OBJECT)
            case "Tuple":
                return plain(TUPLE)
            case "HashMap":
                return holder(OTHER, item.field("1") if item.only(TUPLE) else None, name="HashMap")
            case "HashSet" | "VecDeque":
                return holder(OTHER, item, name=generic)
            case _:
                return UNKNOWN
    kinds = {"i64": INT, "u64": INT, "f64": FLOAT}.get(generic or "", 0)
    if name == "parse":
        failed = Value(OTHER, name="ParseError") if kinds else None
        return holder(RESULT, UNKNOWN if generic == "char" else plain(kinds or NUMBER), failed)
    return plain(kinds or item.kinds & NUMBER or NUMBER)


# --- what closures are given ---


def closure_argument(types: Types, closure: Closure, position: int) -> Value:
    """What the parameter of a closure is, from the method that the closure is given to."""
    args = closure.parent
    owner = args.parent if isinstance(args, Args) else None
    if not isinstance(owner, MethodCall):
        return types.bodies.passed(closure, position)
    name = types.word(owner.name)
    if name == "fold":
        first = owner.args.items[0] if owner.args.items else None
        if position == 0 and isinstance(first, Expr):
            return join(types.value(first), types.bodies.result(closure))
        return _element(types.value(owner.base)) if position == 1 else UNKNOWN
    if name in _OF_ERROR and position == 0:
        return types.value(owner.base).failure
    if (name in _ONE and position == 0) or name in _TWO:
        return _element(types.value(owner.base))
    if position == 1 and owner.args.items[:1] == [closure]:
        return plain(INT)  # JavaScript's (item, index)
    return UNKNOWN


def _element(value: Value) -> Value:
    """What an iterator, an Option or a Result hands to a closure."""
    held = LIST | ITERATOR | OPTION | RESULT
    return value.narrowed(value.kinds & held).inside if value.may(held) and value.kinds != ANY else UNKNOWN
