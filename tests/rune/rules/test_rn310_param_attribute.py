"""RN310: descriptions of parameters that are read in another way."""

from __future__ import annotations

import pytest

from tests.rune.rules.support import any_fix, found, repaired

BODY = "\npub async fn f(a) {\n    a\n}\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('#[tool]\n#[param(name = "a", type = "strng")]', '#[tool]\n#[param(name = "a", type = "string")]'),
        ('#[param(name = "a", required = "false")]\n#[tool]', '#[param(name = "a", required = false)]\n#[tool]'),
        ('#[tool]\n#[param(name = "a", required = yes)]', '#[tool]\n#[param(name = "a", required = true)]'),
    ],
)
def test_what_is_probably_meant_is_written_with_permission(written: str, meant: str) -> None:
    assert repaired(written + BODY) == written + BODY
    assert repaired(written + BODY, accept=any_fix) == meant + BODY


def test_a_description_without_a_name_and_a_second_one_are_told() -> None:
    text = '#[tool]\n#[param(type = "string")]\n#[param(name = "a")]\n#[param(name = "a")]' + BODY
    assert ["names no parameter" in item.message for item in found(text, "RN310")] == [True, False]


@pytest.mark.parametrize(
    "params",
    [
        '#[param(name = "a", type = "string", required = true, default = "x")]',
        '#[param(name = "a", type = [string])]',
        '#[param("a", type = f64)]',
        '#[param(name = "a", type = "Note")]',
        '#[param(name = "a", type = "array<string>")]',
        '#[param(name = "a", type = "any")]',
    ],
)
def test_a_right_description_gives_no_finding(params: str) -> None:
    assert found("#[tool]\n" + params + BODY, "RN310") == []
