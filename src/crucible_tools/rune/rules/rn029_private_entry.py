"""RN029: an entry without `pub`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import File, Function, Impl, Path

_ENTRIES: Final = ("call", "main")
_METADATA: Final = frozenset(
    ["NAME", "DESCRIPTION", "INPUT_SCHEMA", "OUTPUT_SCHEMA", "VERSION", "TAGS", "CATEGORY", "AUTHOR", "CAPABILITIES"]
)
_ENTRY: Final = re.compile(r"^[ \t]*//![ \t]*@entry[ \t]+(\w+)", re.MULTILINE)
_PUBLIC: Final = frozenset({"export", "public"})
_MARKS: Final = frozenset({"tool", "hook", "handler", "plugin"})


def check(script: Script) -> Iterator[Finding]:
    """Finds a private `call` or `main`, and private metadata functions, in a source that offers nothing else."""
    functions = script.tree.of(Function)
    if any(item.trait is not None or item.word == "trait" for item in script.tree.of(Impl)):
        return  # a Rust program
    names = {
        script.word(function.name): function
        for function in functions
        if function.name is not None and _is_top(function)
    }
    entry = _ENTRY.search(script.text) if "@entry" in script.text else None
    named = entry[1] if entry is not None else None
    declared = [function for name, function in names.items() if name == named or _is_tool(function)]
    if declared:
        yield from (_finding(script, function) for function in declared if not _is_public(script, function))
        return
    entries = [names[name] for name in _ENTRIES if name in names]
    private = [function for function in entries if not _is_public(script, function)]
    if len(private) == len(entries) and _offers(script, functions, entries):
        return
    wanted = private if len(private) == len(entries) else []
    if entries:
        called = {path.name for path in script.tree.of(Path)}
        wanted += [
            function
            for name, function in names.items()
            if name in _METADATA and name not in called and not function.params and not _is_public(script, function)
        ]
    for function in sorted(wanted, key=lambda item: item.first):
        yield _finding(script, function)


def _is_tool(function: Function) -> bool:
    """Whether a source says of a function that it is a tool."""
    return any(mark.name == "tool" for mark in function.attributes)


def _offers(script: Script, functions: list[Function], entries: list[Function]) -> bool:
    """Whether a source has something else that a host would call."""
    for function in functions:
        if function in entries or function.name is None:
            continue
        if any(mark.name in _MARKS for mark in function.attributes):
            return True
        if _is_public(script, function) and script.word(function.name) not in _METADATA:
            return True
    return False


def _is_top(function: Function) -> bool:
    return isinstance(function.parent, File) and not any(mark.name == "test" for mark in function.attributes)


def _is_public(script: Script, function: Function) -> bool:
    """`pub(crate)` is not public enough; of `export` it is said elsewhere that it means `pub`."""
    if any(script.word(word) in _PUBLIC for word in function.words):
        return True
    return function.pub is not None and script.word(function.pub + 1) != "("


def _finding(script: Script, function: Function) -> Finding:
    tokens = script.tree.tokens
    name = function.name if function.name is not None else function.first
    start = tokens.starts[function.first]
    if function.pub is not None:
        close = tokens.partner[function.pub + 1]
        edit = Edit(tokens.ends[function.pub], tokens.ends[max(close, function.pub)], "")
    else:
        edit = Edit(start, start, "pub ")
    fix = Fix(False, "Write `pub`", (edit,))
    message = f"a host cannot call `{tokens.texts[name]}`: it is not `pub`"
    return Finding("RN029", tokens.starts[name], tokens.ends[name], message, fix=fix)


RULE = Rule(
    code="RN029",
    name="private-entry",
    summary="`fn call(args)` or `fn main()` without `pub`: a host cannot call it.",
    why="""\
Rune keeps the names of public functions only; a call of a private one from outside ends with "Missing entry". The
same is true of `NAME`, `DESCRIPTION` and `INPUT_SCHEMA`, which describe the tool.

The repair writes `pub`. It is unsafe, since it makes a tool of a file that was none. So are functions
with `#[tool]`, and the one that a header names with `@entry`: those are tools by name. A file that offers something
else is left alone: its `main` may be private for a reason.
""",
    before="""\
fn call(args) {
    args.a
}
""",
    after="""\
pub fn call(args) {
    args.a
}
""",
    kind=Kind.CERTAIN,
    fix="unsafe",
    check=check,
    words=("call", "main", "@entry", "#[tool"),
)
