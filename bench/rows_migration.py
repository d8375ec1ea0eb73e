"""Whole migrations by the command: seconds, and memory of all its processes together."""

import asyncio
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.bed import Bed, write_tools
from bench.row import Row, row
from bench.rows_command import CRUCIBLE, ENVIRONMENT


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took: seconds of wall time, and MB at its peak."""

    seconds: float
    peak: float


@row
async def migration_of_1000_tools(bed: Bed) -> list[Row]:
    """`crucible migrate` of 1,000 valid 40-line tools into SQLite with full sync, and its peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tools(folder / "tools", 1000)
        done = await measured("migrate", "tools", cwd=folder)
    return [
        Row("migrating 1,000 tools", done.seconds, "s", at_most=5),
        Row("memory of migrating 1,000 tools", done.peak, "MB", at_most=400),
    ]


@row
async def migration_of_10000_tools(bed: Bed) -> list[Row]:
    """Planning and migrating 10,000 tools with BASIC validation, by two workers and by one; and once more."""
    count = 100 if bed.quick else 10_000
    with tempfile.TemporaryDirectory() as name:
        two, one = Path(name) / "two", Path(name) / "one"
        for folder in (two, one):
            folder.mkdir()
            write_tools(folder / "tools", count)
        plan = await measured("plan", "tools", "--jobs", "2", cwd=two)
        by_two = await measured("migrate", "tools", "--jobs", "2", cwd=two)
        again = await measured("migrate", "tools", "--jobs", "2", cwd=two)
        by_one = await measured("migrate", "tools", "--jobs", "1", cwd=one)
    few = await memory_of(count // 5)
    return [
        Row(f"planning {count:,} tools", plan.seconds, "s", at_most=30),
        Row(f"migrating {count:,} tools, BASIC, 2 workers", by_two.seconds, "s", at_most=90),
        Row("the same by 1 worker", by_one.seconds, "s"),
        # At least 1.5 times as fast by two: at most two thirds of the time.
        Row("time by 2 workers / time by 1", by_two.seconds / by_one.seconds, "×", at_most=1 / 1.5),
        Row(f"migrating {count:,} unchanged tools", again.seconds, "s", at_most=10),
        Row(f"memory of migrating {count:,} tools", by_two.peak, "MB", at_most=600),
        Row(f"memory of migrating {count // 5:,} tools", few, "MB"),
    ]


async def memory_of(count: int) -> float:
    """MB at the peak of migrating this many tools by two workers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tools(folder / "tools", count)
        return (await measured("migrate", "tools", "--jobs", "2", cwd=folder)).peak


async def measured(*arguments: str, cwd: Path) -> Measured:
    """Runs the command to its end, and looks at its processes meanwhile."""
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *CRUCIBLE, *arguments, cwd=cwd, env=ENVIRONMENT, stdout=asyncio.subprocess.DEVNULL
    )
    peaks: dict[int, int] = {}
    while process.returncode is None:
        for pid in (process.pid, *children(process.pid)):
            peaks[pid] = max(peaks.get(pid, 0), peak_memory(pid))
        try:
            await asyncio.wait_for(process.wait(), 0.02)
        except TimeoutError:
            continue
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise RuntimeError(f"crucible {' '.join(arguments)} ended with exit code {process.returncode}")
    return Measured(seconds, sum(peaks.values()) / 2**20)


def children(pid: int) -> Sequence[int]:
    """The processes that a process has started."""
    try:
        return [int(part) for part in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def peak_memory(pid: int) -> int:
    """The kernel's own high-water mark of a process, in bytes; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
