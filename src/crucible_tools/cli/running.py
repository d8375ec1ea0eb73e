"""Running a command's coroutine."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


def finished(work: Coroutine[Any, Any, _T]) -> _T:
    """The result of running it to its end, on a loop of its own.

    The result is kept out of the task: `asyncio.run` looks for its signal handler, which holds the task, among the
    members of an enum (so in Python 3.11), and that makes two texts of the whole result: seconds for many files.
    """
    results: list[_T] = []

    async def keep() -> None:
        results.append(await work)

    asyncio.run(keep())
    return results[0]
