"""RN902: a file that is no Rune."""

from __future__ import annotations

from crucible_tools.rune.rules.found_by_reading import found_by_reading
from crucible_tools.rune.rules.rule import Kind, Rule

RULE = Rule(
    code="RN902",
    name="not-rune",
    summary="A file of another program that ends in `.rn`, or a Rust program: it defines no tool, and is skipped.",
    why="The endings `.rn` and `.rune` are used by others too. A file in which nothing is a Rune item, or in which "
    "traits, lifetimes and `std::fs` show a Rust program, is listed with this reason and left alone. If it should be a "
    "tool, it has to be written as one: `pub async fn call(args) { .. }`.",
    before="""\
node Glow {
    input: color rgb = (1.0, 0.4, 0.2)
    output: image
}
""",
    after="""\
pub async fn call(args) {
    args.color
}
""",
    kind=Kind.FILE,
    fix="none",
    check=found_by_reading,
)
