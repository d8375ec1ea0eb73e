"""RN905: one tool name in two files."""

from __future__ import annotations

from crucible_tools.rune.rules.found_by_reading import found_by_reading
from crucible_tools.rune.rules.rule import Kind, Rule

RULE = Rule(
    code="RN905",
    name="name-taken",
    summary="Two files define a tool of the same name, or one file does so twice.",
    why="Only one tool can have a name. The first file in the order of their paths keeps it, and a name stays with the "
    "file that it was migrated from; all others are refused, naming both files. Rename one of them.",
    before="""\
pub mod notes {
    pub async fn count(args) {
        args.notes.len()
    }
}
#[tool(desc = "Counts the notes", name = "notes.count")]
pub async fn count(args) {
    args.notes.len()
}
""",
    after="""\
pub mod notes {
    pub async fn count(args) {
        args.notes.len()
    }
}
""",
    kind=Kind.FILE,
    fix="none",
    check=found_by_reading,
)
