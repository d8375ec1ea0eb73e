"""A server under everything at once is afterwards what it was before; `make soak` does the same for ten minutes."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile.holding import MIB, Holding
from tests.soak.soak import ROOM, Soaked, allowed, soak

# It only keeps a server that hangs from hanging the run.
GUARD_S = 600.0


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
async def test_edits_attacks_vanishing_clients_and_rotated_tokens_fail_no_good_call_and_leave_nothing(
    tmp_path: Path,
) -> None:
    async with asyncio.timeout(GUARD_S):
        soaked = await soak(tmp_path, warm_up=6, seconds=12)
    assert soaked.wrong() == []
    done = soaked.done
    for kind in ("HTTP calls", "MCP calls, legacy", "MCP calls, 2026-07-28", "hostile calls", "clients that vanished"):
        assert done[kind] >= 2, kind
    assert done["rotations"] >= 2
    assert sum(number for kind, number in done.items() if kind.startswith("edits")) >= 2


def test_a_failure_and_growth_of_each_kind_are_seen() -> None:
    before = Holding(vms=0, threads=5, descriptors=10, tasks=3, memory=100 * MIB)
    most = allowed(before)
    after = replace(
        most, threads=most.threads + 1, descriptors=most.descriptors + 1, tasks=4, memory=before.memory + ROOM + 1
    )
    whole = Soaked(Counter(), [], before, before, 0, "")
    assert whole.wrong() == []
    assert len(replace(whole, after=after, code=1, failures=["a call"], log="Traceback").wrong()) == 7
    assert len(replace(whole, after=after).wrong()) == 4
