"""RN072: `lambda`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.extents import begin
from crucible_tools.rune.rules.operands import has_comment
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script

_OPENERS: Final = frozenset({"(", "[", "{"})


def check(script: Script) -> Iterator[Finding]:
    """Finds `lambda x: x + 1`."""
    tokens = script.tree.tokens
    for i, word in enumerate(tokens.texts):
        if word != "lambda" or tokens.kinds[i] != "name" or script.word(i - 1) in (".", "::", "let", "fn", "|"):
            continue
        colon = i + 1
        while colon < len(tokens) and (tokens.kinds[colon] == "name" or script.word(colon) == ","):
            colon += 1
        if script.word(colon) not in (":", "=", "*") or (script.word(colon) == "=" and colon == i + 1):
            continue
        if script.word(i - 1) in ("{", ",") and script.word(begin(script, i - 1, _OPENERS) - 1) == "{":
            continue  # a key
        message = "a function without a name is written `|x| ..` in Rune"
        start, end = tokens.starts[i], tokens.ends[i]
        if script.word(colon) != ":" or has_comment(script, start, tokens.ends[colon]):
            yield Finding("RN072", start, end, message, hint="its parameters have no defaults")
            continue
        first = tokens.starts[i + 1]
        edits = (Edit(start, first, "|"), Edit(tokens.starts[colon], tokens.ends[colon], "|"))
        yield Finding("RN072", start, end, message, fix=Fix(True, "Write `|..|`", edits))


RULE = Rule(
    code="RN072",
    name="lambda",
    summary="`lambda x: x + 1`: a function without a name is written `|x| x + 1`.",
    why="""\
The parameters of a closure stand between bars in Rune, and its body follows: `|x| x + 1`, `|a, b| { .. }`.

The repair writes the bars.
""",
    before="""\
pub async fn call(args) {
    args.a.iter().map(lambda x: x + 1).collect::<Vec>()
}
""",
    after="""\
pub async fn call(args) {
    args.a.iter().map(|x| x + 1).collect::<Vec>()
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("lambda",),
)
