"""RN028: raw strings: found, repaired, and not found where it is none."""

from __future__ import annotations

from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.rules.support import outcome, repaired
from tests.rune.rules.syntax_cases import Case, body, check, findings

CASES = (
    Case(
        "of all kinds",
        body(
            'let a = r"\\d+";',
            'let b = r#"a "quoted" \\n"#;',
            'let c = br"\\x";',
            'let d = r##"a "# b"##;',
            "[a, b, d]",
        ),
        body(
            'let a = "\\\\d+";',
            'let b = "a \\"quoted\\" \\\\n";',
            'let c = b"\\\\x";',
            'let d = "a \\"# b";',
            "[a, b, d]",
        ),
        (2, 3, 4, 5),
    ),
    Case(
        "on several lines",
        body('r"one', "    two\\", '"'),
        body('"one', "    two\\\\", '"'),
        (2,),
    ),
    Case(
        "in a template",
        body('`${r"\\d"}`'),
        body('`${"\\\\d"}`'),
        (2,),
    ),
    Case(
        "not closed",
        body('r#"abc"'),
        None,
        (2,),
    ),
)

RUNE = (
    body('let r = "x";', "r"),
    body('"r\\"\\\\d\\""'),
    body('// r"x"', "1"),
    body('let bar = "x";', "bar"),
    body('`r"x"`'),
)

ARGUMENTS = {"a": 1, "s": "x", "l": [1, 2], "o": {"k": 1}}

RESULTS = (
    (
        body('let a = r"\\d+";', 'let b = r#"a "quoted" \\n"#;', 'let d = r##"a "# b"##;', "[a, b, d]"),
        ["\\d+", 'a "quoted" \\n', 'a "# b'],
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_found_and_repaired(case: Case) -> None:
    check(case, "RN028")


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN028") == []


@pytest.mark.parametrize(("source", "result"), RESULTS)
async def test_the_repaired_source_gives_what_was_meant(engine: ScriptEngine, source: str, result: Any) -> None:
    assert await outcome(engine, repaired(source), ARGUMENTS) == result
