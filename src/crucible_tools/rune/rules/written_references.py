"""References that something is written through, `*x = ..`: what becomes of `x` changes nothing else in Rune."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from crucible_tools.rune.rules.bound_names import free_name
from crucible_tools.rune.rules.operands import has_comment, repeatable
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Fix
from crucible_tools.rune.syntax.nodes import (
    Arm,
    Assign,
    Await,
    Binary,
    Call,
    Closure,
    Expr,
    For,
    Function,
    Let,
    LetCondition,
    List,
    Literal,
    Macro,
    Match,
    MethodCall,
    Node,
    Object,
    Param,
    Paren,
    Path,
    Template,
    Try,
    Unary,
    Unit,
)  # fmt: skip
from crucible_tools.rune.types.values import LIST

if TYPE_CHECKING:
    from crucible_tools.rune.rules.script import Script

_FRESH: Final = (Literal, Unit, Binary, List, Object, Template, Macro)
"""What is certainly no reference: a `*` in front of a variable with such a value is one too many."""


@dataclass(frozen=True, slots=True)
class WrittenReferences:
    """The writes through references of a source, and where these references come from.

    Args:
        targets: every `*x` that is assigned to.
        sources: the expressions that the references are taken from: `&mut n`, `v.iter_mut()`, `m.get_mut(k)`.
        loops: by their pattern, the loops over all of a list that write to its elements.
    """

    targets: frozenset[Unary] = frozenset()
    sources: frozenset[Node] = frozenset()
    loops: tuple[For, ...] = ()


@dataclass(slots=True)
class _Found:
    targets: set[Unary] = field(default_factory=set[Unary])
    sources: set[Node] = field(default_factory=set[Node])
    loops: dict[For, None] = field(default_factory=dict[For, None])
    params: dict[Param, None] = field(default_factory=dict[Param, None])


@remembered
def written_references(script: Script) -> WrittenReferences:
    """The writes of a source through references to variables and to elements."""
    found = _Found()
    for assign in script.tree.of(Assign):
        path = _through(assign.target)
        if path is None:
            continue
        binding = script.types.binding(path)
        if isinstance(binding, Let) and (binding.value is None or isinstance(binding.value, _FRESH)):
            continue
        at: Expr = assign.target
        while isinstance(at, (Unary, Paren)):
            if isinstance(at, Unary):
                found.targets.add(at)
                at = at.operand
            elif at.inner is not None:
                at = at.inner
        _note(found, binding)
    if found.params:
        _arguments(script, found)
    return WrittenReferences(frozenset(found.targets), frozenset(found.sources), tuple(found.loops))


def _through(target: Expr) -> Path | None:
    """The name `x` of a target `*x`."""
    starred = False
    while isinstance(target, (Unary, Paren)):
        if isinstance(target, Unary):
            if target.op != "*":
                return None
            starred = True
            target = target.operand
        elif target.inner is None:
            return None
        else:
            target = target.inner
    return target if starred and isinstance(target, Path) else None


def _note(found: _Found, binding: Node | None) -> None:
    """Notes where a reference comes from."""
    if isinstance(binding, (Let, LetCondition)):
        _trace(found, binding.value)
    elif isinstance(binding, For):
        found.loops[binding] = None
        _trace(found, binding.iterable)
    elif isinstance(binding, Arm) and isinstance(binding.parent, Match):
        _trace(found, binding.parent.subject)
    elif isinstance(binding, Param):
        found.params[binding] = None
        closure = binding.parent
        call = closure.parent.parent if isinstance(closure, Closure) and closure.parent is not None else None
        if isinstance(call, MethodCall):
            _trace(found, call.base)


def _trace(found: _Found, source: Expr | None) -> None:
    while source is not None and source not in found.sources:
        found.sources.add(source)
        if isinstance(source, (MethodCall, Try, Await)):
            source = source.base
        elif isinstance(source, Unary):
            source = source.operand
        elif isinstance(source, Paren):
            source = source.inner
        else:
            return


def _arguments(script: Script, found: _Found) -> None:
    """Notes the arguments of the functions that write through their parameters."""
    written: dict[Function, set[int]] = {}
    for param in found.params:
        if isinstance(param.parent, Function):
            written.setdefault(param.parent, set()).add(param.parent.params.index(param))
    if not written:
        return
    for call in script.tree.of(Call):
        function = script.types.function(call)
        for at in written.get(function, ()) if function is not None else ():
            if at < len(call.args.items) and isinstance(item := call.args.items[at], Unary):
                found.sources.add(item)


def loop_by_index(script: Script, loop: For) -> Fix | None:
    """`for i in 0..v.len() { v[i] = .. }` for a loop that writes to the elements of a list.

    None unless it is certain that the loop does nothing else with the list.
    """
    tokens = script.tree.tokens
    source = _list_of(script, loop)
    if source is None or len(loop.pattern.names) != 1 or loop.pattern.first != loop.pattern.last:
        return None
    if not repeatable(source) or not script.types.of(source).may(LIST):
        return None
    name, text = script.source(loop.pattern), script.source(source)
    words = tokens.texts[loop.body.first : loop.body.last + 1]
    own = tokens.texts[source.first : source.last + 1]
    uses = script.types.uses(loop)
    if words.count(name) != len(uses) or any(words[at : at + len(own)] == own for at in range(len(words))):
        return None
    if has_comment(script, script.start(loop.pattern), script.start(loop.body)) or "\n" in text:
        return None
    index = free_name(script, "i")
    edits = [
        Edit(script.start(loop.pattern), script.end(loop.pattern), index),
        Edit(script.start(loop.iterable), script.end(loop.iterable), f"0..{text}.len()"),
    ]
    for use in uses:
        star = use.parent
        whole: Node = star if isinstance(star, Unary) and star.op in ("*", "&", "&mut") else use
        edits.append(Edit(script.start(whole), script.end(use), f"{text}[{index}]"))
    return Fix(True, "Write to the list by index", tuple(edits))


def _list_of(script: Script, loop: For) -> Expr | None:
    """The list that a loop walks over by reference."""
    over = loop.iterable
    if isinstance(over, Unary) and over.op == "&mut":
        return over.operand
    if isinstance(over, MethodCall) and script.word(over.name) == "iter_mut" and not over.args.items:
        return over.base
    return None
