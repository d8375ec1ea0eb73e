"""RN122: methods of iterators on a list."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.languages import is_javascript
from crucible_tools.rune.rules.method_edits import after, arguments, place, removed, renamed
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.receivers import (
    ADAPTERS,
    CONSUMERS,
    bare,
    calls,
    kinds,
    lacks_iter,
    name_of,
    two_ended,
    use_of,
)
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.used_as import place_of, shown_texts
from crucible_tools.rune.rules.written_references import written_references
from crucible_tools.rune.syntax.nodes import Closure, Expr, For, Let, Loop, MethodCall, Node, Path, While
from crucible_tools.rune.types.values import ANY, ITERATOR, LIST, NAMES, RANGE, STRING, TUPLE

_NAMES = (ADAPTERS | CONSUMERS | {"into_iter", "iter_mut"}) - {"sum", "product", "collect"}
_TYPED = frozenset({"collect", "product", "sum"})
_OF_JAVASCRIPT = frozenset({"filter", "find", "map", "reduce"})
_ONE_PARAM = frozenset(["all", "any", "filter", "filter_map", "find", "flat_map", "map"])


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of iterator methods on lists, ranges and tuples."""
    for call in calls(script, _NAMES | _TYPED):
        name = name_of(script, call)
        if name == "reduce" and len(call.args.items) == 2 and kinds(script, call.base) == ITERATOR:
            yield _started(script, call)
            continue
        foreign = _is_list_of_javascript(script, call, name)
        if not (foreign or lacks_iter(script, call)) or (name in _TYPED and call.generics is None):
            continue
        if name == "count" and call.args.items:
            continue  # Python's, which counts what is equal
        mask = kinds(script, call.base)
        if name == "find" and not foreign and (not _takes_closure(call) or _is_text(script, call, mask)):
            continue
        start, end = place(script, call)
        what = next((NAMES[kind] for kind in (LIST, RANGE, TUPLE) if mask & kind), "list")
        yield Finding(
            "RN122",
            start,
            end,
            f"a {what} has no `{name}`, its iterator has",
            hint="write `.iter()` in front, and `.collect::<Vec>()` behind when a list is wanted",
            fix=None if call in written_references(script).sources else _fix(script, call, name),
        )


def _started(script: Script, call: MethodCall) -> Finding:
    """`list.iter().map(f).reduce(g, 0)`: what begins with a value is `fold`."""
    start, end = place(script, call)
    function, begin = call.args.items
    fold = _fold(script, call, function, begin) if isinstance(function, Closure) else None
    fix = Fix(True, fold.title, fold.edits[1:]) if fold is not None else None
    return Finding("RN122", start, end, "`reduce` begins with the first item: `fold` begins with a value", fix=fix)


def _fix(script: Script, call: MethodCall, name: str) -> Fix | None:
    items = arguments(call)
    if items is None:
        return None
    if name in ("into_iter", "iter_mut"):
        return Fix(True, "Call `iter`", (renamed(script, call, "iter"),)) if not items else None
    if name == "count" and not items:
        return Fix(True, "Call `len`", (renamed(script, call, "len"),))
    if name == "reduce" and len(items) == 2 and isinstance(items[0], Closure):
        return _fold(script, call, items[0], items[1])
    if name in _ONE_PARAM and len(items) == 1 and isinstance(items[0], Closure) and len(items[0].params) != 1:
        return _with_index(script, call, items[0], name)
    inserted = after(script, call.base, ".iter()")
    if name in ("next", "next_back") and isinstance(call.base, Path) and not _asked_once(script, call.base):
        return None  # each would begin anew
    if name not in ADAPTERS:
        return Fix(True, "Ask the iterator", (inserted,))
    edits = [inserted]
    last, dropped = _chain_end(script, call)
    edits += [removed(script, step) for step in dropped]
    if use_of(script, last) == "list" or isinstance(last.parent, Let):
        edits.append(after(script, last, ".collect::<Vec>()"))
    return Fix(True, "Go through the iterator", tuple(sorted(edits, key=lambda edit: edit.start)))


def _with_index(script: Script, call: MethodCall, closure: Closure, name: str) -> Fix | None:
    """JavaScript hands over the index as the second argument: `map((item, i) => ..)`."""
    if len(closure.params) != 2 or name not in ("all", "any", "filter", "flat_map", "map"):
        return None
    item, index = closure.params
    if has_comment(script, script.start(item), script.end(index)):
        return None
    given = "item" if script.source(item) == "_" else script.source(item)
    edits = [
        after(script, call.base, ".iter().enumerate()"),
        Edit(script.start(item), script.end(index), f"({script.source(index)}, {given})"),
    ]
    if name == "filter":
        edits.append(after(script, call, f".map(|({script.source(index)}, {given})| {given})"))
    last, dropped = _chain_end(script, call)
    edits += [removed(script, step) for step in dropped]
    if name in ADAPTERS and (use_of(script, last) == "list" or isinstance(last.parent, Let)):
        edits.append(after(script, last, ".collect::<Vec>()"))
    return Fix(True, "Number the items", tuple(sorted(edits, key=lambda edit: edit.start)))


def _chain_end(script: Script, call: MethodCall) -> tuple[MethodCall, list[MethodCall]]:
    """The last call of a chain that still gives an iterator, and the `.iter()` in it that are too much."""
    at, dropped = call, list[MethodCall]()
    while True:
        up: Node | None = at.parent
        if not isinstance(up, MethodCall) or up.base is not at:
            return at, dropped
        name = name_of(script, up)
        if name in ("iter", "into_iter", "iter_mut") and not up.args.items:
            dropped.append(up)
        elif (name == "rev" and not _reversible(script, call, at)) or name not in ADAPTERS:
            return at, dropped
        at = up


def _reversible(script: Script, first: MethodCall, last: MethodCall) -> bool:
    """Whether what a chain gives can be walked from its end, given that its first call is one on a list."""
    at: Node = last
    while isinstance(at, MethodCall):
        if name_of(script, at) not in ("filter", "filter_map", "map", "rev", "iter", "into_iter"):
            return two_ended(script, at)
        if at is first:
            return True
        at = bare(at.base)
    return False


def _fold(script: Script, call: MethodCall, closure: Closure, start: Node) -> Fix | None:
    """JavaScript's `list.reduce(f, start)` is `fold(start, f)`."""
    if not isinstance(start, Expr):
        return None
    begin, _ = place(script, call)
    edits = (
        after(script, call.base, ".iter()"),
        Edit(begin, script.start(closure), f"fold({script.source(start)}, "),
        Edit(script.end(closure), script.end(start), ""),
    )
    return Fix(True, "Fold with that start", edits)


def _is_text(script: Script, call: MethodCall, mask: int) -> bool:
    """Whether what may be a list is used as a text elsewhere."""
    return bool(mask & STRING) and place_of(script, call.base) in shown_texts(script)


def _is_list_of_javascript(script: Script, call: MethodCall, name: str) -> bool:
    """Whether nothing but a list has such a method in the language of the source, and nothing else is known of it."""
    if name not in _OF_JAVASCRIPT or not is_javascript(script) or kinds(script, call.base) != ANY:
        return False
    items = call.args.items
    return bool(items) and isinstance(bare(items[0]), Closure) and not isinstance(bare(call.base), MethodCall)


def _asked_once(script: Script, path: Path) -> bool:
    """Whether a variable is mentioned once, and not in a loop: nothing goes on from where this stops."""
    let = script.types.binding(path)
    looped = any(isinstance(up, (For, Loop, While)) for up in path.up())
    return isinstance(let, Let) and len(script.types.uses(let)) == 1 and not looped


def _takes_closure(call: MethodCall) -> bool:
    return len(call.args.items) == 1 and isinstance(bare(call.args.items[0]), Closure)


RULE = Rule(
    code="RN122",
    name="iterator-method-on-list",
    summary="`files.filter(..)`, `names.map(..)`: iterators have these methods, lists have not.",
    why="""\
A list of JavaScript is also its iterator, one of Rune is not: `map`, `filter`, `any`, `fold` and the like belong to
iterators, and on a list, a range or a tuple they fail. The repair writes `.iter()` in front of the chain. Where a
list is wanted of it, `.collect::<Vec>()` follows; where the next method, a `for` or `extend` takes an iterator,
nothing does.

`into_iter()` and `iter_mut()` of Rust become `iter()`, and `reduce` with a start becomes `fold`.
""",
    before="""\
pub async fn call(args) {
    args.a.map(|x| x + 1)
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().map(|x| x + 1).collect::<Vec>()
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=tuple(sorted(_NAMES | _TYPED)),
)
