"""RN146: a result that has no JSON form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from crucible_tools.rune.rules.articles import with_article
from crucible_tools.rune.rules.iterator_lists import list_fix
from crucible_tools.rune.rules.operands import bare, tight
from crucible_tools.rune.rules.receivers import having, is_broken_chain, kinds, name_of
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Block,
    Call,
    Closure,
    Expr,
    File,
    Function,
    Generics,
    If,
    Index,
    Jump,
    Let,
    List,
    Match,
    MethodCall,
    Module,
    Node,
    Object,
    Path,
    Statement,
    Tuple,
)  # fmt: skip
from crucible_tools.rune.types.methods import METHODS
from crucible_tools.rune.types.scopes import owners
from crucible_tools.rune.types.values import FUNCTION, ITERATOR, OBJECT, OTHER, RANGE, STRING, Value

_ENTRIES: Final = frozenset({"call", "main"})
_NO_TOOLS: Final = frozenset({"hook", "handler", "plugin", "test"})
_COLLECTIONS: Final = {"HashMap": "an object, `#{}`,", "HashSet": "a list", "VecDeque": "a list"}
_WRAPPERS: Final = frozenset({"Ok", "Some"})
_MOST: Final = 500


def check(script: Script) -> Iterator[Finding]:
    """Finds iterators, maps, sets, ranges and functions in what a tool gives."""
    yield from sorted(_results(script), key=lambda item: item.start)


def _results(script: Script) -> Iterator[Finding]:
    entries = [function for function in script.tree.of(Function) if _is_entry(script, function)]
    if not entries:
        return
    named = {call.callee.name for call in script.tree.of(Call) if isinstance(call.callee, Path)}
    returns = _returns(script)
    yield from _short(script, entries)
    for function in entries:
        if function.name is not None and script.word(function.name) in named:
            continue  # others of the source call it, and may take the result apart
        for expr in _parts(function, returns.get(function, ())):
            if (isinstance(expr, MethodCall) and _fails(script, expr)) or _becomes_list(script, expr):
                continue
            value = script.types.of(expr)
            if value.only(ITERATOR | RANGE | FUNCTION) or (value.only(OTHER) and value.name in _COLLECTIONS):
                yield _finding(script, expr, value)


def _short(script: Script, entries: Sequence[Function]) -> Iterator[Finding]:
    """Maps and sets that a result names short: `#{ counts }`."""
    for let in script.tree.of(Let):
        if let.value is None or script.types.of(let.value).name not in _COLLECTIONS:
            continue
        value = script.types.of(let.value)
        for entry in script.types.scopes.short_uses(let):
            if value.only(OTHER) and _is_given(script, entry, entries):
                message = f"{with_article(value.name)} has no JSON form, and the tool gives it as it is"
                fix = _objects(script) if value.name == "HashMap" else None
                hint = f"use {_COLLECTIONS[value.name]} in its place"
                yield Finding("RN146", script.start(entry), script.end(entry), message, hint=hint, fix=fix)


def _is_given(script: Script, entry: Node, entries: Sequence[Function]) -> bool:
    """Whether an object that an entry stands in is what one of these functions gives."""
    below: Node = entry
    for up in entry.up():
        if isinstance(up, Function):
            return up in entries
        if isinstance(up, Jump) and up.word == "return":
            function = script.function_of(up)
            return function in entries
        if isinstance(up, Call) and not (isinstance(up.callee, Path) and up.callee.text in _WRAPPERS):
            return False
        if isinstance(up, Block) and (up.value is not below or up.prefix):
            return False
        if isinstance(up, (Let, Closure, MethodCall)):
            return False
        if not isinstance(up, Statement):
            below = up
    return False


def _is_entry(script: Script, function: Function) -> bool:
    if function.name is None or function.pub is None or not isinstance(function.parent, (File, Module)):
        return False
    marks = {mark.name for mark in function.attributes}
    if marks & _NO_TOOLS:
        return False
    if (
        "tool" in marks
        or script.word(function.name) in _ENTRIES
        or f"@entry {script.word(function.name)}" in script.text
    ):
        return True
    params = [script.word(param.first) for param in function.params]
    return function.is_async and params == ["args"]


def _parts(function: Function, returns: Sequence[Jump]) -> Iterator[Expr]:
    """The expressions whose values a host gets: results, and what stands in the literals that they are."""
    stack: list[Node] = [function.body] if function.body is not None else []
    stack += [jump.value for jump in reversed(returns) if jump.value is not None]
    seen = 0
    while stack and seen < _MOST:
        seen += 1
        here = stack.pop()
        here = bare(here) if isinstance(here, Expr) else here
        if isinstance(here, Block):
            stack += [here.value] if here.value is not None and not here.prefix else []
        elif isinstance(here, If):
            stack += [here.then, *([here.otherwise] if here.otherwise is not None else [])]
        elif isinstance(here, Match):
            stack += [arm.body for arm in here.arms]
        elif isinstance(here, Object) and here.path is None:
            stack += [entry.value for entry in here.entries if entry.value is not None]
        elif isinstance(here, (List, Tuple)):
            stack += here.items
        elif isinstance(here, Call) and isinstance(here.callee, Path) and here.callee.text in _WRAPPERS:
            stack += here.args.items
        elif isinstance(here, Expr) and not isinstance(here, Jump):
            yield here


def _returns(script: Script) -> dict[Node, list[Jump]]:
    """The `return`s of each function and closure."""
    tree = script.tree
    jumps = [jump for jump in tree.of(Jump) if jump.word == "return"]
    found: dict[Node, list[Jump]] = {}
    for jump, owner in owners(jumps, [*tree.of(Function), *tree.of(Closure)]).items():
        found.setdefault(owner, []).append(jump)
    return found


def _becomes_list(script: Script, expr: Expr) -> bool:
    """Whether it is a variable whose iterator is used as a list too, and collected for that where it begins."""
    let = script.types.binding(expr) if isinstance(expr, Path) else None
    made = bare(let.value) if isinstance(let, Let) and let.value is not None else None
    return isinstance(made, MethodCall) and list_fix(script, made) is not None


def _fails(script: Script, call: MethodCall) -> bool:
    """Whether a call fails already, so that nothing comes of it."""
    name = name_of(script, call)
    alone = name == "split" and not call.args.items
    return alone or is_broken_chain(script, call) or not having(script, kinds(script, call.base), name)


def _finding(script: Script, expr: Expr, value: Value) -> Finding:
    start, end = script.start(expr), script.end(expr)
    if value.only(ITERATOR):
        message = "an iterator has no JSON form, and the tool gives it as it is"
        fix = Fix(True, "Collect", (Edit(end, end, ".collect::<Vec>()"),)) if tight(expr) else None
        return Finding("RN146", start, end, message, hint="`.collect::<Vec>()` makes a list of it", fix=fix)
    if value.only(OTHER):
        message = f"{with_article(value.name)} has no JSON form, and the tool gives it as it is"
        fix = _objects(script) if value.name == "HashMap" else None
        return Finding("RN146", start, end, message, hint=f"use {_COLLECTIONS[value.name]} in its place", fix=fix)
    return Finding("RN146", start, end, "this has no JSON form, and the tool gives it as it is", hint="give a list")


@remembered
def _objects(script: Script) -> Fix | None:
    """Objects in place of all maps of a source, if they do as well: their keys are texts only."""
    for call in script.tree.of(MethodCall):
        if script.types.of(call.base).name != "HashMap":
            continue
        name = name_of(script, call)
        keyed = name in ("insert", "get", "contains_key", "remove") and call.args.items
        if keyed and not _may_be_key(script, call.args.items[0]):
            return None
        if name not in METHODS[OBJECT] and name != "entry":
            return None
    for index in script.tree.of(Index):
        if script.types.of(index.base).name == "HashMap" and index.index and not _may_be_key(script, index.index):
            return None
    edits: list[Edit] = []
    for made in script.tree.of(Call):
        if isinstance(made.callee, Path) and made.callee.segments[-2:] == ["HashMap", "new"]:
            edits.append(Edit(script.start(made), script.end(made), "#{}"))
        elif isinstance(made.callee, Path) and made.callee.segments[-2:-1] == ["HashMap"]:
            return None
    for generics in script.tree.of(Generics):
        if isinstance(generics.parent, MethodCall) and len(generics.args) == 1:
            arg = generics.args[0]
            if script.source(arg) == "HashMap":
                edits.append(Edit(script.start(arg), script.end(arg), "Object"))
    if not edits:
        return None
    return Fix(True, "Write an object", tuple(sorted(edits, key=lambda edit: edit.start)))


def _may_be_key(script: Script, node: Node) -> bool:
    return isinstance(node, Expr) and script.types.of(node).may(STRING)


RULE = Rule(
    code="RN146",
    name="result-without-json",
    summary="`args.o.keys()` or a `HashMap` as the result of a tool: a host cannot take it.",
    why="""\
What a tool gives has to have a JSON form: numbers, texts, lists, objects, tuples, `()`, structs. Iterators, maps and
sets of `std::collections`, ranges and functions have none, so that every call that gives one fails.

The repair collects an iterator into a list. For a map it writes an object from the start, `#{}` instead of
`HashMap::new()`, unless its keys are no texts or something is done with it that objects do not have.
""",
    before="""\
pub async fn call(args) {
    #{ names: args.o.keys() }
}
""",
    after="""\
pub async fn call(args) {
    #{ names: args.o.keys().collect::<Vec>() }
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
)
