"""A misspelt name finds the one that was meant."""

import pytest

from crucible_tools.model.near import near


@pytest.mark.parametrize(
    ("written", "meant"), [("slugfy", "slugify"), ("shortest", "queue.shortest"), ("queue.ad", "queue.add")]
)
def test_a_misspelt_name_finds_the_one_that_was_meant(written: str, meant: str) -> None:
    assert near(written, ["agenda", "queue.add", "queue.shortest", "slugify"])[0] == meant


def test_no_more_names_than_wanted_are_given_and_none_twice() -> None:
    found = near("tool_1", [f"tool_{number}" for number in range(50)], limit=2)
    assert len(found) == len(set(found)) == 2
    assert near("xyzzy", ["agenda"]) == []
