"""RN304: a metadata function that fails."""

from __future__ import annotations

from crucible_tools.rune.rules.found_by_reading import found_by_reading
from crucible_tools.rune.rules.rule import Kind, Rule

RULE = Rule(
    code="RN304",
    name="failing-metadata",
    summary="`NAME()`, `DESCRIPTION()`, `INPUT_SCHEMA()` or another metadata function stops with an error.",
    why="These functions are called, in a sandbox, to learn what a tool is called and what it takes. One that fails, "
    "never ends or gives something else than is asked for leaves a tool without name, description or schema. What it "
    "should have given is nothing that a machine can know.",
    before="""\
pub fn NAME() { "ticket" }
pub fn DESCRIPTION() {
    let about = #{ title: "Links a ticket" };
    about.text
}
pub async fn call(args) {
    args.id
}
""",
    after="""\
pub fn NAME() { "ticket" }
pub fn DESCRIPTION() {
    let about = #{ title: "Links a ticket" };
    about.title
}
pub async fn call(args) {
    args.id
}
""",
    kind=Kind.CERTAIN,
    fix="none",
    check=found_by_reading,
)
