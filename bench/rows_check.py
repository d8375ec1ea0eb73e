"""`crucible check` over many files: a thousand broken ones, a thousand valid ones."""

import asyncio
import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.bed import Bed
from bench.row import Row, row
from bench.rows_command import CRUCIBLE, ENVIRONMENT, crucible

FILES = 1000
BYTES = 3 * 1024
CORPUS = Path(__file__).parent.parent / "tests" / "corpus"


@row
async def check_of_broken_files(bed: Bed) -> Row:
    """1,000 broken files of 3 KB, all of which can be repaired."""
    return Row("checking 1,000 broken files", await seconds_of_a_check("broken"), "s", at_most=20)


@row
async def check_of_valid_files(bed: Bed) -> Row:
    """The same 1,000 files repaired: nothing is wrong in them."""
    return Row("checking 1,000 valid files", await seconds_of_a_check("valid"), "s", at_most=3)


async def seconds_of_a_check(side: str) -> float:
    """Seconds of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        write_sources(Path(folder) / "tools", side)
        await crucible("rule", "RN001", cwd=Path(folder))
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *CRUCIBLE,
            "check",
            "tools",
            "--format",
            "json",
            cwd=folder,
            env=ENVIRONMENT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        code = await process.wait()
        seconds = time.perf_counter() - start
    if code != (1 if side == "broken" else 0):
        raise RuntimeError(f"crucible check ended with exit code {code}")
    return seconds


def write_sources(folder: Path, side: str) -> None:
    """Tools of the corpus, each filled up to 3 KB with modules of functions; the same ones in every run.

    Args:
        folder: where to.
        side: `broken` for tools as they were found, `valid` for the same tools repaired.
    """
    folder.mkdir()
    entries = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))["files"]
    tools = [entry for entry in entries if entry["repairable"]["verdict"] == "safe" and entry["kind"] == "tool"]
    for number in range(FILES):
        entry = tools[number % len(tools)]
        parts = [named(source(side, entry["path"]), entry, number)]
        while sum(map(len, parts)) < BYTES:
            lines = source(side, "lib/dates.rn").splitlines()[1:]
            body = "\n".join(f"    {line}" if line else "" for line in lines)
            parts.append(f"\nmod dates_{len(parts)} {{{body}\n}}\n")
        (folder / f"tool_{number:04}.rn").write_text("".join(parts), encoding="utf-8")


def source(side: str, path: str) -> str:
    """A file of the corpus, as it was found or repaired."""
    root = CORPUS / "legacy" / "tools" if side == "broken" else CORPUS / "repaired"
    return (root / path).read_text(encoding="utf-8-sig")


def named(text: str, entry: dict[str, Any], number: int) -> str:
    """The text with other names for its tools: no two files may define the same."""
    for tool in entry["tools"]:
        for part in tool["name"].split("."):
            text = re.sub(rf"\b{part}\b", f"{part}_{number}", text)
    return text
