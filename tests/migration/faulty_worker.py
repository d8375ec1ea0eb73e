"""A worker process like the real one, which writes down what it does, and ends where it is told to.

`FAULTY_WORKER` is a folder: `begun` and `ended` get a line each validation; a file named after a tool has the exit code
or the signal (negative) with which the process ends instead of validating it, once for each line, or `raise`.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

from crucible_tools.migration import worker
from crucible_tools.migration.validation import Candidate, Validated, Validator

FOLDER = Path(os.environ["FAULTY_WORKER"])


def note(file: str, text: str) -> None:
    with (FOLDER / file).open("a", encoding="utf-8") as lines:
        lines.write(f"{text}\n")


def fault(name: str) -> None:
    file = FOLDER / name
    if not file.exists():
        return
    first, *rest = file.read_text(encoding="utf-8").split()
    if rest:
        file.write_text(" ".join(rest), encoding="utf-8")
    else:
        file.unlink()
    if first == "raise":
        raise ZeroDivisionError("nobody foresaw this")
    code = int(first)
    if code < 0:
        os.kill(os.getpid(), -code)
    os._exit(code)


class Faulty(Validator):
    """Validates as the real one does."""

    async def validate(self, candidate: Candidate) -> Validated:
        note("begun", f"{os.getpid()} {candidate.name}")
        fault(candidate.name)
        result = await super().validate(candidate)
        note("ended", f"{os.getpid()} {candidate.name}")
        return result


if __name__ == "__main__":
    import crucible_tools.migration.validation as validation

    changed: Any = validation
    changed.Validator = Faulty
    note("processes", str(os.getpid()))
    asyncio.run(worker.serve())
