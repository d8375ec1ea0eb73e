"""RN308: metadata that a host does not find, or that belongs to no function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Const, Function, Item, List, Literal, Object, Path, Statement, Template

_METADATA: Final = (
    "NAME", "DESCRIPTION", "INPUT_SCHEMA", "OUTPUT_SCHEMA", "VERSION", "CATEGORY", "TAGS", "AUTHOR",
)  # fmt: skip
_TELLING: Final = ("NAME", "INPUT_SCHEMA")
_MEANT: Final = ("NAME", "DESCRIPTION", "INPUT_SCHEMA")
"""Constants of these names are meant for a host; a `VERSION` may be there for whoever reads the source."""
_ENTRY: Final = "call"
_MARKS: Final = frozenset({"tool", "hook", "handler", "plugin", "test", "bench"})
_HOOKS: Final = ("on_", "init", "handle")


def check(script: Script) -> Iterator[Finding]:
    """Finds constants and functions that are meant as metadata, values lost to a semicolon, and a lost `call`."""
    top = _top(script)
    call = top.get(_ENTRY)
    found: list[Finding] = []
    for name in _METADATA:
        item = top.get(name)
        if isinstance(item, Function):
            found += _lost_value(script, item, name)
            if call is not None:
                found += _with_parameters(script, item, name)
        elif isinstance(item, Const) and call is not None and name in _MEANT and name not in _used(script):
            found += _constant(script, item, name)
    if call is None:
        found += _lost_entry(script, top)
    elif not any(name in top for name in _TELLING):
        found += _in_small_letters(script, top)
    yield from sorted(found, key=lambda item: item.start)


@remembered
def _top(script: Script) -> dict[str, Item]:
    """What stands outside of all modules, by name."""
    return {
        script.word(item.name): item
        for item in reversed(script.tree.file.items)
        if isinstance(item, (Function, Const)) and item.name is not None
    }


@remembered
def _used(script: Script) -> frozenset[str]:
    return frozenset(path.segments[0] for path in script.tree.of(Path))


def _extent(script: Script, item: Item) -> tuple[int, int]:
    token = item.name if item.name is not None else item.first
    return script.tree.tokens.starts[token], script.tree.tokens.ends[token]


def _lost_value(script: Script, function: Function, name: str) -> Iterator[Finding]:
    """`pub fn NAME() { "x"; }`: behind a semicolon the value is thrown away."""
    body = function.body
    if body is None or body.value is not None or not body.statements or function.params:
        return
    last = body.statements[-1]
    if not isinstance(last, Statement) or last.semicolon is None:
        return
    if not isinstance(last.expression, (Literal, Object, List, Template)):
        return
    start, end = script.tree.tokens.starts[last.semicolon], script.tree.tokens.ends[last.semicolon]
    message = f"`{name}()` gives nothing: what stands in front of a semicolon is thrown away"
    yield Finding("RN308", start, end, message, fix=Fix(True, "Delete `;`", (Edit(start, end, ""),)))


def _with_parameters(script: Script, function: Function, name: str) -> Iterator[Finding]:
    if not function.params or function.pub is None or name in _used(script):
        return
    tokens = script.tree.tokens
    unused = not any(script.types.uses(param) or script.types.scopes.short_uses(param) for param in function.params)
    edit = Edit(tokens.ends[function.open], tokens.starts[function.close], "")
    fix = Fix(False, "Delete the parameters", (edit,)) if unused else None
    message = f"hosts call `{name}()` without arguments, so that this one is never called"
    yield Finding("RN308", *_extent(script, function), message, "warning", fix=fix)


def _constant(script: Script, const: Const, name: str) -> Iterator[Finding]:
    """`pub const NAME = "x";`."""
    fix = None
    if const.value is not None and const.type is None and const.word == "const":
        tokens = script.tree.tokens
        end = tokens.ends[const.value.last]
        closed = script.word(const.value.last + 1) == ";"
        edits = (
            Edit(tokens.starts[const.first], script.start(const.value), f"pub fn {name}() {{ "),
            Edit(end, tokens.ends[const.value.last + 1] if closed else end, " }"),
        )
        fix = Fix(False, "Write a function", edits)
    message = f"hosts call `{name}()`: a constant of that name tells them nothing"
    hint = None if fix else f"write `pub fn {name}() {{ .. }}`"
    yield Finding("RN308", *_extent(script, const), message, "warning", hint, fix=fix)


def _lost_entry(script: Script, top: dict[str, Item]) -> Iterator[Finding]:
    """Metadata, and one function that could be the one it describes, under another name."""
    telling = [name for name in _TELLING if isinstance(item := top.get(name), Function) and item.pub is not None]
    if not telling:
        return
    entries = [item for name, item in top.items() if isinstance(item, Function) and _may_be_entry(name, item)]
    if len(entries) != 1 or any(mark.name in _MARKS for item in script.tree.of(Function) for mark in item.attributes):
        return
    [entry] = entries
    name = script.word(entry.name) if entry.name is not None else ""
    start, end = _extent(script, entry)
    tool = (entry.is_async or name == "main") and [script.source(param) for param in entry.params] == ["args"]
    message = f"`{telling[0]}()` describes the function `{_ENTRY}`, and there is none"
    if tool:
        message += f": this one is a tool of its own name, without what `{telling[0]}()` says"
    fix = Fix(False, f"Call it `{_ENTRY}`", (Edit(start, end, _ENTRY),)) if name not in _used(script) else None
    yield Finding("RN308", start, end, message, "warning" if tool else "error", fix=fix)


def _may_be_entry(name: str, function: Function) -> bool:
    return function.pub is not None and name not in _METADATA and not name.startswith(_HOOKS)


def _in_small_letters(script: Script, top: dict[str, Item]) -> Iterator[Finding]:
    """`pub fn name()`, `pub fn description()`, `pub fn input_schema()`: at least two of them are no coincidence."""
    named = {
        name: item
        for name in _METADATA
        if isinstance(item := top.get(name.lower()), Function) and item.pub is not None and not item.params
    }
    if len(named) < 2 or any(name.lower() in _used(script) for name in named):
        return
    for name, item in named.items():
        start, end = _extent(script, item)
        message = f"hosts call `{name}()`: in small letters it is never called"
        yield Finding(
            "RN308", start, end, message, "warning", fix=Fix(False, f"Call it `{name}`", (Edit(start, end, name),))
        )


RULE = Rule(
    code="RN308",
    name="metadata-form",
    summary='`pub const NAME = ".."`, `pub fn NAME() { ".."; }`, `NAME()` without a `call`: metadata that nobody gets.',
    why="""\
A tool of the direct form is a function `call` and functions beside it, `NAME()`, `DESCRIPTION()`, `INPUT_SCHEMA()`,
which a host calls without arguments. A constant of that name, or a function with parameters or in small letters, is
never asked, and the tool is called like its file. Without `call` the metadata describes nothing.

The repair takes a semicolon away that throws the value away. All other repairs are unsafe: they change what the tool is
called, or make one.
""",
    before="""\
pub fn NAME() {
    "greet";
}
pub async fn call(args) {
    `Hello ${args.name}`
}
""",
    after="""\
pub fn NAME() {
    "greet"
}
pub async fn call(args) {
    `Hello ${args.name}`
}
""",
    kind=Kind.SCHEMA,
    fix="sometimes",
    check=check,
    words=(*_METADATA, "fn name", "fn description"),
)
