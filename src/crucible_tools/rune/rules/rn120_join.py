"""RN120: `join` on a list."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.inserted import inserted
from crucible_tools.rune.rules.method_edits import arguments, function_fix, is_text, place
from crucible_tools.rune.rules.receivers import calls, having, kinds
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import MethodCall, Node
from crucible_tools.rune.types.values import STRING, UNIT


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of `join` on values that do not have it: none of Rune's own has."""
    for call in calls(script, ("join",)):
        mask = kinds(script, call.base)
        items = arguments(call)
        if mask in (0, UNIT) or having(script, mask, "join"):
            continue
        start, end = place(script, call)
        if is_text(call.base) and items is not None and len(items) == 1:
            message = f"strings have no `join`: `{script.source(call.base)}` is what stands between the parts"
            yield Finding("RN120", start, end, message, fix=_turned(script, call, items[0]))
            continue
        yield Finding(
            "RN120",
            start,
            end,
            "no value of Rune has a `join`",
            hint="put the parts together in a loop, or with a function of your own",
            fix=_fix(script, call, items, mask),
        )


def _fix(script: Script, call: MethodCall, items: list[Node] | None, mask: int) -> Fix | None:
    if items is None or len(items) > 1 or mask == STRING:
        return None
    if not items:
        # JavaScript's join() puts commas between the parts, Rust has none without an argument.
        return function_fix(script, call, "join", safe=False, more='","')
    return function_fix(script, call, "join", safe=True)


def _turned(script: Script, call: MethodCall, parts: Node) -> Fix:
    """Python's `", ".join(parts)`: the function takes the parts first."""
    function, additions = inserted(script, call, "join")
    glue = script.source(call.base)
    edits = (
        Edit(script.start(call), script.start(parts), f"{function}("),
        Edit(script.end(parts), script.end(call), f", {glue})"),
    )
    return Fix(True, f"Call a function `{function}` that the repair adds", edits, additions)


RULE = Rule(
    code="RN120",
    name="join",
    summary='`parts.join(", ")`: neither lists nor iterators have a `join`.',
    why="""\
Rune's lists and iterators cannot be joined to a text, so the call fails. The repair adds a private function `join`
that takes a list or an iterator, and calls it. Python's way round, `", ".join(parts)`, is turned about.

It is left to you when the receiver is a string (`folder.join(name)` for paths): a template does that, ``
`${folder}/${name}` ``.
""",
    before="""\
pub async fn call(args) {
    args.a.join("-")
}
""",
    after="""\
pub async fn call(args) {
    join(args.a, "-")
}

fn join(items, glue) {
    let text = "";
    let first = true;
    for item in items {
        if !first {
            text += glue;
        }
        first = false;
        text += `${item}`;
    }
    text
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
    words=("join",),
)
