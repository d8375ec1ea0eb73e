"""RN045: strings in single quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crucible_tools.rune.rules.rule import Edit, Finding, Fix, Kind, Rule
from crucible_tools.rune.rules.script import Script
from crucible_tools.rune.rules.single_quotes import single_quoted


def check(script: Script) -> Iterator[Finding]:
    """Finds texts in single quotes: not one sign, as a char has, and no label."""
    for start, end in single_quoted(script):
        inner = script.text[start + 1 : end - 1].replace("\\'", "'")
        inner = _QUOTE.sub('\\\\"', inner)
        fix = Fix(True, "Write double quotes", (Edit(start, end, f'"{inner}"'),))
        message = "single quotes hold one char in Rune: a string has double quotes"
        yield Finding("RN045", start, end, message, fix=fix)


_QUOTE: Final = re.compile(r'(?<!\\)"')


RULE = Rule(
    code="RN045",
    name="single-quotes",
    summary="`'abc'`: single quotes hold one char in Rune, a string has double quotes.",
    why="""\
`'a'` is a char, a value of its own kind that is never equal to the string `"a"`. More or fewer than one sign between
single quotes does not compile.

The repair writes double quotes. Chars are left alone, also where a string may have been meant.
""",
    before="""\
pub async fn call(args) {
    args.a + 'bc'
}
""",
    after="""\
pub async fn call(args) {
    args.a + "bc"
}
""",
    kind=Kind.SYNTAX,
    fix="safe",
    check=check,
    words=("'",),
)
