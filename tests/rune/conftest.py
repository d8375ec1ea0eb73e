"""The real engine: sources are compiled, described and evaluated in the sandbox here as everywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crucible_tools.engine import ScriptEngine
from tests.rune.support import database


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """A running engine with the corpus's application module."""
    async with ScriptEngine(modules=[database()]) as running:
        yield running
