"""Reading sources: a tool of usual size, and the mebibyte that takes longest."""

import time

from bench.bed import MIB, Bed
from bench.row import Row, median_of_calls, row
from crucible_tools.rune.syntax.parser import parse

# Of some hundred units tried, each repeated to a mebibyte, these took longest.
WORST_UNITS = (
    "{",
    "a?[",
    "a?(",
    "a?{",
    "a ? {",
    "[",
    "a{",
    "{}",
    "${",
    "`",
    "f(|| {",
    "()",
    "///\n",
    "\\",
    "impl A for ",
)

TOOL = """
/// Counts the words of a note.
#[tool(description = "Counts words")]
pub async fn count_words(args) {
    let text = args.text.trim();
    if text.is_empty() {
        return Err("nothing to count");
    }
    let counts = #{};
    for word in text.split(" ").filter(|word| word.len() > args.shortest) {
        let key = word.to_lowercase();
        counts[key] = counts.get(key).unwrap_or(0) + 1;
    }
    Ok(#{ total: counts.len(), words: counts, title: `${args.title}: ${counts.len()} words` })
}
"""


@row
async def worst_source(bed: Bed) -> Row:
    """Lexing and parsing a mebibyte of whatever takes longest."""
    slowest = 0.0
    for unit in WORST_UNITS:
        text = (unit * (MIB // len(unit) + 1))[:MIB]
        start = time.perf_counter()
        parse(text)
        slowest = max(slowest, time.perf_counter() - start)
    return Row("reading the worst 1 MiB", slowest, "s", at_most=3)


@row
async def usual_source(bed: Bed) -> Row:
    """Lexing and parsing a tool of 2.5 KB."""
    text = TOOL * 4
    return Row(
        f"reading a tool of {len(text) / 1000:.1f} KB",
        median_of_calls(lambda: parse(text), times=bed.rounds(200)) * 1e3,
        "ms",
    )
