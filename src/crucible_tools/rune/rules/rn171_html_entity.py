"""RN171: signs as HTML writes them."""

from __future__ import annotations

from collections.abc import Iterator

from crucible_tools.rune.rules.html_entities import SIGNS, entities
from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script


def check(script: Script) -> Iterator[Finding]:
    """Finds `&lt;`, `&gt;`, `&amp;` and the like."""
    for before, end in entities(script):
        start = before + 1
        written = script.text[start:end]
        sign = SIGNS[written]
        shown = f"`{sign}`" if sign not in ("`", " ") else "a blank" if sign == " " else "a backtick"
        fix = Fix(True, f"Write {shown}", (Edit(start, end, sign),))
        yield Finding("RN171", start, end, f"`{written}` is how HTML writes {shown}: Rune has the sign itself", fix=fix)


RULE = Rule(
    code="RN171",
    name="html-entity",
    summary="`a &lt; b`, `x &amp;&amp; y`: signs as HTML writes them, in code that was copied out of a page.",
    why="""\
A page must write some signs in another way, and code that is copied out of its source brings that along.

The repair writes the signs. In texts and comments it does so only where the whole file was escaped: where no `<` and no
other `&` is left in it.
""",
    before="""\
pub async fn call(args) {
    args.a &lt; 3 &amp;&amp; args.a &gt; 0
}
""",
    after="""\
pub async fn call(args) {
    args.a < 3 && args.a > 0
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("&lt;", "&gt;", "&amp;", "&quot;", "&#", "&apos;", "&nbsp;"),
)
