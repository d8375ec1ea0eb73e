"""RN180: blocks that end with a word."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.end_blocks import end_blocks
from crucible_tools.rune.rules.rule import Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `if x then .. end`, `for .. do .. end`, `def f(x) .. end` and `list.each do |x| .. end`."""
    blocks = end_blocks(script)
    if blocks is not None:
        start, end = script.tree.tokens.starts[blocks.first], script.tree.tokens.ends[blocks.first]
        fix = Fix(True, "Write braces", tuple(blocks.edits))
        yield Finding("RN180", start, end, "a block stands in braces in Rune, and no `end` closes it", fix=fix)


RULE = Rule(
    code="RN180",
    name="end-block",
    summary="`if x then .. end`, `while x do .. end`, `list.each do |x| .. end`: a block stands in braces.",
    why="""\
Lua and Ruby begin a block with `then`, `do` or a new line, and close it with `end`. In Rune it stands in braces.

The repair writes braces for all such blocks of the file, `else if` for `elsif` and `elseif`, and for `do |x|` a closure
in parentheses. It is made only where every `end` closes something.
""",
    before="""\
pub fn call(args) {
    if args.a > 1 then
        return "many"
    else
        return "few"
    end
}
""",
    after="""\
pub fn call(args) {
    if args.a > 1 {
        return "many"
    } else {
        return "few"
    }
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("end", "repeat"),
)
