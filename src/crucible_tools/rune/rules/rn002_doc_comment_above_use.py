"""RN002: a doc comment above `use`."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.doc_places import Standing, doc_places
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds every line of doc comments that stands directly above a `use`."""
    for doc, standing in doc_places(script):
        if standing is not Standing.USE:
            continue
        sign = script.text[doc.start : doc.start + 3]
        fix = Fix(True, f"Write `{sign[:2]}`", (Edit(doc.start + 2, doc.start + 3, ""),))
        message = f"`{sign}` is an attribute, and a `use` may carry none"
        yield Finding("RN002", doc.start, doc.start + 3, message, fix=fix)


RULE = Rule(
    code="RN002",
    name="doc-comment-above-use",
    summary="`/// ..` directly above a `use`: a doc comment is an attribute, and a `use` may carry none.",
    why="""\
A doc comment belongs to the declaration that follows it. A file that begins with `///` and then `use` does not
compile, although the comment was meant for the file.

The repair makes ordinary comments of these lines: `//`. Where they describe the file they still do, since the text at
the top of a file is read as its description either way. `//!` at the top says the same and is Rune, too.
""",
    before="""\
/// Counts how many values are different.
use std::collections::HashSet;

pub async fn call(args) {
    let seen = HashSet::new();
    seen.insert(args.a);
    seen.len()
}
""",
    after="""\
// Counts how many values are different.
use std::collections::HashSet;

pub async fn call(args) {
    let seen = HashSet::new();
    seen.insert(args.a);
    seen.len()
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("///", "//!", "/**", "/*!"),
)
