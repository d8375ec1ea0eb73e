"""RN190: a list or an object that is changed while a loop goes through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Assign, Closure, Expr, Field, For, Index, MethodCall, Node, Path

_GOING: Final = frozenset({"iter", "keys", "values", "enumerate", "rev", "skip", "take", "filter", "map"})
"""Methods that hold on to what they go through."""
_CHANGING: Final = frozenset({
    "push", "insert", "remove", "pop", "clear", "extend", "sort", "sort_by", "truncate", "resize", "push_back",
    "push_front", "pop_back", "pop_front",
})  # fmt: skip
_DEEPEST: Final = 8
_MOST: Final = 400
"""Nodes of a loop's body that are looked at."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `for x in list { list.push(x); }` and `for (i, x) in list.iter().enumerate() { list[i] = x; }`."""
    for loop in script.tree.of(For):
        walked = _walked(script, loop.iterable)
        if walked is None:
            continue
        change = _change(script, loop, script.source(walked))
        if change is None:
            continue
        name = script.source(walked)
        end = script.end(walked)
        fix = Fix(True, f"Go through `{name}.clone()`", (Edit(end, end, ".clone()"),))
        message = f"`{name}` cannot be changed while the loop goes through it: this fails"
        yield Finding("RN190", script.start(change), script.end(change), message, fix=fix)


def _walked(script: Script, iterable: Expr) -> Path | Field | None:
    """What a loop goes through: a name or a field of one."""
    at = iterable
    for _ in range(_DEEPEST):
        if not isinstance(at, MethodCall):
            break
        if script.word(at.name) not in _GOING:
            return None
        at = at.base
    root = at
    for _ in range(_DEEPEST):
        if not isinstance(root, Field) or root.number:
            break
        root = root.base
    whole = isinstance(root, Path) and root.name is not None and script.types.binding(root) is not None
    return at if whole and isinstance(at, (Path, Field)) else None


def _change(script: Script, loop: For, name: str) -> Expr | None:
    """The first change of it in the body; None if the name gets another value there, too."""
    first: Expr | None = None
    pending: list[Node] = [loop.body]
    for _ in range(_MOST):
        if not pending:
            return first
        node = pending.pop()
        if isinstance(node, Closure):
            continue
        pending += reversed(node.kids)
        if isinstance(node, Assign):
            target = node.target
            if _is(script, target, name):
                return None
            if isinstance(target, (Index, Field)) and _is(script, target.base, name):
                first = first or node
        elif isinstance(node, MethodCall) and script.word(node.name) in _CHANGING and _is(script, node.base, name):
            first = first or node
    return None


def _is(script: Script, node: Node, name: str) -> bool:
    start = script.start(node)
    return script.end(node) - start == len(name) and script.text.startswith(name, start)


RULE = Rule(
    code="RN190",
    name="changed-while-walked",
    summary="`for x in list { list.push(x); }`: a list or an object cannot be changed while a loop goes through it.",
    why="""\
A loop holds on to what it goes through, and writing to it meanwhile stops the tool ("Cannot write"). That is so for
lists, objects, sets and maps, and for `list[i] = ..` as well.

The repair goes through a copy. It is safe, because the change always failed; the items of the copy are the same ones.
""",
    before="""\
pub async fn call(args) {
    let list = args.list;
    for (i, x) in list.iter().enumerate() {
        list[i] = x * 2;
    }
    list
}
""",
    after="""\
pub async fn call(args) {
    let list = args.list;
    for (i, x) in list.clone().iter().enumerate() {
        list[i] = x * 2;
    }
    list
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("for ",),
)
