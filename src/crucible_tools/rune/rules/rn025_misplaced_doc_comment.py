"""RN025: a doc comment where none may stand."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.doc_places import Standing, doc_places
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds every doc comment that stands in front of something that may carry none, or of nothing."""
    for doc, standing in doc_places(script):
        if standing is not Standing.NOWHERE:
            continue
        sign = script.text[doc.start : doc.start + 3]
        fix = Fix(True, f"Write `{sign[:2]}`", (Edit(doc.start + 2, doc.start + 3, ""),))
        message = f"`{sign}` is an attribute, and what follows here may carry none"
        yield Finding("RN025", doc.start, doc.start + 3, message, fix=fix)


RULE = Rule(
    code="RN025",
    name="misplaced-doc-comment",
    summary="`///` or `//!` above a statement, an expression, an object key, an `impl`, or with nothing behind it.",
    why="""\
`/// ..` is an attribute in Rune: it may stand above functions, modules, constants, structs, enums, their fields and
variants, methods and arms of a `match`. Anywhere else it does not compile, and neither does one that nothing follows.

The repair writes an ordinary comment, `//`. Its text stays.
""",
    before="""\
pub async fn call(args) {
    /// one more
    let n = args.a + 1;
    n
}
""",
    after="""\
pub async fn call(args) {
    // one more
    let n = args.a + 1;
    n
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("///", "//!", "/**", "/*!"),
)
