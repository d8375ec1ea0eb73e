"""RN037: `await` in front."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.cutting import cut_up_to
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Unary


def check(script: Script) -> Iterator[Finding]:
    """Finds `await f(x)`."""
    tokens = script.tree.tokens
    for node in script.tree.of(Unary):
        if node.op != "await":
            continue
        start, end = tokens.starts[node.first], tokens.ends[node.first]
        behind = script.end(node)
        edits = (*cut_up_to(script, node.first, node.first + 1), Edit(behind, behind, ".await"))
        fix = Fix(True, "Write `.await` behind it", edits)
        yield Finding("RN037", start, end, "`await` stands behind what it waits for in Rune: `f(x).await`", fix=fix)


RULE = Rule(
    code="RN037",
    name="prefix-await",
    summary="`await f(x)`: in Rune it stands behind, `f(x).await`.",
    why="""\
`.await` is written like a field. That makes it easy to go on: `http::get(url).await?.text().await?`.

The repair moves it.
""",
    before="""\
pub async fn call(args) {
    let n = await add(args.a, 1);
    n
}

async fn add(x, y) {
    x + y
}
""",
    after="""\
pub async fn call(args) {
    let n = add(args.a, 1).await;
    n
}

async fn add(x, y) {
    x + y
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("await ", "await("),
)
