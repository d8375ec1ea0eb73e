"""RN108: an async call without `.await`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.futures import Fate, fate, streams
from crucible_tools.rune.rules.operands import closed, outer
from crucible_tools.rune.rules.receivers import calls
from crucible_tools.rune.rules.remembered import remembered
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Await, Block, Call, Closure, Function, Impl, MethodCall, Node, Path, Try
from crucible_tools.rune.types.values import OTHER

_SAFE: Final = frozenset({Fate.USED, Fate.RESULT})
_DECLARING: Final = frozenset(
    {"NAME", "DESCRIPTION", "INPUT_SCHEMA", "OUTPUT_SCHEMA", "VERSION", "CATEGORY", "TAGS", "AUTHOR", "init", "create"}
)
"""Functions that say what a source declares: nobody awaits them."""


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of async functions whose Future nobody awaits."""
    for call in script.tree.of(Call):
        if not isinstance(call.callee, Path) or not script.types.is_future(call):
            continue
        function = script.types.function(call)
        if function in streams(script):
            continue
        found = fate(script, call)
        if found is Fate.FINE:
            continue
        yield _finding(script, call, found)
    for call in calls(script, _OF_RESPONSES):
        value = script.types.of(call.base)
        if value.only(OTHER) and value.name == "Response" and (found := fate(script, call)) is not Fate.FINE:
            yield _finding(script, call, found)


_OF_RESPONSES: Final = ("text", "json", "bytes")


def _finding(script: Script, call: Call | MethodCall, found: Fate) -> Finding:
    last = call.name if isinstance(call, MethodCall) else call.callee.last
    name = script.text[script.start(call) : script.tree.tokens.ends[last]]
    fix, hint = _repair(script, call, found)
    return Finding(
        "RN108",
        script.start(call),
        script.tree.tokens.ends[last],
        f"`{name}(..)` gives a Future that has not started: {found.value}",
        "error" if found is Fate.USED else "warning",
        hint=hint,
        fix=fix,
    )


def _repair(script: Script, call: Call | MethodCall, found: Fate) -> tuple[Fix | None, str | None]:
    around = _around(call)
    if not closed(script, call.args):
        return None, None
    if around is None:
        return None, "only an `async fn` can `.await`"
    if isinstance(around, Closure):
        if not around.is_async:
            return None, "there is no `.await` in a closure: write a `for` loop in its place"
        safe, makes = True, None
    elif isinstance(around, Function) and not around.is_async:
        makes = _async(script, around)
        name = script.word(around.name) if around.name is not None else "the function"
        if makes is None:
            return None, f"only an `async fn` can `.await`, and `{name}` is none"
        safe = not _called(script, around)
    else:
        safe, makes = True, None
    edits = _edits(script, call)
    if makes is not None:
        edits = (makes, *edits)
    title = "Add `.await`" if makes is None else "Make the function `async` and add `.await`"
    return Fix(safe and found in _SAFE, title, edits), None


def _edits(script: Script, call: Call | MethodCall) -> tuple[Edit, ...]:
    end = script.end(call)
    up = outer(call).parent
    if isinstance(up, Try) and isinstance(up.parent, Await):
        # `f()?.await`: the two are in the wrong order.
        late = up.parent
        return Edit(end, end, ".await"), Edit(script.end(up), script.end(late), "")
    return (Edit(end, end, ".await"),)


def _around(call: Node) -> Function | Closure | Block | None:
    """What has to be async so that a call can be awaited."""
    for up in call.up():
        if isinstance(up, (Function, Closure)) or (isinstance(up, Block) and up.prefix == "async"):
            return up
    return None


def _async(script: Script, function: Function) -> Edit | None:
    """Makes a function async; None when that would break what calls it."""
    name = script.word(function.name) if function.name is not None else ""
    tests = any(attribute.name == "test" for attribute in function.attributes)
    word = next((token for token in function.words if script.word(token) == "fn"), None)
    if word is None or tests or name in _DECLARING:
        return None
    at = script.tree.tokens.starts[word]
    return Edit(at, at, "async ")


def _called(script: Script, function: Function) -> bool:
    """Whether the source calls a function, which then has to await it."""
    if isinstance(function.parent, Impl):
        return True
    return function in _named(script)


@remembered
def _named(script: Script) -> frozenset[Function]:
    """The functions of a source that something in it names."""
    found = (script.types.function(path) for path in script.tree.of(Path))
    return frozenset(function for function in found if function is not None)


RULE = Rule(
    code="RN108",
    name="missing-await",
    summary="`let page = crucible::http_get(url);`: an async function gives a Future, and does nothing until `.await`.",
    why="""\
Calling an async function does not run it. It gives a Future, which has no fields, no methods and no `?`; `if` and
`match` take it for a value like any other and go the wrong way, and as a statement of its own it does nothing at all.

`.await` runs it, inside of an `async fn` only: a function that is none must become one, and a closure cannot, so
there a loop has to be written out. Futures that are handed to `join` or `select`, or awaited later by name, are left
alone.

The repair is safe where the Future is used at once, because that always failed, and where it is what an async
function gives, because it is awaited then anyhow. Where it is kept, tested or thrown away, the repair starts work
that was never done, and so it is unsafe.
""",
    before="""\
pub async fn call(args) {
    let o = make(args.a);
    o.n
}
async fn make(n) {
    #{ n }
}
""",
    after="""\
pub async fn call(args) {
    let o = make(args.a).await;
    o.n
}
async fn make(n) {
    #{ n }
}
""",
    kind=Kind.CERTAIN,
    fix="sometimes",
    check=check,
)
