"""RN058: `[x; n]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.syntax.nodes import List, Literal

_MOST: Final = 16
"""Items that are written out."""

_REPEATED: Final = """
fn NAME(item, times) {
    let list = [];
    for _ in 0..times {
        list.push(item);
    }
    list
}
"""


def check(script: Script) -> Iterator[Finding]:
    """Finds lists of `n` times the same."""
    for node in script.tree.of(List):
        if not node.repeat:
            continue
        start, end = script.start(node), script.end(node)
        message = "there is no list of `n` times `x` in Rune"
        fix = _fix(script, node)
        hint = None if fix else "fill the list in a loop: `for _ in 0..n { list.push(x); }`"
        yield Finding("RN058", start, end, message, hint=hint, fix=fix)


def _fix(script: Script, node: List) -> Fix | None:
    if len(node.items) != 2 or not isinstance(node.items[0], Literal):
        return None  # one list in all places would be the same list
    item, times = script.source(node.items[0]), node.items[1]
    start, end = script.start(node), script.end(node)
    if isinstance(times, Literal) and times.kind == "int":
        figure = script.source(times).removesuffix("usize").replace("_", "")
        if figure.isdecimal() and int(figure) <= _MOST:
            text = f"[{', '.join([item] * int(figure))}]"
            return Fix(True, f"Write `{text}`", (Edit(start, end, text),))
    name, addition = script.helper(node, "repeated", _REPEATED)
    edits = (
        Edit(start, script.start(node.items[0]), f"{name}("),
        Edit(script.end(node.items[0]), script.start(times), ", "),
        Edit(script.end(times), end, ")"),
    )
    return Fix(True, f"Write `{name}({item}, ..)`", edits, (addition,) if addition else ())


RULE = Rule(
    code="RN058",
    name="repeated-item",
    summary="`[0; 5]`: there is no list of `n` times `x` in Rune.",
    why="""\
The items of a list are written out.

The repair does so, up to 16 of them; otherwise it adds a private function that fills a list. Where the item is no
literal it is only reported: the same list in all places would be one list.
""",
    before="""\
pub async fn call(args) {
    let row = [0; 3];
    row[1] = args.a;
    row
}
""",
    after="""\
pub async fn call(args) {
    let row = [0, 0, 0];
    row[1] = args.a;
    row
}
""",
    kind=Kind.SYNTAX,
    fix="sometimes",
    check=check,
    words=(";",),
)
