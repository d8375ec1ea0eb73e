"""RN109: `?` on a plain value."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.model.host_functions import APPLICATION_ROOTS
from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.reads import field_read
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Await, Binary, Call, Field, Index, MethodCall, Node, Try
from crucible_tools.rune.types.values import ANY, FUTURE, NAMES, OPTION, OTHER, RESULT


def check(script: Script) -> Iterator[Finding]:
    """Finds `?` behind what is certainly neither a Result nor an Option."""
    tokens = script.tree.tokens
    for node in script.tree.of(Try):
        if script.word(node.last + 1) in ("?", "?=") or isinstance(node.base, Try):
            continue  # `a ??= b`
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
        elif value.may(OPTION | RESULT | FUTURE | OTHER):
            continue
        what = script.source(call.callee) + "(..)" if isinstance(call, Call) else script.source(node.base)
        names = [name for kind, name in NAMES.items() if value.kinds & kind]
        kind = f" ({' or '.join(names)})" if 0 < len(names) <= 3 else ""
        start, end = tokens.starts[node.last], tokens.ends[node.last]
        # `args.user?.name` is how other languages ask whether there is a user at all.
        chained = field_read(script, node.base) is not None
        yield Finding(
            "RN109",
            start,
            end,
            f"`{what}` gives a plain value{kind}, and `?` needs a Result or an Option",
            hint='`args.get("name")?` ends the function when there is none' if chained else None,
            fix=Fix(not chained, "Delete `?`", (Edit(start, end, ""),)),
        )


def _is_asked(node: Try) -> bool:
    """Whether it belongs to what stands in front of a `??`."""
    up: Node = node
    while isinstance(up.parent, (Field, Index, Try, MethodCall)) and up.parent.base is up:
        up = up.parent
    return isinstance(up.parent, Binary) and up.parent.op == "??" and up.parent.left is up and up is not node


RULE = Rule(
    code="RN109",
    name="try-of-plain-value",
    summary="`regex::is_match(p, s)?`: `?` needs a Result or an Option, and this is a plain value.",
    why="""\
`?` takes the value out of an `Ok` or a `Some`, and leaves the function with an `Err` or a `None`. On anything else it
is an error. Some host functions give a Result (`fs::mkdir`), others the value itself (`fs::exists`, all of `regex`).

The repair deletes the `?`. It is unsafe behind a field, where `a?.b` may have meant "if there is an `a`".
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
    words=("?",),
)
