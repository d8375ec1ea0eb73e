"""One engine for a file's tests, in a world that each call brings along."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.engine.host.support import Stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    """A running engine; tests that use it run on their module's event loop."""
    stage = Stage()
    async with stage.engine:
        yield stage
