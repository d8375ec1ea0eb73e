"""Calls of async functions that nobody awaits: what becomes of the Future that they give."""

from __future__ import annotations

import itertools
from enum import Enum
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.operands import bare, outer
from crucible_tools.rune.rules.reads import is_assigned, scope_of, single_name
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.syntax.nodes import (
    Args,
    Arm,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Cast,
    Closure,
    Entry,
    Expr,
    Field,
    For,
    Function,
    If,
    Index,
    Is,
    Jump,
    Let,
    LetCondition,
    List,
    Loop,
    Macro,
    Match,
    MethodCall,
    Node,
    Object,
    Path,
    Statement,
    Template,
    Try,
    Tuple,
    Unary,
    While,
)  # fmt: skip

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_JOINING: Final = frozenset({"join", "select", "try_join", "join_all"})
_PROMISED: Final = frozenset({"all", "allSettled", "any", "race"})
"""What `Promise` does with several of them."""

_DEEPEST: Final = 200
"""Nodes around one that are looked at."""


class Fate(Enum):
    """What becomes of a Future."""

    FINE = "it is awaited, or somebody else may do that"
    USED = "it is used as the value that it does not have yet, which fails"
    RESULT = "it is what the function gives"
    ASKED = "a condition or a match asks for its value, and never gets it"
    KEPT = "it is kept, and nothing awaits it"
    DROPPED = "nothing is done with it"
    MAPPED = "a closure gives it"


def fate(script: Script, expr: Expr) -> Fate:
    """What becomes of the Future that an expression gives."""
    here: Node = outer(expr)
    while True:
        up = here.parent
        found = _direct(script, here, up)
        if found is not None:
            return found
        if isinstance(up, Statement):
            block = up.parent
            if not isinstance(block, Block):
                return Fate.FINE
            if up.semicolon is not None or block.value is not here:
                return Fate.DROPPED
            here = block
        elif isinstance(up, (If, Arm, Match)):
            here = outer(up) if isinstance(up, Expr) else up
        else:
            return Fate.FINE


def _direct(script: Script, here: Node, up: Node | None) -> Fate | None:
    """What the node around a Future does with it; None when it hands it on."""
    if isinstance(up, Await):
        return Fate.FINE
    if isinstance(up, (Field, MethodCall, Index, Try)) and up.base is here:
        return Fate.USED
    if isinstance(up, (Binary, Unary, Template, Cast, Is)):
        return Fate.USED
    if isinstance(up, Index):
        return Fate.USED
    if isinstance(up, For):
        return Fate.USED if up.iterable is here else Fate.DROPPED
    if isinstance(up, If) and up.condition is here:
        return Fate.ASKED
    if isinstance(up, While):
        return Fate.ASKED if up.condition is here else Fate.DROPPED
    if isinstance(up, LetCondition):
        return Fate.ASKED
    if isinstance(up, Loop):
        return Fate.DROPPED
    if isinstance(up, Match) and up.subject is here:
        return Fate.ASKED
    if isinstance(up, Arm) and up.guard is here:
        return Fate.ASKED
    if isinstance(up, Let):
        return _bound(script, up)
    if isinstance(up, Assign):
        return Fate.KEPT if up.value is here and not _joined(script, up) else Fate.FINE
    if isinstance(up, Jump):
        return _given(script, up) if up.word == "return" else Fate.FINE
    if isinstance(up, Function):
        return Fate.RESULT if up.is_async else Fate.FINE
    if isinstance(up, Closure):
        return _mapped(script, up)
    if isinstance(up, Args):
        return _passed(script, here, up)
    if isinstance(up, (List, Tuple, Entry, Object)):
        return Fate.FINE if _joined(script, up) else Fate.KEPT
    if isinstance(here, Block) and here.prefix == "async":
        return Fate.RESULT
    return None


def _given(script: Script, jump: Jump) -> Fate:
    """What `return` does with it."""
    for up in jump.up():
        if isinstance(up, Closure):
            return _mapped(script, up)
        if isinstance(up, Function):
            return Fate.RESULT if up.is_async else Fate.FINE
        if isinstance(up, Block) and up.prefix == "async":
            return Fate.RESULT
    return Fate.FINE


def _mapped(script: Script, closure: Closure) -> Fate:
    if closure.is_async:
        return Fate.RESULT
    return Fate.FINE if _joined(script, closure) else Fate.MAPPED


def _bound(script: Script, let: Let) -> Fate:
    """What becomes of the variable that holds it."""
    if single_name(script, let) is None:
        return Fate.USED if let.pattern.names else Fate.KEPT
    uses = script.types.uses(let)
    fates = [_of_use(script, use) for use in uses if not is_assigned(use)]
    if Fate.FINE in fates:
        return Fate.FINE
    if Fate.USED in fates:
        return Fate.USED
    return Fate.FINE if _joined(script, let) else Fate.KEPT


def _of_use(script: Script, use: Path) -> Fate:
    here: Node = outer(use)
    up = here.parent
    if isinstance(up, Let):
        return Fate.KEPT  # another name for it; looking further is not worth the time
    found = _direct(script, here, up)
    return Fate.KEPT if found is None else found


def _passed(script: Script, here: Node, args: Args) -> Fate:
    call = args.parent
    if isinstance(call, Macro):
        return Fate.USED
    if isinstance(call, Call):
        if isinstance(call.callee, Path) and call.callee.segments[-1] in _JOINING:
            return Fate.FINE
        function = script.types.function(call)
        if function is not None:
            return Fate.FINE if _awaits_parameter(script, function, args, here) else Fate.KEPT
        if script.types.host(call) is not None:
            return Fate.USED
    return Fate.FINE if _joined(script, args) else Fate.KEPT


def _awaits_parameter(script: Script, function: Function, args: Args, here: Node) -> bool:
    """Whether a function awaits the parameter that gets a Future, or hands it on."""
    at = args.items.index(here) if here in args.items else -1
    if not 0 <= at < len(function.params):
        return True
    return any(isinstance(use.parent, (Await, Args, List, Tuple)) for use in script.types.uses(function.params[at]))


def _joined(script: Script, node: Node) -> bool:
    """Whether the function around awaits Futures that it holds: with `join`, or by name."""
    return scope_of(script, node) in joining(script)


@remembered
def streams(script: Script) -> frozenset[Node]:
    """The functions that yield: calling one gives a stream, which is not awaited itself."""
    found: set[Node] = set()
    for jump in script.tree.of(Jump):
        if jump.word == "yield":
            found.update(up for up in itertools.islice(jump.up(), _DEEPEST) if isinstance(up, (Function, Closure)))
    return frozenset(found)


def _selects(script: Script) -> list[int]:
    """Where `select {` stands, which waits for several Futures."""
    texts = script.tree.tokens.texts
    return [at for at, word in enumerate(texts) if word == "select" and texts[at + 1 : at + 2] == ["{"]]


@remembered
def joining(script: Script) -> frozenset[Node]:
    """The functions that await something else than a call, or join Futures."""
    found: set[Node] = set()
    for node in script.tree.of(Await):
        if not isinstance(bare(node.base), (Call, MethodCall)):
            found.add(scope_of(script, node))
    selects = _selects(script)
    for function in script.tree.of(Function) if selects else ():
        if any(function.first < at < function.last for at in selects):
            found.add(function)
    for path in script.tree.of(Path):
        if path.segments[-1] in _JOINING and isinstance(path.parent, Call):
            found.add(scope_of(script, path))
    for call in script.tree.of(MethodCall):
        if script.word(call.name) in _PROMISED and script.source(call.base) == "Promise":
            found.add(scope_of(script, call))
    return frozenset(found)
