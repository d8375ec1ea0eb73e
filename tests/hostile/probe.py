"""Host functions for hostile scripts to misuse."""

import asyncio
from typing import NoReturn

from crucible_tools import HostModule, ToolFailure

# More than any policy of these tests lets through, and little enough to make: a limit is tried, not this machine.
MOST_LENGTH = 64 << 20


def probe() -> HostModule:
    """Host functions for the scripts to misuse."""
    module = HostModule("probe")

    @module.function(params={"value": "any"})
    def echo(value: object) -> object:
        return value

    @module.function(params={"length": "integer"})
    def text(length: int) -> str:
        if length > MOST_LENGTH:
            raise ToolFailure(f"{length:,} is longer than any test needs")
        return "x" * length

    @module.function(params={})
    def fail() -> NoReturn:
        raise ToolFailure("no")

    @module.function(params={}, awaited=True)
    async def wait() -> None:
        await asyncio.Event().wait()

    @module.function(params={})
    async def block() -> None:
        await asyncio.Event().wait()

    return module
