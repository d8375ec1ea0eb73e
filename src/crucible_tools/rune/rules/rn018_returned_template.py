"""RN018: `return`, `break` or `yield` in front of a template, a `match` or a closure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Jump

_STARTS: Final = {
    "`": "a template",
    "match": "a `match`",
    "|": "a closure",
    "move": "a closure",
    "Self": "`Self`",
    "crate": "`crate`",
    "super": "`super`",
}
"""What an expression may begin with anywhere but there: Rune 0.14.2 then ends the jump and trips over what follows."""


def check(script: Script) -> Iterator[Finding]:
    """Finds jumps whose value begins with one of those."""
    for node in script.tree.of(Jump):
        if node.value is None or node.word not in ("return", "break", "yield"):
            continue
        what = _STARTS.get(script.word(node.value.first))
        if what is None:
            continue
        start, end = script.start(node.value), script.end(node.value)
        fix = Fix(True, "Put it in parentheses", (Edit(start, start, "("), Edit(end, end, ")")))
        message = f"Rune does not take {what} as the beginning of what `{node.word}` gives back"
        word = script.tree.tokens.starts[node.first]
        yield Finding("RN018", word, word + len(node.word), message, fix=fix)


RULE = Rule(
    code="RN018",
    name="returned-template",
    summary=(
        "``return `no ${x}`;``, `return match x { .. };`: these need parentheses behind `return`, `break` and `yield`."
    ),
    why="""\
Rune's parser decides by the first token whether a value follows `return`. It knows strings, names, numbers, lists,
objects, `if` and blocks; it forgot templates, `match`, closures (`|x| ..`), `Self`, `crate` and `super`, and then
asks for a semicolon.

The repair puts the value in parentheses: ``return (`no ${x}`);``.
""",
    before="""\
pub async fn call(args) {
    if args.a > 0 {
        return `plus ${args.a}`;
    }
    "minus"
}
""",
    after="""\
pub async fn call(args) {
    if args.a > 0 {
        return (`plus ${args.a}`);
    }
    "minus"
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("return", "break", "yield"),
)
