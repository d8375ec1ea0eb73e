"""RN021: what only Rust has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.rust_imports import CRATES, MACROS, is_import_of_macros
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Attribute, Block, Function, Impl, Type, Use

_MODULES: Final = frozenset({
    "fs", "path", "env", "net", "process", "thread", "sync", "rc", "cell", "boxed", "borrow", "error",
    "marker", "os", "str", "time", "ffi", "ptr",
})  # fmt: skip
"""Modules of Rust's `std` that Rune's has not, or has without what people import from it."""


def check(script: Script) -> Iterator[Finding]:
    """Finds traits and their implementations; where there are none, lesser signs of a Rust program."""
    found = [*_traits(script)] or [*_imports(script), *_unsafe(script), *_lifetimes(script), *_macros(script)]
    yield from sorted(found, key=lambda item: item.start)


def _traits(script: Script) -> Iterator[Finding]:
    for node in script.tree.of(Impl):
        if node.word == "trait":
            name = script.word(node.name) if node.name is not None else ""
            message = f"there are no traits in Rune: `{name}` belongs to a Rust program"
        elif node.trait is not None and node.word == "impl":
            message = f"there are no traits in Rune: `impl {node.trait} for {node.target}` belongs to a Rust program"
        else:
            continue
        start = script.start(node)
        end = script.tree.tokens.starts[node.open] if node.open is not None else script.end(node)
        yield _finding(script, start, start + len(script.text[start:end].rstrip()), message)


def _imports(script: Script) -> Iterator[Finding]:
    for use in script.tree.of(Use):
        if is_import_of_macros(use):
            continue
        paths: list[tuple[str, ...]] = [*use.names.values(), *use.stars]
        for path in paths:
            if len(path) > 1 and path[0] in ("std", "core", "alloc") and _is_missing(path):
                message = f"`{'::'.join(path[:2])}` is a module of Rust's library, which Rune has not"
                yield _imported(script, use, message)
                break
            if len(path) > 1 and path[0] in CRATES:
                message = f"`{path[0]}` is a crate of Rust, and Rune loads none"
                yield _imported(script, use, message)
                break


def _imported(script: Script, use: Use, message: str) -> Finding:
    """What is only named in types and attributes is not missed: Rune has neither."""
    start, end = script.start(use), script.end(use)
    # What a macro of a crate is called, `json`, a module of the host may be called too.
    if use.stars or any(name in _used(script) for name, path in use.names.items() if path[-1] not in MACROS):
        return _finding(script, start, end, message)
    return Finding("RN021", start, end, message, fix=Fix(True, "Delete it", (cut_line(script, start, end),)))


@remembered
def _used(script: Script) -> frozenset[str]:
    """The names that stand outside of imports, types and attributes."""
    tokens = script.tree.tokens
    apart = [False] * len(tokens)
    for node in (*script.tree.of(Use), *script.tree.of(Type), *script.tree.of(Attribute)):
        for at in range(node.first, node.last + 1):
            apart[at] = True
    return frozenset(
        word for at, word in enumerate(tokens.texts) if not apart[at] and (at == 0 or tokens.texts[at - 1] != ".")
    )


def _is_missing(path: tuple[str, ...]) -> bool:
    """Whether Rune's `std` has no such thing; of `std::io` it has what prints."""
    if path[1] == "io":
        return len(path) > 2 and path[2] not in ("print", "println", "dbg")
    return path[1] in _MODULES


def _unsafe(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    words = [
        word for node in script.tree.of(Function) for word in node.words if script.word(word) in ("unsafe", "extern")
    ]
    words += [node.first for node in script.tree.of(Block) if node.prefix == "unsafe"]
    for token in words:
        message = f"there is no `{tokens.texts[token]}` in Rune"
        yield _finding(script, tokens.starts[token], tokens.ends[token], message)


def _lifetimes(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i, kind in enumerate(tokens.kinds):
        if kind == "label" and script.word(i - 1) == "<" and script.word(i + 1) in (">", ",", ":"):
            message = f"there are no lifetimes in Rune: `{tokens.texts[i]}` belongs to a Rust program"
            hint = f"Rune has no references: is this meant to be a tool, delete every `{tokens.texts[i]}` and its `<>`"
            fix = _without_lifetimes(script, i - 1)
            hint = None if fix else hint
            yield Finding("RN021", tokens.starts[i], tokens.ends[i], message, hint=hint, fix=fix)


def _without_lifetimes(script: Script, opened: int) -> Fix | None:
    """`<'a>` and `<'a, T>` without lifetimes: what has no references needs none."""
    tokens = script.tree.tokens
    last = opened + 1
    while script.word(last + 1) == "," and tokens.kinds[last + 2 : last + 3] == ["label"]:
        last += 2
    if script.word(last + 1) == ">":
        edit = Edit(tokens.starts[opened], tokens.ends[last + 1], "")
    elif script.word(last + 1) == "," and last + 2 < len(tokens):
        edit = Edit(tokens.starts[opened + 1], tokens.starts[last + 2], "")
    else:
        return None
    return Fix(True, "Delete the lifetimes", (edit,))


def _macros(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word == "macro_rules" and script.word(i + 1) == "!":
            yield _finding(script, tokens.starts[i], tokens.ends[i + 1], "a script of Rune cannot define macros")


def _finding(script: Script, start: int, end: int, message: str) -> Finding:
    hint = "nothing here can be repaired by a machine: is this file meant to be a tool at all?"
    return Finding("RN021", start, end, message, hint=hint)


RULE = Rule(
    code="RN021",
    name="rust-item",
    summary="`trait`, `impl X for Y`, `unsafe`, lifetimes, `use std::fs`: the file is a Rust program, not a tool.",
    why="""\
Rune looks like Rust and is another language. It has no traits, no lifetimes, no `unsafe`, and of Rust's library only
a small part: nothing that reads files, opens connections or starts threads. A script gets all that from functions of
its host.

The repair deletes an import of which only types and attributes make use, since Rune has neither, and lifetimes. For
the rest there is none. If the file was meant to be a tool, its traits become plain functions and its access to files
and network becomes calls of host functions.
""",
    before="""\
use serde::Deserialize;

pub async fn call(args) {
    args.a
}
""",
    after="""\

pub async fn call(args) {
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("trait ", "impl", "use ", "unsafe", "extern", "<'", "macro_rules"),
)
