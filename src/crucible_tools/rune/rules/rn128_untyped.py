"""RN128: `sum`, `product`, `collect` and `parse` without a type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.method_edits import place
from crucible_tools.rune.rules.receivers import bare, calls, having, kinds, name_of, use_of
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Block,
    Function,
    Let,
    Literal,
    MethodCall,
    Node,
    Statement,
    Try,
    Type,
)
from crucible_tools.rune.types.values import ANY, CHAR, FLOAT, INT, ITERATOR, LIST, OPTION, OTHER, RANGE, RESULT, STRING

_NUMBERS: Final = {
    **dict.fromkeys(("i8", "i16", "i32", "i128", "isize", "u16", "u32", "u128", "usize", "u64", "u8", "int"), "i64"),
    **dict.fromkeys(("f32", "float", "double", "number"), "f64"),
    "i64": "i64",
    "f64": "f64",
    "char": "char",
}
_COLLECTIONS: Final = frozenset({"HashMap", "HashSet", "VecDeque"})
_FIRST_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)*")
_HOLDER: Final = re.compile(r"(?:std\s*::\s*\w+\s*::\s*)?(Result|Option)\s*<\s*(?:Vec|_)\b")
_WRAPPED: Final = re.compile(r"(?:Result|Option)\s*<\s*([^,<>]+)")


def check(script: Script) -> Iterator[Finding]:
    """Finds the calls that name no type."""
    for call in calls(script, ("sum", "product", "collect", "parse")):
        name = name_of(script, call)
        mask = kinds(script, call.base)
        if call.args.items or call.generics is not None or mask == 0:
            continue
        if mask & OTHER and having(script, OTHER, name):
            continue
        if name == "parse":
            found = _parse(script, call) if mask & STRING else None
        elif mask & (ITERATOR | LIST | RANGE):
            found = _collect(script, call) if name == "collect" else _sum(script, call, name)
        else:
            found = None
        if found is not None:
            yield found


def _finding(
    script: Script, call: MethodCall, type_: str, *, safe: bool, choices: tuple[str, ...] = (), front: str = ""
) -> Finding:
    """A finding whose repair names a type."""
    name = name_of(script, call)
    start, end = place(script, call)
    if not (kinds(script, call.base) & ~(LIST | RANGE)) and name != "parse":
        front = f"iter().{front}"
    edits: tuple[Edit, ...] = (Edit(end, end, f"::<{type_}>"),)
    if front:
        edits = (Edit(start, start, front), *edits)
    addition = script.imported(call, f"std::collections::{type_}") if type_ in _COLLECTIONS else None
    fix = Fix(safe, f"Name the type `{type_}`", edits, (addition,) if addition else ())
    return Finding(
        "RN128",
        start,
        end,
        f"`{name}` needs the type of what it gives: `{name}::<{type_}>()`",
        hint="the type is part of the method's name in Rune, and nothing infers it",
        choices=choices,
        fix=fix,
    )


def _sum(script: Script, call: MethodCall, name: str) -> Finding:
    wanted = _named(annotation(script, call))
    item = script.types.of(call.base).inside.kinds
    choices = (f"{name}::<i64>()", f"{name}::<f64>()")
    if wanted in ("i64", "f64"):
        return _finding(script, call, wanted, safe=True)
    if item == INT:
        return _finding(script, call, "i64", safe=True)
    if item == FLOAT:
        return _finding(script, call, "f64", safe=True)
    if item == INT | FLOAT:
        # Each item may be either, and neither sum takes the other.
        return _finding(script, call, "f64", safe=True, front="map(|number| number as f64).")
    return _finding(script, call, "i64", safe=item != ANY and bool(item & INT), choices=choices)


def _collect(script: Script, call: MethodCall) -> Finding:
    written = annotation(script, call)
    if (results := _results(script, call, written)) is not None:
        return results
    wanted = _named(written)
    if wanted in ("Vec", "String", "Object", "Tuple", "BTreeMap", "BTreeSet", *_COLLECTIONS):
        return _finding(script, call, wanted, safe=True)
    if written.startswith("["):
        return _finding(script, call, "Vec", safe=True)
    chars = script.types.of(call.base).inside.kinds == CHAR
    if chars and use_of(script, call) == "list" and not _is_indexed(script, call):
        return _finding(script, call, "String", safe=False, choices=("collect::<String>()", "collect::<Vec>()"))
    return _finding(script, call, "Vec", safe=True)


_HOLDING: Final = {"Result": "results_of", "Option": "options_of"}


def _results(script: Script, call: MethodCall, written: str) -> Finding | None:
    """`let list: Result<Vec<_>, _> = it.collect();`: the values, or the first error, which a function collects."""
    opened = isinstance(call.parent, (Try, MethodCall))
    items = script.types.of(call.base).inside.kinds
    word = "Result" if items == RESULT else "Option" if items == OPTION else ""
    if not opened:
        named = _HOLDER.match(written)
        word = named[1] if named else ""
    if word not in _HOLDING or (opened and not isinstance(call.parent, Try)):
        return None
    function, additions = inserted(script, call, _HOLDING[word])
    start, end = place(script, call)
    begin = script.start(call.base)
    edits = (Edit(begin, begin, f"{function}("), Edit(script.end(call.base), script.end(call), ")"))
    fix = Fix(True, f"Call a function `{function}` that the repair adds", edits, additions)
    message = f"Rune collects no `{word}`: each is to be taken apart by itself"
    return Finding("RN128", start, end, message, fix=fix)


def _is_indexed(script: Script, call: MethodCall) -> bool:
    """Whether what it gives is used in a way that only lists allow."""
    let = call.parent
    if not isinstance(let, Let):
        return False
    lists = ("push", "get", "iter", "pop", "sort", "insert", "extend")
    return any(
        type(use.parent).__name__ in ("Index", "For")
        or (isinstance(use.parent, MethodCall) and name_of(script, use.parent) in lists)
        for use in script.types.uses(let)
    )


def _parse(script: Script, call: MethodCall) -> Finding:
    wanted = _named(annotation(script, call))
    if wanted in ("i64", "f64", "char"):
        return _finding(script, call, wanted, safe=True)
    fallback = _fallback(script, call)
    if fallback in ("int", "float"):
        return _finding(script, call, "i64" if fallback == "int" else "f64", safe=True)
    return _finding(script, call, "i64", safe=False, choices=("parse::<i64>()", "parse::<f64>()"))


def _fallback(script: Script, call: MethodCall) -> str | None:
    """The kind of the literal in `x.parse().unwrap_or(literal)`."""
    up = call.parent
    if isinstance(up, MethodCall) and up.base is call and name_of(script, up) == "unwrap_or" and up.args.items:
        value = bare(up.args.items[0])
        return value.kind if isinstance(value, Literal) else None
    return None


def annotation(script: Script, call: MethodCall) -> str:
    """The type that is written for what a call gives: that of its `let`, or of the function that gives it back."""
    node: Node = call
    up = node.parent
    while isinstance(up, (Try, MethodCall)) and getattr(up, "base", None) is node:
        if isinstance(up, MethodCall) and name_of(script, up) not in (
            "unwrap",
            "unwrap_or",
            "expect",
            "unwrap_or_else",
            "unwrap_or_default",
        ):
            return ""
        node, up = up, up.parent
    if isinstance(up, Let) and up.value is node:
        return script.source(up.type) if up.type is not None else ""
    if isinstance(up, Statement) and isinstance(up.parent, Block) and up.parent.value is node:
        function = up.parent.parent
        if isinstance(function, Function) and isinstance(function.returns, Type):
            return script.source(function.returns)
    return ""


def _named(written: str) -> str:
    """The name of a type without its arguments; number types as Rune has them."""
    wrapped = _WRAPPED.match(written)
    found = _FIRST_NAME.match((wrapped[1] if wrapped else written).strip().lstrip("&").strip())
    name = found[0].replace(" ", "").rpartition("::")[2] if found else ""
    return _NUMBERS.get(name, name)


RULE = Rule(
    code="RN128",
    name="untyped-sum",
    summary="`it.sum()`, `it.collect()`, `text.parse()`: without a type there are no such methods.",
    why="""\
Rust finds out which type is meant; Rune has a method for each type and must be told: `sum::<i64>()`,
`collect::<Vec>()`.

The repair names the type that the source or the tool's schema says, and a list for `collect`. It is unsafe where
nothing says which number is meant, and where characters are collected, which may be meant for a string.
""",
    before="""\
pub async fn call(args) {
    args.a.iter().sum()
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().sum::<i64>()
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("sum", "product", "collect", "parse"),
)
