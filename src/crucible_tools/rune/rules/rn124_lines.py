"""RN124: `lines` on a string."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.method_edits import place
from crucible_tools.rune.rules.receivers import calls, having, kinds
from crucible_tools.rune.rules.rule import Finding, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.sequence_functions import sequence_fix
from crucible_tools.rune.types.values import STRING


def check(script: Script) -> Iterator[Finding]:
    """Finds calls of `lines` on what is or may be a string."""
    for call in calls(script, ("lines",)):
        mask = kinds(script, call.base)
        if call.args.items or not mask & STRING or having(script, mask, "lines"):
            continue
        start, end = place(script, call)
        yield Finding(
            "RN124",
            start,
            end,
            "strings have no `lines`",
            hint='`text.split("\\n")` keeps a trailing `\\r` and gives one more, empty line at the end',
            fix=sequence_fix(script, call, "lines_of", safe=True),
        )


RULE = Rule(
    code="RN124",
    name="lines",
    summary="`text.lines()`: strings have no such method.",
    why="""\
`text.split("\\n")` is not quite the same: it keeps the `\\r` of Windows and gives an empty line behind the last
line end. The repair therefore adds a private function that gives the lines as Rust's `lines` does, as a list, and
calls it. A `collect` that follows goes, since there is a list already; another method of iterators gets an
`.iter()` in front.
""",
    before="""\
pub async fn call(args) {
    args.a.lines().collect::<Vec>()
}
""",
    after="""\
pub async fn call(args) {
    lines_of(args.a)
}

fn lines_of(text) {
    let list = text.split("\\n").map(|l| if l.ends_with("\\r") { l[..l.len() - 1] } else { l }).collect::<Vec>();
    if text.is_empty() || text.ends_with("\\n") {
        list.pop();
    }
    list
}
""",
    kind=Kind.CERTAIN,
    fix="safe",
    check=check,
    words=("lines",),
)
