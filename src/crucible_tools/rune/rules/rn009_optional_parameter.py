"""RN009: optional parameters."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_tokens
from crucible_tools.rune.rules.declared_params import as_attribute
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Param


def check(script: Script) -> Iterator[Finding]:
    """Finds parameters with a `?`, with a type or without one."""
    tokens = script.tree.tokens
    for param in script.tree.of(Param):
        if param.question is None:
            continue
        last = param.type.last if param.type is not None else param.question
        start, end = tokens.starts[param.question], tokens.ends[last]
        name = script.text[tokens.starts[param.pattern.first] : tokens.ends[param.pattern.last]]
        edits = cut_tokens(script, param.question, last)
        fix = Fix(True, f"Delete `{script.text[start:end]}`", edits, as_attribute(script, param))
        message = f"Rune has no optional parameters: `{name}` is `()` when it is left out of a call of the tool"
        yield Finding("RN009", start, end, message, fix=fix)


RULE = Rule(
    code="RN009",
    name="optional-parameter",
    summary="`fn show(title: string, folder?: string)`: a `?` is no part of a parameter.",
    why="""\
A function of Rune is called with as many values as it has parameters. That a tool may be called without some of them
is said by its schema; the host passes `()` for what was left out.

The repair deletes `?` and the type behind it, and keeps what they said as `#[param(name = "x", type = "string",
required = false)]` above the function.
""",
    before="""\
#[tool(desc: "show")]
pub async fn show(a: string, b?: string) {
    a
}
""",
    after="""\
#[tool(desc: "show")]
#[param(name = "a", type = "string")]
#[param(name = "b", type = "string", required = false)]
pub async fn show(a, b) {
    a
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("?",),
)
