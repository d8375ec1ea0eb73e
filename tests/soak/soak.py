"""One real server under everything at once, and whether it is afterwards what it was before.

    make soak MINUTES=10
    python -m tests.soak.soak --minutes 10      the same

Good clients call over HTTP and over MCP, newer and older; hostile tools run; clients vanish in the middle of things;
sources are edited, broken, deleted; the token is rotated. No good call may fail, and nothing may grow.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from crucible_tools.model.access import Scope
from crucible_tools.operations.tokens import NewToken, create_token
from tests.hostile.holding import MIB, Holding
from tests.soak.clients import TOKEN, Clients
from tests.soak.process import Server
from tests.soak.project import Sources

ROOM = 32 * MIB
"""What memory may differ by: pools of VMs, and what allocators keep."""


POOL = 8
"""Threads that pools may still make: each of them when there is first so much to do at once, and none beyond."""


FILES = 4
"""Files that may be opened when something is first needed, such as the state; a leak is one a client or a call."""


def allowed(before: Holding) -> Holding:
    """What may be held after so much was before, memory apart."""
    return replace(before, threads=before.threads + POOL, descriptors=before.descriptors + FILES)


@dataclass(frozen=True)
class Soaked:
    """What came of it.

    Args:
        done: how often each thing was done, warming up included.
        failures: what failed that must not, in words; the first ones.
        before: what the server held after warming up, when all clients had gone.
        after: likewise at the end.
        code: the exit code of the server.
        log: what it said on standard error.
    """

    done: Counter[str]
    failures: list[str]
    before: Holding
    after: Holding
    code: int
    log: str

    def wrong(self) -> list[str]:
        """All that is not as it must be."""
        found = [*self.failures, *self.after.leaks(allowed(self.before), room=ROOM)]
        if self.code:
            found.append(f"the server ended with {self.code}")
        if "Traceback" in self.log:
            found.append(f"the server's log has a traceback: …{self.log[self.log.index('Traceback') :][:2000]}")
        return found


async def soak(root: Path, *, warm_up: float, seconds: float, seed: int = 0) -> Soaked:
    """Lets everything happen at once.

    Args:
        root: an empty folder.
        warm_up: seconds before the first look: what is made once is no leak.
        seconds: how long after it.
        seed: what is chosen by.
    """
    chance = random.Random(seed)
    sources = Sources(root, chance)
    state = str(root / ".crucible")
    made = await create_token(state, NewToken(name=TOKEN, scopes=(Scope.ADMIN,)))
    async with Server(root) as server:
        clients = Clients(server.url, server.state, made.secret.text, sources, chance)
        await clients.run(warm_up)
        await clients.whole()
        before = await server.settled()
        await clients.run(seconds)
        await clients.whole()
        after = await server.settled(allowed(before), room=ROOM)
    return Soaked(clients.tally.done, clients.tally.failures, before, after, server.code, server.log)


def table(soaked: Soaked) -> str:
    """What was done and what is held, for people."""
    lines = [f"  {name:<28} {number:>10,}" for name, number in sorted(soaked.done.items())]
    lines += ["", f"  {'':<28} {'before':>10} {'after':>10}"]
    for name in ("threads", "descriptors", "tasks"):
        lines.append(f"  {name:<28} {getattr(soaked.before, name):>10,} {getattr(soaked.after, name):>10,}")
    lines.append(f"  {'memory, MB':<28} {soaked.before.memory / MIB:>10,.1f} {soaked.after.memory / MIB:>10,.1f}")
    return "\n".join(lines)


def main() -> int:
    """Soaks, and prints what came of it; 1 when something failed or grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.soak")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    seconds = options.minutes * 60
    warm_up = min(60.0, seconds / 3)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        soaked = asyncio.run(soak(Path(folder), warm_up=warm_up, seconds=seconds - warm_up, seed=options.seed))
    print(f"a server under everything for {time.perf_counter() - began:.0f} s, {warm_up:.0f} s of it to warm up:")
    print(table(soaked))
    wrong = soaked.wrong()
    print("\n".join(wrong) or "no good call failed, and nothing grew")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
