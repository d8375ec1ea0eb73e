"""Texts that others could have chosen so as to be more than text, and how they get into a report."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st

from crucible_tools.model.migration import MigrationReport
from tests.migration.formats.support import report

EXAMPLES = (
    "<script>alert(1)</script>",
    "</style></pre></title><img src=x onerror=alert(1)>",
    "\" onmouseover='x' a=\"",
    "--><!-- <!DOCTYPE x> <![CDATA[ ]]>",
    "&lt;&#60;&amp;",
    "\x1b[2J\x00\x07\x9b31m\x7f",
    "\u202eabc\u2066",
    "a\nb\r\n::error file=x::y",
    "%0A%25::set-output name=a::b,c:d",
    "| a | b |\n| --- | --- |",
    "# x\n\n* y\n\n[a](javascript:x) ![a](http://x) `c` **d** ~~e~~ @name #1 www.example.com a@b.c",
    "\\| \\\\ \\",
    "\ufffe\uffff",
)

texts = st.text(min_size=1, max_size=30)


def with_hostile_texts(test: Callable[[str], None]) -> Callable[[], None]:
    """Run a test with each of the texts, and with others."""
    wrapped = given(text=texts)(test)
    for text in EXAMPLES:
        wrapped = example(text=text)(wrapped)
    return wrapped


def hostile(text: str) -> MigrationReport:
    """The report with this text wherever somebody else's text can be; names stay different from each other."""
    return report(lambda word: f"{word}{text}")
