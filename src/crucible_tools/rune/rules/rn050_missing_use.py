"""RN050: collections that need a `use`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.std_names import IMPORTS, missing_import
from crucible_tools.rune.syntax.nodes import Generics, Is, MethodCall, Node, Path

_ORDERED: Final = {"BTreeMap": "HashMap", "BTreeSet": "HashSet"}


def check(script: Script) -> Iterator[Finding]:
    """Finds `HashMap::new()` and the like without an import, and Rust's ordered collections."""
    for name, token, node in sorted(_names(script), key=lambda item: item[1]):
        tokens = script.tree.tokens
        start, end = tokens.starts[token], tokens.ends[token]
        if name in _ORDERED:
            fix = Fix(False, f"Write `{_ORDERED[name]}`", (Edit(start, end, _ORDERED[name]),))
            hint = "sort the keys where their order matters"
            yield Finding("RN050", start, end, f"there is no `{name}` in Rune", hint=hint, fix=fix)
            continue
        addition = missing_import(script, node, name)
        if addition is None:
            continue
        # The name stays; that it is written again makes the repair one of this place.
        fix = Fix(True, f"Add `use {IMPORTS[name]};`", (Edit(start, end, name),), (addition,))
        yield Finding("RN050", start, end, f"`{name}` has to be imported: `use {IMPORTS[name]};`", fix=fix)


def _names(script: Script) -> Iterator[tuple[str, int, Node]]:
    bound = bound_names(script)
    for path in script.tree.of(Path):
        name = path.segments[0]
        if len(path.segments) == 1 or script.word(path.first) == "::":
            continue
        if name in IMPORTS or (name in _ORDERED and name not in bound):
            yield name, path.tokens[0], path
    for generics in script.tree.of(Generics):
        if isinstance(generics.parent, MethodCall):
            for arg in generics.args:
                if arg.generics is None and script.source(arg) in IMPORTS:
                    yield script.source(arg), arg.first, generics
    for node in script.tree.of(Is):
        if script.source(node.type) in IMPORTS:
            yield script.source(node.type), node.type.first, node


RULE = Rule(
    code="RN050",
    name="missing-use",
    summary="`HashMap::new()` without `use std::collections::HashMap;`: some names have to be imported.",
    why="""\
`Vec`, `Object`, `String`, `Option` and `Result` are known everywhere. `HashMap`, `HashSet` and `VecDeque` are not.

The repair adds the `use`. `BTreeMap` and `BTreeSet` do not exist: taking the ones without an order instead is unsafe.
An object (`#{}`) does for most maps whose keys are strings.
""",
    before="""\
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
    fix="sometimes",
    check=check,
    words=("HashMap", "HashSet", "VecDeque", "BTree"),
)
