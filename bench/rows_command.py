"""Cold starts of the command."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from bench.bed import Bed, write_tools
from bench.row import Row, median, row

# The installed command, as a user starts it: beside the Python that runs the bench.
CRUCIBLE = [str(Path(sys.executable).with_name("crucible"))]
# As it is installed: Python keeps what it compiled.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


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
