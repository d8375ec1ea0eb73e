"""RN044: exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.caught import caught_fix
from crucible_tools.rune.rules.extents import begins_line, ends_line
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.tried import is_tried
from crucible_tools.rune.syntax.nodes import Block, Call, Jump, Unary

_NOTHING_CAUGHT: Final = "there are no exceptions in Rune: nothing can be caught"
_RESULTS: Final = "functions that can fail give a Result: `match f(x) { Ok(value) => .., Err(error) => .. }`"


def check(script: Script) -> Iterator[Finding]:
    """Finds `throw`, `raise` and `try {..} catch`."""
    found = [*_thrown(script), *_caught(script)]
    yield from sorted(found, key=lambda item: item.start)


def _thrown(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Jump):
        if node.word not in ("throw", "raise") or node.value is None:
            continue
        start, end = tokens.starts[node.first], tokens.ends[node.first]
        value = node.value.operand if isinstance(node.value, Unary) and node.value.op == "new" else node.value
        first, last = script.start(node.value), script.end(node.value)
        if (
            isinstance(value, Call)
            and script.source(value.callee).endswith(("Error", "Exception"))
            and len(value.args.items) == 1
        ):
            edits = (Edit(start, tokens.starts[value.args.first], "return Err"),)
        else:
            edits = (Edit(start, first, "return Err("), Edit(last, last, ")"))
        # In a block that is tried it leaves the block, and belongs to the repair of that.
        fix = None if is_tried(script, node) else Fix(False, "Write `return Err(..)`", edits)
        message = f"there is no `{node.word}` in Rune: a function gives back `Err(..)`"
        yield Finding("RN044", start, end, message, fix=fix)


def _caught(script: Script) -> Iterator[Finding]:
    tokens = script.tree.tokens
    for node in script.tree.of(Block):
        if node.prefix == "try" and script.word(node.last + 1) in ("catch", "except", "finally"):
            fix = caught_fix(script, node)
            start, end = tokens.starts[node.first], tokens.ends[node.first]
            yield Finding("RN044", start, end, _NOTHING_CAUGHT, hint=None if fix else _RESULTS, fix=fix)
    for i, word in enumerate(tokens.texts):
        if word == "try" and script.word(i + 1) == ":" and begins_line(script, i) and ends_line(script, i + 1):
            yield Finding("RN044", tokens.starts[i], tokens.ends[i], _NOTHING_CAUGHT, hint=_RESULTS)


RULE = Rule(
    code="RN044",
    name="exceptions",
    summary="`throw x;`, `raise x`, `try { .. } catch (e) { .. }`: there are no exceptions in Rune.",
    why="""\
What can fail gives a Result in Rune: `Ok(value)` or `Err(reason)`. `f(x)?` hands the reason on to the caller, `match
f(x) { Ok(value) => .., Err(reason) => .. }` deals with it. A tool that gives back `Err(..)` has failed.

The repair writes `return Err(..)` for `throw`. It is unsafe: a function that called this one must now look at what it
gives.

Where `try` stands around what gives a Result or throws itself, the repair makes it a block with a label, which is left
with the reason: `if let Err(e) = 'attempt: { .. Ok(()) } { .. }`. `return` inside of it still leaves the function. What
stops a script, such as an index that is not there, is not caught by that.
""",
    before="""\
pub async fn call(args) {
    if args.a < 0 {
        throw new Error("a must not be negative");
    }
    args.a
}
""",
    after="""\
pub async fn call(args) {
    if args.a < 0 {
        return Err("a must not be negative");
    }
    args.a
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("throw ", "raise ", "try"),
)
