"""The command as a whole process: cold starts, and a migration of 1,000 tools."""

import asyncio
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from bench.bed import Bed, text
from bench.row import Row, median, row

# The installed command, as a user starts it: beside the Python that runs the bench.
CRUCIBLE = [str(Path(sys.executable).with_name("crucible"))]
# As it is installed: Python keeps what it compiled.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
TOOLS = 1000


async def crucible(*arguments: str, cwd: Path) -> None:
    """Runs the command to its end."""
    process = await asyncio.create_subprocess_exec(
        *CRUCIBLE,
        *arguments,
        cwd=cwd,
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"crucible {' '.join(arguments)}: {errors.decode()}")


@row
async def cold_help(bed: Bed) -> Row:
    """`crucible --help`."""
    seconds = await median(lambda: crucible("--help", cwd=Path.cwd()), times=bed.rounds(20))
    return Row("cold crucible --help", seconds * 1e3, "ms", at_most=200)


@row
async def cold_call(bed: Bed) -> Row:
    """`crucible call` of a migrated tool, the compiled guest in the cache."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tools(folder / "tools", 1)
        await crucible("migrate", "tools", cwd=folder)
        seconds = await median(lambda: crucible("call", "digest_0", "--args", "{}", cwd=folder), times=bed.rounds(20))
    return Row("cold crucible call", seconds * 1e3, "ms", at_most=400)


@row
async def migration_of_1000_tools(bed: Bed) -> list[Row]:
    """`crucible migrate` of 1,000 valid 40-line tools into SQLite with full sync, and its peak memory."""
    seconds, peak = await migrate()
    return [
        Row("migrating 1,000 tools", seconds, "s", at_most=5),
        Row("memory of migrating 1,000 tools", peak / 2**20, "MB", at_most=400),
    ]


async def migrate() -> tuple[float, int]:
    """Seconds and peak memory in bytes, of all its processes together, of migrating the 1,000 tools."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tools(folder / "tools", TOOLS)
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *CRUCIBLE, "migrate", "tools", cwd=folder, env=ENVIRONMENT, stdout=asyncio.subprocess.DEVNULL
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
        raise RuntimeError(f"crucible migrate ended with exit code {process.returncode}")
    return seconds, sum(peaks.values())


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(part) for part in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def peak_memory(pid: int) -> int:
    """The kernel's own high-water mark of a process; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def write_tools(folder: Path, count: int) -> None:
    """As many tools as wanted, each a little different."""
    folder.mkdir()
    source = text("tool.rn").partition("\npub fn echo")[0]
    for number in range(count):
        tool = source.replace('"ticket_digest"', f'"digest_{number}"')
        (folder / f"digest_{number}.rn").write_text(tool, encoding="utf-8")
