"""RN206: `.await` behind a host function that does not wait."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.model.host_functions import APPLICATION_ROOTS
from crucible_tools.rune.rules.cutting import cut
from crucible_tools.rune.rules.operands import bare
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import Await, Call


def check(script: Script) -> Iterator[Finding]:
    """Finds `.await` behind calls of host functions that give their value at once."""
    tokens = script.tree.tokens
    for node in script.tree.of(Await):
        call = bare(node.base)
        info = script.types.host(call) if isinstance(call, Call) else None
        if info is None or info.awaited or info.name.partition("::")[0] in APPLICATION_ROOTS:
            continue
        start, end = tokens.ends[node.base.last], tokens.ends[node.last]
        what = "its Result" if info.gives == "result" else "its value"
        message = f"`{info.name}` gives {what} at once, and there is nothing to await"
        fix = Fix(True, "Delete `.await`", cut(script, start, end))
        yield Finding("RN206", tokens.starts[node.last], end, message, fix=fix)


RULE = Rule(
    code="RN206",
    name="awaited-value",
    summary="`fs::read_to_string(path).await?`: this host function gives its value at once, and awaiting that fails.",
    why="""\
Only a Future can be awaited. The functions of `fs`, `json`, `toml`, `oq`, `regex`, `paths` and `shell` are no
asynchronous ones, nor are the log functions; those of `http` are, and all others of `crucible`.

The repair deletes the `.await`.
""",
    before="""\
pub async fn call(args) {
    fs::read_to_string(args.path).await?
}
""",
    after="""\
pub async fn call(args) {
    fs::read_to_string(args.path)?
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("await",),
)
