"""Engines for the tests of the engine: the real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.registry import Registry
from crucible_tools.engine.sandbox import Sandbox


@pytest.fixture
async def engine() -> AsyncIterator[ScriptEngine]:
    """A running engine without modules of an application."""
    async with ScriptEngine() as running:
        yield running


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with the built-in functions only."""
    box = Sandbox()
    yield box
    box.close()


@pytest.fixture
def registry() -> Registry:
    """No host functions at all."""
    return Registry()
