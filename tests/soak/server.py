"""`crucible serve` as it is, which also tells what it holds whenever SIGUSR1 comes.

python -m tests.soak.server FILE serve …      answers go to FILE
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from crucible_tools.cli import main
from tests.hostile.holding import Holding, descriptors, private_bytes


def tell(file: Path, number: int) -> None:
    """Writes what this process holds; whole or not at all."""
    gc.collect()
    tasks = sum(isinstance(each, asyncio.Task) and not each.done() for each in gc.get_objects())
    held = Holding(0, threading.active_count(), descriptors(), tasks, private_bytes())
    written = file.with_suffix(".new")
    written.write_text(json.dumps({"number": number, **asdict(held)}), "utf-8")
    os.replace(written, file)


def run(arguments: list[str]) -> int:
    """Serves, and listens to the signal."""
    file, asked = Path(arguments[0]), iter(range(1, sys.maxsize))
    signal.signal(signal.SIGUSR1, lambda *_: tell(file, next(asked)))
    return main(arguments[1:])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
