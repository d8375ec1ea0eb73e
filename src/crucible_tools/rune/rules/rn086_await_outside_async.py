"""RN086: `.await` where nothing can wait."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Await, Block, Closure, Function


def check(script: Script) -> Iterator[Finding]:
    """Finds `.await` in a function that is not `async`, and in closures."""
    tokens = script.tree.tokens
    seen: set[int] = set()
    for node in script.tree.of(Await):
        around = next(
            (
                up
                for up in node.up()
                if isinstance(up, (Function, Closure)) or (isinstance(up, Block) and up.prefix == "async")
            ),
            None,
        )
        start, end = tokens.starts[node.last], tokens.ends[node.last]
        if isinstance(around, Function) and not around.is_async:
            if around.words and script.word(around.words[0] - 1) == "async":
                continue  # behind something broken the word was taken for part of that
            fix = None
            if around.words and around.first not in seen:
                # Once for a function, however often it waits.
                seen.add(around.first)
                place = tokens.starts[around.words[-1]]
                fix = Fix(True, "Make the function `async`", (Edit(place, place, "async "),))
            message = f"only an `async fn` can wait, and `{script.word(around.name or 0)}` is none"
            yield Finding("RN086", start, end, message, fix=fix)
        elif isinstance(around, Closure) and not around.is_async:
            hint = "write the loop out: `for x in list { out.push(f(x).await); }`"
            yield Finding("RN086", start, end, "nothing can wait in a closure of Rune", hint=hint)


RULE = Rule(
    code="RN086",
    name="await-outside-async",
    summary="`fn f(x) { g(x).await }`, `list.iter().map(|x| f(x).await)`: only an `async fn` can wait.",
    why="""\
`.await` stands in an `async fn` or an `async` block only. A closure that is handed to `map` or `filter` cannot wait:
write a loop.

The repair makes the function `async`. What calls it has to wait for it then; that is repaired likewise (RN108). A
closure has no repair.
""",
    before="""\
async fn half(n) { n / 2 }

pub fn call(args) {
    half(args.a).await
}
""",
    after="""\
async fn half(n) { n / 2 }

pub async fn call(args) {
    half(args.a).await
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=("await",),
)
