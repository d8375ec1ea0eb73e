"""RN022: a module in another file."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Module


def check(script: Script) -> Iterator[Finding]:
    """Finds `mod name;`."""
    for module in script.tree.of(Module):
        if module.open is not None or module.name is None or script.word(module.last) != ";":
            continue
        name = script.word(module.name)
        message = f"a tool is one file: the module `{name}` in another one is never loaded"
        hint = f"paste its text in, as `mod {name} {{ .. }}`"
        yield Finding("RN022", script.start(module), script.end(module), message, hint=hint)


RULE = Rule(
    code="RN022",
    name="outer-module",
    summary="`mod markdown;`: a tool is one source, and the sandbox loads no second file.",
    why="""\
`mod name;` says that the module is in `name.rn` beside this file. A sandbox has no files.

There is no repair that a machine can be sure of. If you have the other file, put its text into this one: `mod name {
.. }`.
""",
    before="""\
mod markdown;

pub async fn call(args) {
    markdown::title(args.text)
}
""",
    after="""\
mod markdown {
    pub fn title(text) {
        text.split("\\n").next().unwrap_or("")
    }
}

pub async fn call(args) {
    markdown::title(args.text)
}
""",
    kind=Kind.SYNTAX,
    fix="none",
    check=check,
    words=("mod ",),
)
