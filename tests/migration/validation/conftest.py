"""The engine that tools are validated with: the real one."""

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """A running engine without modules of an application."""
    async with ScriptEngine() as running:
        yield running
