"""RN109: `?` on a plain value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.model.host_functions import APPLICATION_ROOTS
from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.method_edits import place, removed
from crucible_tools.rune.rules.operands import bare, has_comment
from crucible_tools.rune.rules.reads import field_read
from crucible_tools.rune.rules.receivers import calls, name_of
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import (
    Assign,
    Await,
    Binary,
    Call,
    Expr,
    Field,
    Index,
    MethodCall,
    Node,
    Path,
    Try,
)
from crucible_tools.rune.types.values import ANY, FUTURE, NAMES, OPTION, OTHER, RESULT

_OF_TYPES = ("regex::Regex::new", "http::Client::new")
"""Functions of hosts that give a value of a type of their own, where Rust's give a Result."""

_MOST: Final = 60
"""Reads one behind the other that are looked at for each `?` among them."""


def check(script: Script) -> Iterator[Finding]:
    """Finds `?` behind what is certainly neither a Result nor an Option, and `Regex::new(..).unwrap()`."""
    yield from sorted([*_tried(script), *_unwrapped(script)], key=lambda item: item.start)


def _unwrapped(script: Script) -> Iterator[Finding]:
    """`.unwrap()` behind what makes a value of a type of its own."""
    for call in calls(script, ("unwrap", "expect")):
        base = bare(call.base)
        info = script.types.host(base) if isinstance(base, Call) else None
        if info is None or info.name not in _OF_TYPES:
            continue
        name = name_of(script, call)
        what = script.source(base.callee) if isinstance(base, Call) else ""
        start, end = place(script, call)
        fix = Fix(True, f"Delete `.{name}(..)`", (removed(script, call),))
        yield Finding("RN109", start, end, f"`{what}(..)` gives the value itself: it has no `{name}`", fix=fix)


def _tried(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Try):
        if script.word(node.last + 1) in ("?", "?=") or isinstance(node.base, Try):
            continue  # `a ??= b`
        chain = _chain(script, node)
        if _is_asked(node):
            continue  # `a?.b ?? c`
        base = bare(node.base)
        call = bare(base.base) if isinstance(base, Await) else base
        info = script.types.host(call) if isinstance(call, Call) else None
        value = script.types.of(node.base)
        if info is not None and info.name.partition("::")[0] in APPLICATION_ROOTS:
            continue  # what an application brings may give anything, whatever the table says of it
        if value.kinds in (0, ANY):
            if info is None or info.gives != "value":
                continue
        elif value.may(OPTION | RESULT | FUTURE | OTHER) and (info is None or info.name not in _OF_TYPES):
            continue
        what = script.source(call.callee) + "(..)" if isinstance(call, Call) else script.source(node.base)
        names = [name for kind, name in NAMES.items() if value.kinds & kind]
        kind = f" ({' or '.join(names)})" if 0 < len(names) <= 3 else ""
        start, end = tokens.starts[node.last], tokens.ends[node.last]
        # `args.user?.name` is how other languages ask whether there is a user at all.
        chained = field_read(script, node.base) is not None
        fix = Fix(not chained, "Delete `?`", (Edit(start, end, ""),))
        if chain is not None or _chain(script, _innermost(node)) is not None:
            fix = chain
        yield Finding(
            "RN109",
            start,
            end,
            f"`{what}` gives a plain value{kind}, and `?` needs a Result or an Option",
            hint='`args.get("name")?` ends the function when there is none' if chained else None,
            fix=fix,
        )


def _steps(node: Node) -> tuple[Expr, list[Field]] | None:
    """What is read, and the fields that are read of it one after the other; None for what is no such read."""
    fields: list[Field] = []
    at = node
    while isinstance(at, (Field, Try)):
        if len(fields) > _MOST:
            return None
        if isinstance(at, Field):
            if at.number:
                return None
            fields.append(at)
        at = at.base
    return (at, fields[::-1]) if isinstance(at, Path) and fields else None


def _top(node: Try) -> Expr:
    """The whole of the reads that a `?` stands in."""
    top: Expr = node
    for _ in range(2 * _MOST):
        if not isinstance(top.parent, (Field, Try)) or top.parent.base is not top:
            break
        top = top.parent
    return top


def _innermost(node: Try) -> Try:
    """The first `?` of the reads that a `?` stands in."""
    first, at = node, node.base
    for _ in range(2 * _MOST):
        if not isinstance(at, (Field, Try)):
            break
        first = at if isinstance(at, Try) else first
        at = at.base
    return first


def _chain(script: Script, node: Try) -> Fix | None:
    """`a?.b?.c`, which other languages give nothing for when there is no `a`: the repair hangs on the first `?`."""
    top = _top(node)
    found = _steps(top)
    if found is None or isinstance(top, Try) or any(isinstance(at, Try) for at in node.base.walk()):
        return None
    root, fields = found
    up = top.parent
    if isinstance(up, (MethodCall, Index)) and up.base is top:
        return None
    if (isinstance(up, Call) and up.callee is top) or (isinstance(up, Assign) and up.target is top):
        return None
    if len(fields) < 2 or has_comment(script, script.start(top), script.end(top)):
        return None
    keys = [script.word(field.name) for field in fields]
    name = "optional_length" if "length" in keys else "optional"
    function, additions = inserted(script, node, name)
    listed = ", ".join(f'"{key}"' for key in keys)
    edit = Edit(script.start(top), script.end(top), f"{function}({script.source(root)}, [{listed}])")
    return Fix(True, f"Call a function `{function}` that the repair adds", (edit,), additions)


def _is_asked(node: Try) -> bool:
    """Whether it belongs to what stands in front of a `??`."""
    up: Node = node
    for _ in range(2 * _MOST):
        if not isinstance(up.parent, (Field, Index, Try, MethodCall)) or up.parent.base is not up:
            break
        up = up.parent
    return isinstance(up.parent, Binary) and up.parent.op == "??" and up.parent.left is up and up is not node


RULE = Rule(
    code="RN109",
    name="try-of-plain-value",
    summary="`regex::is_match(p, s)?`: `?` needs a Result or an Option, and this is a plain value.",
    why="""\
`?` takes the value out of an `Ok` or a `Some`, and leaves the function with an `Err` or a `None`. On anything else it
is an error. Some host functions give a Result (`fs::mkdir`), others the value itself (`fs::exists`, all of `regex`).

The repair deletes the `?`. Behind a field, `args.a?.b` means "if there is an `a`" in other languages: there the repair
adds a private function that reads one field after the other, and gives `()` where there is none.
""",
    before="""\
pub async fn call(args) {
    if regex::is_match("^a", args.a)? { 1 } else { 2 }
}
""",
    after="""\
pub async fn call(args) {
    if regex::is_match("^a", args.a) { 1 } else { 2 }
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("?", "Regex", "Client"),
)
