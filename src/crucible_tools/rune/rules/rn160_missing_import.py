"""RN160: imports of what Rune's standard library does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.cutting import cut_line
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Attribute, Type, Use

MISSING: Final = frozenset({
    "any::Any", "boxed::Box", "char::from_digit", "char::from_u32", "cmp::Reverse", "collections::BTreeMap",
    "collections::BTreeSet", "collections::BinaryHeap", "collections::LinkedList", "collections::btree_map::Entry",
    "collections::hash_map::Entry", "convert::From", "convert::Into", "convert::TryFrom", "convert::TryInto",
    "default::Default", "f64::consts::E", "f64::consts::PI", "f64::consts::TAU", "fmt::Debug", "fmt::Display",
    "fmt::Result", "fmt::Write", "hash::Hash", "iter::FromIterator", "iter::Sum", "iter::from_fn",
    "iter::repeat", "iter::successors", "iter::zip", "mem::replace", "mem::swap", "mem::take", "ops::Add",
    "ops::AddAssign", "ops::Deref", "ops::DerefMut", "ops::Index", "ops::IndexMut", "ops::Mul", "ops::Sub",
    "string::ToString",
})  # fmt: skip
"""What Rust has in `std` and Rune has not, of the modules that both have; every name was asked of the engine."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `use std::fmt::Write;` and the like; modules that Rune lacks altogether are RN021's."""
    tokens = script.tree.tokens
    for use in script.tree.of(Use):
        for name, path in use.names.items():
            if len(path) < 3 or path[0] not in ("std", "core", "alloc") or "::".join(path[1:]) not in MISSING:
                continue
            token = next((at for at in range(use.last, use.first - 1, -1) if tokens.texts[at] == path[-1]), use.first)
            message = f"Rune's `{'::'.join(path[:-1])}` has no `{path[-1]}`"
            fix = None if name in _used(script) else _fix(script, use, token)
            hint = None if fix else "it is used below: mend that first"
            yield Finding("RN160", tokens.starts[token], tokens.ends[token], message, hint=hint, fix=fix)


def _fix(script: Script, use: Use, token: int) -> Fix | None:
    """Deletes the import, or the one name of several."""
    start, end = script.start(use), script.end(use)
    if len(use.names) == 1 and not use.stars:
        return Fix(True, "Delete it", (cut_line(script, start, end),))
    tokens = script.tree.tokens
    first, last = token, token
    if script.word(token + 1) == "as":
        last = token + 2
    if script.word(token + 1) == "::" or script.word(token - 1) == "::":
        return None
    if script.word(last + 1) == ",":
        begin, stop = tokens.starts[first], tokens.starts[last + 2]
    elif script.word(first - 1) == ",":
        begin, stop = tokens.starts[first - 1], tokens.ends[last]
    else:
        return None
    if has_comment(script, begin, stop):
        return None
    return Fix(True, f"Delete `{script.word(token)}`", (Edit(begin, stop, ""),))


@remembered
def _used(script: Script) -> frozenset[str]:
    """The names that stand outside of imports, types and attributes."""
    tokens = script.tree.tokens
    apart = [False] * len(tokens)
    for node in (*script.tree.of(Use), *script.tree.of(Type), *script.tree.of(Attribute)):
        for at in range(node.first, node.last + 1):
            apart[at] = True
    return frozenset(word for at, word in enumerate(tokens.texts) if not apart[at] and script.word(at - 1) != ".")


RULE = Rule(
    code="RN160",
    name="missing-import",
    summary="`use std::fmt::Write;`, `use std::collections::BTreeMap;`: Rune's `std` has no such thing.",
    why="""\
Rune's standard library has modules of the same names as Rust's, with less inside: no traits, no ordered collections. An
import of what is not there does not compile, even if nothing uses it.

The repair deletes an import that only types and attributes use, since Rune has neither.
""",
    before="""\
use std::fmt::Write;

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
    words=("use std::", "use core::", "use alloc::"),
)
