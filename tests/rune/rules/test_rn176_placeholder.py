"""RN176: `...` where code is left out: found, made a comment with unsafe repairs, and not found where it is none."""

from __future__ import annotations

import pytest

from tests.rune.rules.syntax_cases import Case, body, check, findings

CASE = Case("a line of its own", body("...", "args.a"), body("// ...", "args.a"), (2,))

RUNE = (body("let a = 1..;", "#{ a }"), body("// ...", '"..."'), body("[a, ..]"))


def test_it_is_found_and_made_a_comment() -> None:
    check(CASE, "RN176", unsafe=True)


@pytest.mark.parametrize("source", RUNE)
def test_nothing_is_found_in_what_is_rune(source: str) -> None:
    assert findings(source, "RN176") == []
