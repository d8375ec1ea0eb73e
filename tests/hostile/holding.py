"""What a process holds: memory, threads, file descriptors, and the VMs of an engine."""

from __future__ import annotations

import asyncio
import gc
import threading
from dataclasses import dataclass
from pathlib import Path

from crucible_tools import ScriptEngine

MIB = 2**20


@dataclass(frozen=True)
class Holding:
    """What is held at one moment.

    Args:
        vms: of the engine.
        threads: of the interpreter.
        descriptors: open files and sockets.
        tasks: of the event loop.
        memory: private bytes of the process.
    """

    vms: int
    threads: int
    descriptors: int
    tasks: int
    memory: int

    def leaks(self, before: Holding, *, room: int) -> list[str]:
        """What is held now and was not before; `room` bytes of memory may be."""
        found = [
            f"{name}: {getattr(before, name)} became {getattr(self, name)}"
            for name in ("vms", "threads", "descriptors", "tasks")
            if getattr(self, name) > getattr(before, name)
        ]
        if self.memory > before.memory + room:
            found.append(f"memory: {before.memory // MIB} MB became {self.memory // MIB} MB")
        return found


async def holding(engine: ScriptEngine) -> Holding:
    """What is held now, once nothing waits to be freed. Memory and descriptors are known on Linux only."""
    engine.clear_cache()
    # What a call leaves behind on the loop is over within a round or two.
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    return Holding(engine.instances, threading.active_count(), descriptors(), len(asyncio.all_tasks()), private_bytes())


def descriptors() -> int:
    """Open file descriptors; 0 where the system does not say."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def private_bytes() -> int:
    """Memory that is this process's alone; 0 where the system does not say."""
    path = Path("/proc/self/smaps_rollup")
    if not path.is_file():
        return 0
    lines = path.read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
