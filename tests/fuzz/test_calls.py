"""Programs of the fuzzer's grammar: some hundred in each run of the tests, and those that once broke a law."""

from __future__ import annotations

import pytest

from tests.fuzz.fuzz_calls import fuzz
from tests.fuzz.grammar import Grammar

FOUND: list[int] = [0, 140372580724647]
"""Seeds of programs that broke a law once, and the first one."""

PROGRAMS = 400


async def test_programs_of_a_grammar_end_in_many_ways_and_leave_nothing_behind() -> None:
    endings = await fuzz(1, programs=PROGRAMS)
    assert endings.total() == PROGRAMS
    assert {"finished", "script_error", "not loaded: script_error"} <= endings.keys()


@pytest.mark.parametrize("seed", FOUND)
async def test_a_program_that_was_found_once_breaks_no_law(seed: int) -> None:
    assert (await fuzz(seed, programs=1)).total() == 1


def test_a_seed_gives_the_same_program_each_time() -> None:
    assert Grammar(7).program() == Grammar(7).program() != Grammar(8).program()
