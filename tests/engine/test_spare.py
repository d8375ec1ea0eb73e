"""Memory that is free goes back to the system."""

from __future__ import annotations

import asyncio
import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from crucible_tools import ScriptEngine, ScriptEngineConfig
from tests.engine.support import tool
from tests.hostile.holding import MIB, private_bytes

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc gives memory back"
)

ONE = "pub fn main(a) { 1 }"

PIECES = 1000
PIECE_BYTES = 100_000
"""Less than what malloc asks the system for piece by piece: such a piece lies in its heap."""

ENOUGH = PIECES * PIECE_BYTES // 2

COMPILING = """
import pathlib, sys
from crucible_tools.engine.cache import load_runtime
from tests.hostile.holding import private_bytes
runtime = load_runtime(cache=pathlib.Path(sys.argv[1]))
print(private_bytes())
"""


def leave_free_memory() -> bytearray:
    """Frees what malloc then keeps; what is given back pins the end of its heap, until the caller lets it go."""
    pieces = [bytearray(b"x" * PIECE_BYTES) for _ in range(PIECES)]
    return pieces[-1]


async def test_an_engine_that_clears_its_cache_gives_free_memory_back() -> None:
    async with ScriptEngine() as engine:
        pin = leave_free_memory()
        before = private_bytes()
        engine.clear_cache()
        assert private_bytes() < before - ENOUGH
        assert len(pin) == PIECE_BYTES


async def test_a_sweep_that_freed_vms_gives_free_memory_back() -> None:
    async with ScriptEngine(ScriptEngineConfig(idle_timeout=0.2)) as engine:
        await engine.register_tool(tool(), ONE)
        pin = leave_free_memory()
        before = private_bytes()
        async with asyncio.timeout(20):
            while private_bytes() > before - ENOUGH:
                await asyncio.sleep(0.02)
        assert engine.instances == 0
        assert len(pin) == PIECE_BYTES


def test_a_process_that_compiled_the_guest_gives_the_compilers_memory_back(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", COMPILING, str(tmp_path / "new")], cwd=root, capture_output=True, text=True, check=True
    )
    # 100 MB; 250 with what the compiler leaves behind.
    assert int(done.stdout) < 160 * MIB
