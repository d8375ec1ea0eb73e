"""What a process does that examines sources for another one; see `workers`, and `worker_main` for how it starts."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.migration.reading import Reading, read_one
from crucible_tools.migration.workers import READY, receive_here, send_back
from crucible_tools.model.enums import RepairMode
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.check.examining import Examiner
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.inspection import WithoutApplication
from crucible_tools.rune.rules.registry import by_code

GARBAGE: Final = (800_000, 5, 5)
"""Thresholds of the garbage collector while sources are read: each makes thousands of objects that free themselves."""


@dataclass(frozen=True, slots=True)
class Checking:
    """Sources are checked: each becomes a `CheckedFile`.

    Args:
        codes: of the rules to ask.
        repair: which repairs are made.
    """

    codes: tuple[str, ...]
    repair: RepairMode


@contextlib.contextmanager
def seldom_collecting() -> Generator[None]:
    """What each file leaves behind is so much that looking often for garbage is looking in vain."""
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def serve() -> None:
    """Works on what it is sent until nothing more comes."""
    setup = receive_here()
    async with ScriptEngine(ScriptEngineConfig()) as engine:
        with contextlib.suppress(EOFError):  # nothing more comes
            while True:
                work = _work(engine, setup)
                # What was imported stays.
                gc.freeze()
                gc.set_threshold(*GARBAGE)
                gc.enable()
                if not isinstance(setup, Checking | Reading):
                    send_back(READY)
                setup = await _until_another(work)


async def _until_another(work: Callable[[Any], Awaitable[object]]) -> object:
    """Works on the lists that come; gives what is no list: the setup of other work."""
    while isinstance(received := receive_here(), list):
        send_back([await work(item) for item in cast("list[Any]", received)])
    return received


def _work(engine: ScriptEngine, setup: object) -> Callable[[Any], Awaitable[object]]:
    match setup:
        case Checking():
            return _checking(engine, setup)
        case Reading():
            return _reading(engine, setup)
        case _:
            # Who only reads must not wait for what validates.
            from crucible_tools.migration.validation import Validating, Validator, validated

            return partial(validated, Validator(engine, cast("Validating", setup).mode))


def _checking(engine: ScriptEngine, setup: Checking) -> Callable[[DiscoveredFile], Awaitable[object]]:
    among = [rule for code, rule in by_code().items() if code in setup.codes]
    inspector, capability_of = WithoutApplication(engine), engine.capability_of
    return Checker(inspector, among=among, repairs=setup.repair, capability_of=capability_of, rehearser=engine).check


def _reading(engine: ScriptEngine, setup: Reading) -> Callable[[DiscoveredFile], Awaitable[object]]:
    examiner = Examiner(engine, setup.repair, max_source_bytes=setup.max_source_bytes, rehearser=engine)

    async def read(file: DiscoveredFile) -> object:
        return await read_one(file, examiner)

    return read
