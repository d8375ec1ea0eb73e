"""RN008: the type of a parameter or variable."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_tokens
from crucible_tools.rune.rules.declared_params import as_attribute
from crucible_tools.rune.rules.kept_types import kept
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.written_types import typed
from crucible_tools.rune.syntax.nodes import Let


def check(script: Script) -> Iterator[Finding]:
    """Finds `: Type` behind parameters, variables and constants."""
    tokens = script.tree.tokens
    for item in sorted(typed(script), key=lambda item: item.colon):
        name = script.text[tokens.starts[item.pattern[0]] : tokens.ends[item.pattern[1]]]
        start, end = tokens.starts[item.colon], tokens.ends[item.last]
        edits, additions = (), ()
        if isinstance(item.node, Let):
            edits, additions = kept(script, item.node.type, item.node.value)
        else:
            additions = as_attribute(script, item.node)
        edits = (*cut_tokens(script, item.colon, item.last), *edits)
        fix = Fix(True, f"Delete `{script.text[start:end]}`", edits, additions)
        message = f"a {item.what} of Rune carries no type: `{name}` alone is enough"
        yield Finding("RN008", start, end, message, fix=fix)


RULE = Rule(
    code="RN008",
    name="written-type",
    summary=(
        "`fn f(x: String)`, `let v: Vec<i64> = ..`, `|x: i64|`, `const N: i64 = 1`: nothing carries a type in Rune."
    ),
    why="""\
What stands in front of the `=`, or between the parentheses of a function, is a pattern in Rune, and no pattern has a
type.

The repair deletes `: Type`. Where it says what a `collect`, `sum` or `parse` is to give, it moves there: `let s:
String = it.collect();` becomes `let s = it.collect::<String>();`. On a function with `#[tool]` the types describe the
tool, too: there each one is kept as `#[param(name = "x", type = "string")]` above the function.
""",
    before="""\
pub async fn call(args) {
    let n: i64 = add(args.a, 1);
    n
}

fn add(x: i64, y: i64) {
    x + y
}
""",
    after="""\
pub async fn call(args) {
    let n = add(args.a, 1);
    n
}

fn add(x, y) {
    x + y
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=(":",),
)
