"""RN076: `new`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Call,
    Expr,
    Field,
    Function,
    Impl,
    Index,
    Jump,
    MethodCall,
    Object,
    Path,
    Struct,
    Unary,
)

_EMPTY: Final = {"Map": "#{}", "Object": "#{}", "Array": "[]", "Set": "HashSet::new()", "WeakMap": "#{}"}
_HINTS: Final = {
    "Date": "the host tells the time: `crucible::time_now().await?`",
    "Promise": "an `async fn` gives what `.await` waits for",
    "RegExp": "`regex::is_match(pattern, text)` and its like take the pattern as a text",
    "Set": "`use std::collections::HashSet;` and `HashSet::new()`, then `insert` for each item",
    "Map": "an object is written `#{}`",
    "Error": "what fails gives `Err(reason)`",
}


def check(script: Script) -> Iterator[Finding]:
    """Finds `new Name(..)`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Unary):
        if node.op != "new" or (isinstance(node.parent, Jump) and node.parent.word in ("throw", "raise")):
            continue
        call = _made(node.operand)
        path = call.callee if isinstance(call, Call) else call
        if isinstance(call, Object) and call.path is not None:
            yield _of_struct(script, node, call.path)
            continue
        if not isinstance(path, Path):
            continue
        start = tokens.starts[node.first]
        message = "there is no `new` in Rune: a function makes a value, mostly `Name::new(..)`"
        fix = _fix(script, node, path, call if isinstance(call, Call) else None)
        hint = None if fix else _HINTS.get(path.text, "a struct is made by naming its fields: `Name { field: value }`")
        yield Finding("RN076", start, tokens.ends[path.last], message, hint=hint, fix=fix)


def _made(expr: Expr) -> Expr:
    """What is made: of `new Set(list).size` the call."""
    inner = expr
    while isinstance(inner, (Field, Index, MethodCall)):
        inner = inner.base
    return inner if isinstance(inner, Call) and isinstance(inner.callee, Path) else expr


def _of_struct(script: Script, node: Unary, path: Path) -> Finding:
    """`new Point { x: 1 }`."""
    start, end = script.tree.tokens.starts[node.first], script.end(path)
    fix = Fix(True, "Delete `new`", (Edit(start, script.start(path), ""),))
    return Finding("RN076", start, end, "there is no `new` in Rune: a struct is made by naming its fields", fix=fix)


def _filled(script: Script, start: int, path: Path, call: Call) -> Fix | None:
    """`new Set(list)` and `new Map(pairs)`."""
    items = call.args.items
    if path.text not in ("Set", "Map") or len(items) != 1 or not isinstance(items[0], Expr):
        return None
    if path.text == "Set":
        addition = script.imported(call, "std::collections::HashSet")
        added = (addition,) if addition else ()
        return Fix(True, "Make a HashSet", (Edit(start, script.end(path), "HashSet::from_iter"),), added)
    function, additions = inserted(script, call, "object_of")
    return Fix(True, "Make an object of the pairs", (Edit(start, script.end(path), function),), additions)


def _fix(script: Script, node: Unary, path: Path, call: Call | None) -> Fix | None:
    start, end = script.start(node), script.end(call or path)
    if call is not None and not _declared(script, path.text) and (filled := _filled(script, start, path, call)):
        return filled
    given = call is not None and bool(call.args.items)
    if path.text in _EMPTY and not given and not _declared(script, path.text):
        text = _EMPTY[path.text]
        addition = script.imported(node, "std::collections::HashSet") if path.text == "Set" else None
        return Fix(True, f"Write `{text}`", (Edit(start, end, text),), (addition,) if addition else ())
    if call is None or len(path.segments) != 1 or not _has_new(script, path.text):
        return None
    behind = script.end(path)
    return Fix(True, f"Call `{path.text}::new`", (Edit(start, script.start(path), ""), Edit(behind, behind, "::new")))


def _declared(script: Script, name: str) -> bool:
    return any(item.name is not None and script.word(item.name) == name for item in script.tree.of(Struct))


def _has_new(script: Script, name: str) -> bool:
    """Whether an `impl` of the file has a function `new`."""
    return any(
        impl.target == name
        and any(
            isinstance(item, Function) and item.name is not None and script.word(item.name) == "new"
            for item in impl.items
        )
        for impl in script.tree.of(Impl)
    )


RULE = Rule(
    code="RN076",
    name="new",
    summary="`new Map()`, `new Counter(1)`: there is no `new`, a function makes a value.",
    why="""\
Objects and lists are written `#{}` and `[]`. A struct of the file is made by naming its fields, `Counter { value: 1 }`,
or by a function of its `impl`, `Counter::new(1)`.

The repair writes `#{}`, `[]` or `HashSet::new()` for the empty `Map`, `Array` and `Set` of JavaScript,
`HashSet::from_iter(list)` for a set of a list, and `Name::new(..)` where the file has such a function.
""",
    before="""\
pub async fn call(args) {
    let counts = new Map();
    counts[args.a] = 1;
    counts
}
""",
    after="""\
pub async fn call(args) {
    let counts = #{};
    counts[args.a] = 1;
    counts
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("new ",),
)
