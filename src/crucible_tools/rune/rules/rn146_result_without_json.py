"""RN146: a result that has no JSON form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.articles import with_article
from crucible_tools.rune.rules.iterator_lists import list_fix
from crucible_tools.rune.rules.operands import bare, tight
from crucible_tools.rune.rules.receivers import having, is_broken_chain, kinds, name_of
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Block,
    Call,
    Closure,
    Expr,
    File,
    Function,
    If,
    Jump,
    Let,
    List,
    Match,
    MethodCall,
    Module,
    Node,
    Object,
    Path,
    Tuple,
)  # fmt: skip
from crucible_tools.rune.types.values import FUNCTION, ITERATOR, OTHER, RANGE, Value

_ENTRIES: Final = frozenset({"call", "main"})
_NO_TOOLS: Final = frozenset({"hook", "handler", "plugin", "test"})
_COLLECTIONS: Final = {"HashMap": "an object, `#{}`,", "HashSet": "a list", "VecDeque": "a list"}
_WRAPPERS: Final = frozenset({"Ok", "Some"})
_MOST: Final = 500


def check(script: Script) -> Iterator[Finding]:
    """Finds iterators, maps, sets, ranges and functions in what a tool gives."""
    entries = [function for function in script.tree.of(Function) if _is_entry(script, function)]
    if not entries:
        return
    named = {path.name for path in script.tree.of(Path) if isinstance(path.parent, Call)}
    for function in entries:
        if function.name is not None and script.word(function.name) in named:
            continue  # others of the source call it, and may take the result apart
        for expr in _parts(function):
            if (isinstance(expr, MethodCall) and _fails(script, expr)) or _becomes_list(script, expr):
                continue
            value = script.types.of(expr)
            if value.only(ITERATOR | RANGE | FUNCTION) or (value.only(OTHER) and value.name in _COLLECTIONS):
                yield _finding(script, expr, value)


def _is_entry(script: Script, function: Function) -> bool:
    if function.name is None or function.pub is None or not isinstance(function.parent, (File, Module)):
        return False
    marks = {mark.name for mark in function.attributes}
    if marks & _NO_TOOLS:
        return False
    if "tool" in marks or script.word(function.name) in _ENTRIES:
        return True
    params = [script.word(param.first) for param in function.params]
    return function.is_async and params == ["args"]


def _parts(function: Function) -> Iterator[Expr]:
    """The expressions whose values a host gets: results, and what stands in the literals that they are."""
    stack: list[Node] = [function.body] if function.body is not None else []
    stack += [jump.value for jump in _returns(function) if jump.value is not None]
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


def _returns(function: Function) -> Iterator[Jump]:
    stack: list[Node] = [function.body] if function.body is not None else []
    while stack:
        here = stack.pop()
        if isinstance(here, Jump) and here.word == "return":
            yield here
        stack += [kid for kid in here.kids if not isinstance(kid, (Closure, Function))]


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
        return Finding("RN146", start, end, message, hint=f"use {_COLLECTIONS[value.name]} in its place")
    return Finding("RN146", start, end, "this has no JSON form, and the tool gives it as it is", hint="give a list")


RULE = Rule(
    code="RN146",
    name="result-without-json",
    summary="`args.o.keys()` or a `HashMap` as the result of a tool: a host cannot take it.",
    why="""\
What a tool gives has to have a JSON form: numbers, texts, lists, objects, tuples, `()`, structs. Iterators, maps and
sets of `std::collections`, ranges and functions have none, so that every call that gives one fails.

The repair collects an iterator into a list. For a map, write an object from the start: `#{}` instead of
`HashMap::new()`.
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
