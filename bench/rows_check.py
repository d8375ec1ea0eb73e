"""`crucible check` over many files: a thousand broken ones, a thousand valid ones."""

import asyncio
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.bed import Bed
from bench.row import Row, row
from bench.rows_command import CRUCIBLE

FILES = 1000
BYTES = 3 * 1024
CASES = Path(__file__).parent.parent / "tests" / "corpus" / "idiom-cases.json"


@row
async def check_of_broken_files(bed: Bed) -> Row:
    """1,000 files of 3 KB that do not compile, each with a dozen idioms and more, all of which are repaired."""
    return Row("checking 1,000 broken files", await seconds_of_a_check("before"), "s", at_most=20)


@row
async def check_of_valid_files(bed: Bed) -> Row:
    """1,000 files of 3 KB in which nothing is wrong."""
    return Row("checking 1,000 valid files", await seconds_of_a_check("after"), "s", at_most=3)


async def seconds_of_a_check(side: str) -> float:
    """Seconds of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        write_sources(Path(folder) / "tools", side)
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *CRUCIBLE, "check", "tools", "--format", "json", cwd=folder, stdout=asyncio.subprocess.DEVNULL
        )
        code = await process.wait()
        seconds = time.perf_counter() - start
    if code != (1 if side == "before" else 0):
        raise RuntimeError(f"crucible check ended with exit code {code}")
    return seconds


def write_sources(folder: Path, side: str) -> None:
    """Files that put idioms of the corpus into modules, as many as 3 KB hold; the same ones in every run."""
    folder.mkdir()
    chance = random.Random(1)
    cases = [case for case in json.loads(CASES.read_text(encoding="utf-8")) if fits_into_a_module(case)]
    for number in range(FILES):
        parts: list[str] = []
        for case in chance.sample(cases, len(cases)):
            if sum(map(len, parts)) >= BYTES:
                break
            body = "".join(f"    {line}\n" if line else "\n" for line in case[side].splitlines())
            parts.append(f"pub mod {case['id'].lower()}_{number} {{\n{body}}}\n")
        (folder / f"tool_{number:04}.rn").write_text("\n".join(parts), encoding="utf-8")


def fits_into_a_module(case: dict[str, Any]) -> bool:
    """Whether a case works in a module as it does in a file: Rune takes no attribute on a function there."""
    return case["class"] == "safe" and "#[" not in case["after"].replace("#[derive", "")
