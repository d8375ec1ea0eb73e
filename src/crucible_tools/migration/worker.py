"""A process that examines sources for another one; see `workers`."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.migration.reading import Reading, as_source
from crucible_tools.migration.workers import receive_here, send_back
from crucible_tools.model.enums import RepairMode
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.check.examining import Examiner
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.inspection import WithoutApplication
from crucible_tools.rune.rules.registry import by_code

_GARBAGE: Final = 800_000
"""Objects after which trees that nobody needs any more are looked for: some 120 MB, those of 400 sources."""


@dataclass(frozen=True, slots=True)
class Checking:
    """Sources are checked: each becomes a `CheckedFile`.

    Args:
        codes: of the rules to ask.
        repair: which repairs are made.
    """

    codes: tuple[str, ...]
    repair: RepairMode


async def serve() -> None:
    """Works on what it is sent until nothing more comes."""
    setup = receive_here()
    async with ScriptEngine(ScriptEngineConfig()) as engine:
        work = _checking(engine, setup) if isinstance(setup, Checking) else _reading(engine, setup)
        # What was imported stays; and what each source leaves behind is so much that looking often is looking in vain.
        gc.freeze()
        gc.set_threshold(_GARBAGE, 5, 5)
        while True:
            try:
                files: Sequence[DiscoveredFile] = receive_here()
            except EOFError:
                return
            send_back([await work(file) for file in files])


def _checking(engine: ScriptEngine, setup: Checking) -> Callable[[DiscoveredFile], Awaitable[object]]:
    among = [rule for code, rule in by_code().items() if code in setup.codes]
    return Checker(WithoutApplication(engine), among=among, repairs=setup.repair, rehearser=engine).check


def _reading(engine: ScriptEngine, setup: Reading) -> Callable[[DiscoveredFile], Awaitable[object]]:
    examiner = Examiner(engine, setup.repair, max_source_bytes=setup.max_source_bytes, rehearser=engine)

    async def read(file: DiscoveredFile) -> object:
        return as_source(await examiner.examine(file), "")

    return read


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us stops us
    # Not the twin that runs as `__main__`: what is sent here is of the classes of the module.
    from crucible_tools.migration.worker import serve as work

    asyncio.run(work())
