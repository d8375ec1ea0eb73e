"""RN305: names that hosts refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.declared_schemas import entry_of, input_schemas, key_of, unquoted
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Block, Function, Literal, Object

_TOOL: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}\Z")
"""What a tool may be called (legacy-tools.md, "Forms")."""

_PROPERTY: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
"""What an argument may be called: the pattern for property keys of the Anthropic API, the strictest of the hosts."""


def check(script: Script) -> Iterator[Finding]:
    """Finds the names of tools and of arguments that are none."""
    for function in script.tree.of(Function):
        if function.name is not None and script.word(function.name) == "NAME" and isinstance(function.body, Block):
            value = function.body.value
            if isinstance(value, Literal) and value.kind == "string":
                yield from _tool(script, value)
    for _, schema in input_schemas(script):
        entry = entry_of(script, schema, "properties")
        if entry is not None and isinstance(entry.value, Object):
            for argument in entry.value.entries:
                name = key_of(script, argument)
                if name is not None and not _PROPERTY.match(name):
                    start, end = script.tree.tokens.starts[argument.key], script.tree.tokens.ends[argument.key]
                    message = f"hosts refuse an argument of the name `{name[:80]}`"
                    hint = "use 1 to 64 of A-Z a-z 0-9 _ . -, and read the argument under its new name"
                    yield Finding("RN305", start, end, message, "warning", hint)


def _tool(script: Script, value: Literal) -> Iterator[Finding]:
    name = unquoted(script.source(value))
    if not _TOOL.match(name):
        message = f"`{name[:80]}` can't be the name of a tool"
        proposed = re.sub(r"[^A-Za-z0-9_.-]+", "_", name.strip())[:128].strip("_")
        choices = (f'"{proposed}"',) if proposed else ()
        hint = "use 1 to 128 of A-Z a-z 0-9 _ . -; callers have to use the new name"
        yield Finding("RN305", script.start(value), script.end(value), message, "error", hint, choices)


RULE = Rule(
    code="RN305",
    name="refused-name",
    summary="A tool or an argument whose name has blanks or signs that hosts refuse.",
    why="Tools are called by name over protocols that allow letters, digits, `_`, `.` and `-` only: 128 of them for a "
    "tool, 64 for an argument. A tool with another name can't be migrated; an argument with another name makes some "
    "hosts refuse the whole tool. Renaming changes what callers have to write, so it is left to the author.",
    before="""\
pub fn NAME() { "word count" }
pub async fn call(args) {
    args.text.len()
}
""",
    after="""\
pub fn NAME() { "word_count" }
pub async fn call(args) {
    args.text.len()
}
""",
    kind=Kind.SCHEMA,
    fix="none",
    check=check,
    words=("NAME", "INPUT_SCHEMA"),
)
