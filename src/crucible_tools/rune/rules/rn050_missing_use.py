"""RN050: collections that need a `use`."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from crucible_tools.rune.rules.bound_names import bound_names
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.std_names import IMPORTS, missing_import
from crucible_tools.rune.syntax.nodes import (
    Arm,
    For,
    Generics,
    Index,
    Is,
    Let,
    LetCondition,
    MethodCall,
    Node,
    Path,
    Use,
)

_ORDERED: Final = {"BTreeMap": "HashMap", "BTreeSet": "HashSet"}


def check(script: Script) -> Iterator[Finding]:
    """Finds `HashMap::new()` and the like without an import, and Rust's ordered collections."""
    for name, token, node in sorted(_names(script), key=lambda item: item[1]):
        tokens = script.tree.tokens
        start, end = tokens.starts[token], tokens.ends[token]
        if name in _ORDERED:
            fix = _sorted(script, node) or Fix(
                _is_unordered(script, node), f"Write `{_ORDERED[name]}`", (Edit(start, end, _ORDERED[name]),)
            )
            hint = "sort the keys where their order matters"
            yield Finding("RN050", start, end, f"there is no `{name}` in Rune", hint=hint, fix=fix)
            continue
        addition = missing_import(script, node, name)
        if addition is None:
            continue
        # The name stays; that it is written again makes the repair one of this place.
        fix = Fix(True, f"Add `use {IMPORTS[name]};`", (Edit(start, end, name),), (addition,))
        yield Finding("RN050", start, end, f"`{name}` has to be imported: `use {IMPORTS[name]};`", fix=fix)


_ANY_ORDER: Final = frozenset({
    "clear", "contains", "contains_key", "entry", "get", "get_mut", "insert", "is_empty", "len", "remove",
})  # fmt: skip
"""Methods that do not depend on the order of what is inside."""


def _is_unordered(script: Script, node: Node) -> bool:
    """Whether nothing walks over what a variable holds that begins as such a collection, nor hands it on."""
    made = node.parent
    let = made.parent if made is not None else None
    if not isinstance(let, Let) or let.value is not made or len(let.pattern.names) != 1:
        return False
    for use in script.types.uses(let):
        up = use.parent
        called = isinstance(up, MethodCall) and up.base is use and script.word(up.name) in _ANY_ORDER
        if not called and not (isinstance(up, Index) and up.base is use):
            return False
    return True


def _sorted(script: Script, node: Node) -> Fix | None:
    """`it.collect::<BTreeSet>()` as a sorted list in which nothing stands twice, if it is only looked at."""
    call = node.parent
    if not isinstance(call, MethodCall) or script.word(call.name) != "collect":
        return None
    if script.source(node).strip(":<> ") != "BTreeSet":
        return None
    up = call.parent
    if isinstance(up, Let) and len(up.pattern.names) == 1:
        for use in script.types.uses(up):
            outer = use.parent
            looked = isinstance(outer, MethodCall) and outer.base is use and script.word(outer.name) in _LOOKING
            if not looked and not (isinstance(outer, For) and outer.iterable is use):
                return None
    elif not (isinstance(up, MethodCall) and up.base is call and script.word(up.name) in _LOOKING):
        return None
    name, additions = inserted(script, call, "sorted_set")
    start = script.start(call.base)
    edits = (Edit(start, start, f"{name}("), Edit(script.end(call.base), script.end(call), ")"))
    return Fix(True, f"Call a function `{name}` that the repair adds", edits, additions)


_LOOKING: Final = frozenset({"contains", "into_iter", "is_empty", "iter", "len"})


def _is_own(script: Script, name: str, bound: Container[str]) -> bool:
    """Whether the source declares such a name itself, and does not import Rust's."""
    return name in bound and not any(
        use.names.get(name, ())[:2] == ("std", "collections") for use in script.tree.of(Use)
    )


def _names(script: Script) -> Iterator[tuple[str, int, Node]]:
    bound = bound_names(script)
    for path in script.tree.of(Path):
        name = path.segments[0]
        if len(path.segments) == 1 or script.word(path.first) == "::":
            continue
        if name in IMPORTS or (name in _ORDERED and not _is_own(script, name, bound)):
            yield name, path.tokens[0], path
    for generics in script.tree.of(Generics):
        if isinstance(generics.parent, MethodCall):
            for arg in generics.args:
                if arg.generics is None and (script.source(arg) in IMPORTS or script.source(arg) in _ORDERED):
                    yield script.source(arg), arg.first, generics
    for arm in (*script.tree.of(Arm), *script.tree.of(LetCondition)):
        token = arm.pattern.first
        if script.word(token) in IMPORTS and script.word(token + 1) == "::":
            yield script.word(token), token, arm
    for node in script.tree.of(Is):
        if script.source(node.type) in IMPORTS:
            yield script.source(node.type), node.type.first, node


RULE = Rule(
    code="RN050",
    name="missing-use",
    summary="`HashMap::new()` without `use std::collections::HashMap;`: some names have to be imported.",
    why="""\
`Vec`, `Object`, `String`, `Option` and `Result` are known everywhere. `HashMap`, `HashSet`, `VecDeque` and
`GeneratorState` are not, nor is the `Regex` of hosts.

The repair adds the `use`. `BTreeMap` and `BTreeSet` do not exist: taking the ones without an order instead is unsafe
where something walks over them.
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
    words=("HashMap", "HashSet", "VecDeque", "BTree", "GeneratorState", "Regex"),
)
