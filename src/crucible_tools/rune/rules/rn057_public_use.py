"""RN057: `pub use`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Module, Use


def check(script: Script) -> Iterator[Finding]:
    """Finds `pub use` of what is not of this source, where it can be seen from outside."""
    tokens = script.tree.tokens
    for use in script.tree.of(Use):
        first = next((path[0] for path in [*use.names.values(), *use.stars] if path), "")
        if use.pub is None or first != "std" or script.word(use.pub + 1) == "(":
            continue
        if any(isinstance(up, Module) and up.pub is None for up in use.up()):
            continue
        fix = Fix(True, "Delete `pub`", cut_up_to(script, use.pub, use.pub + 1))
        message = "what comes from `std` cannot be handed on by `pub use`"
        yield Finding("RN057", tokens.starts[use.pub], tokens.ends[use.pub], message, fix=fix)


RULE = Rule(
    code="RN057",
    name="public-use",
    summary="`pub use std::collections::HashMap;`: what comes from `std` cannot be handed on.",
    why="""\
Rune 0.14 compiles such a line, and then misses a function that others could call by the new name. Every file, and
every module in it, imports what it needs.

The repair deletes `pub`.
""",
    before="""\
pub use std::collections::HashSet;

pub async fn call(args) {
    let seen = HashSet::new();
    seen.insert(args.a);
    seen.len()
}
""",
    after="""\
use std::collections::HashSet;

pub async fn call(args) {
    let seen = HashSet::new();
    seen.insert(args.a);
    seen.len()
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("pub use",),
)
