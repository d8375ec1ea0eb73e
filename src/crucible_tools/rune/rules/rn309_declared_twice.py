"""RN309: two items of one name."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Const, Function, Impl, Item, Module, Node, Struct

_KINDS = (Function, Const, Struct, Module)


def check(script: Script) -> Iterator[Finding]:
    """Finds functions, constants, types and modules of one name in one place, and methods of one `impl` block."""
    if script.compiles:
        return
    found: list[Finding] = []
    scopes: dict[Node | None, dict[str, list[Item]]] = {}
    for kind in _KINDS:
        for item in script.tree.of(kind):
            if item.name is not None and not (isinstance(item, Impl) or _is_trait(item)):
                scopes.setdefault(item.parent, {}).setdefault(script.word(item.name), []).append(item)
    for names in scopes.values():
        for name, items in names.items():
            if len(items) > 1:
                found += _twice(script, name, sorted(items, key=lambda item: item.first))
    yield from sorted(found, key=lambda item: item.start)


def _is_trait(item: Item) -> bool:
    return isinstance(item.parent, Impl) and (item.parent.word != "impl" or item.parent.trait is not None)


def _twice(script: Script, name: str, items: list[Item]) -> Iterator[Finding]:
    first, *others = items
    yield _finding(script, first, f"`{name}` is declared again on line {_line(script, others[0])}", None)
    for item in others:
        same = not (first.attributes or item.attributes) and script.source(item) == script.source(first)
        cut = cut_line(script, script.start(item), script.end(item))
        fix = Fix(True, "Delete it, since it is the same again", (cut,)) if same else None
        yield _finding(script, item, f"`{name}` is declared on line {_line(script, first)} already", fix)


def _line(script: Script, item: Item) -> int:
    return script.tree.tokens.place(script.start(item))[0]


def _finding(script: Script, item: Item, message: str, fix: Fix | None) -> Finding:
    token = item.name if item.name is not None else item.first
    start, end = script.tree.tokens.starts[token], script.tree.tokens.ends[token]
    hint = None if fix else "rename one of the two, or delete the one that is not meant"
    return Finding("RN309", start, end, message, hint=hint, fix=fix)


RULE = Rule(
    code="RN309",
    name="declared-twice",
    summary="Two functions `call` in one file: a name stands for one thing only.",
    why="""\
In other languages the later one counts, or the numbers of parameters tell them apart. In Rune a name can stand for one
item in its module, and a source with two of them does not compile.

The repair deletes the later one where both are the same, word by word. Which of two different ones is meant nobody else
knows.
""",
    before="""\
pub async fn call(args) {
    half(args.a)
}
fn half(n) { n / 2 }
fn half(n) { n / 2 }
""",
    after="""\
pub async fn call(args) {
    half(args.a)
}
fn half(n) { n / 2 }
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
)
