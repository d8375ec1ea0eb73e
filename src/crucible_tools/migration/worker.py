"""A process that examines sources for another one; see `workers`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass

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
        while True:
            try:
                files: Sequence[DiscoveredFile] = receive_here()
            except EOFError:
                return
            send_back([await _work(engine, setup, file) for file in files])


async def _work(engine: ScriptEngine, setup: Reading | Checking, file: DiscoveredFile) -> object:
    if isinstance(setup, Checking):
        among = [rule for code, rule in by_code().items() if code in setup.codes]
        return await Checker(WithoutApplication(engine), among=among, repairs=setup.repair, rehearser=engine).check(
            file
        )
    examiner = Examiner(engine, setup.repair, max_source_bytes=setup.max_source_bytes, rehearser=engine)
    return as_source(await examiner.examine(file), "")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us stops us
    # Not the twin that runs as `__main__`: what is sent here is of the classes of the module.
    from crucible_tools.migration.worker import serve as work

    asyncio.run(work())
