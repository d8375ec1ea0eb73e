"""RN171: signs as HTML writes them: found, repaired, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "in code",
        body("args.a &lt; 3 &amp;&amp; x &gt;= 2"),
        body("args.a < 3 && x >= 2"),
        (2, 2, 2, 2),
    ),
    Case(
        "in texts, where all was escaped",
        body('if x &gt; 1 { "a &amp; b" } else { &quot;c&quot; }'),
        body('if x > 1 { "a & b" } else { "c" }'),
        (2, 2, 2, 2),
    ),
    Case(
        "not in texts, where not all was",
        body('if x < 1 &amp;&amp; y { "&lt;" }'),
        body('if x < 1 && y { "&lt;" }'),
        (2, 2),
    ),
)

RUNE = (
    body('args.s.replace("<", "&lt;").replace("&", "&amp;")'),
    body("// a &lt; b", "a & lt"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN171")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN171") == []
