"""The seeds of fuzzing, and what it once found, hold to the laws."""

from __future__ import annotations

import pytest

from tests.fuzz.laws import check
from tests.fuzz.seeds import seeds

SEEDS = seeds()


@pytest.mark.parametrize("name", SEEDS)
def test_an_input_breaks_no_law(name: str) -> None:
    check(SEEDS[name])
