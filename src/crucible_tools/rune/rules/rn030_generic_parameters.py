"""RN030: type parameters of declarations."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.angles import closing_angle
from crucible_tools.rune.rules.cutting import cut, cut_tokens
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.written_types import where_clause
from crucible_tools.rune.syntax.nodes import Function, Impl, Struct


def check(script: Script) -> Iterator[Finding]:
    """Finds `<T>` behind the names of functions and structs and behind `impl`, and `where ..`."""
    found: list[Finding] = []
    for node in (*script.tree.of(Function), *script.tree.of(Struct)):
        if node.generics is not None:
            found += _finding(script, node.generics.first, node.generics.last)
    for impl in script.tree.of(Impl):
        if impl.word == "impl" and impl.trait is None and impl.open is not None:
            found += _of_impl(script, impl)
    for function in script.tree.of(Function):
        clause = where_clause(script, function)
        if clause is not None:
            found += _finding(script, *clause)
    yield from sorted(found, key=lambda item: item.start)


def _of_impl(script: Script, impl: Impl) -> Iterator[Finding]:
    at, end = impl.first, impl.open or impl.last
    while at < end:
        close = closing_angle(script, at) if script.word(at) == "<" else None
        if close is not None and close < end:
            yield from _finding(script, at, close)
            at = close
        at += 1


def _finding(script: Script, first: int, last: int) -> Iterator[Finding]:
    tokens = script.tree.tokens
    if "label" in tokens.kinds[first : last + 1]:
        return  # lifetimes: a Rust program
    start, end = tokens.starts[first], tokens.ends[last]
    if tokens.texts[first] == "where":
        edits = cut_tokens(script, first, last)
    elif script.word(first - 1) == "impl" and script.text[end : end + 1].isspace():
        edits = cut(script, start, end)
    else:
        edits = cut(script, start, end)
    fix = Fix(True, f"Delete `{script.text[start:end]}`", edits)
    yield Finding("RN030", start, end, "declarations of Rune have no type parameters", fix=fix)


RULE = Rule(
    code="RN030",
    name="generic-parameters",
    summary="`fn first<T>(list)`, `impl<T> Stack<T>`, `where T: Ord`: declarations of Rune have no type parameters.",
    why="""\
A function of Rune takes whatever it is called with, so there is nothing to be generic about.

The repair deletes `<..>` and `where ..`. Where lifetimes are among the parameters nothing is changed (see RN021).
""",
    before="""\
fn twice<T>(x) where T: Clone {
    [x, x]
}

pub async fn call(args) {
    twice(args.a)
}
""",
    after="""\
fn twice(x) {
    [x, x]
}

pub async fn call(args) {
    twice(args.a)
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("<", "where "),
)
