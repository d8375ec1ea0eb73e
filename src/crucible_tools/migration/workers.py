"""Sources examined by several processes at once: reading and repairing is Python, and so keeps one core busy.

The processes are this package's own and are told apart from the sources only by pickles over pipes; a source runs in
the sandbox of its process, as it would here. They are started by their module name, not with `multiprocessing`, which
would import the program of whoever uses this package once more.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

MOST_WORKERS: Final = 4
WORTH_IT: Final = 60
"""Files from which on starting processes pays: that takes a quarter of a second."""

_BATCH: Final = 4
_HEAD: Final = 8


class WorkerError(Exception):
    """A process ended, or could not be started; what it had to do is undone."""


@asynccontextmanager
async def started(module: str, workers: int) -> AsyncGenerator[list[asyncio.subprocess.Process], None]:
    """Processes that get ready while this one does something else; none when they can't be started.

    Args:
        module: as for `in_workers`, which takes them; those that it does not take are ended.
        workers: how many.
    """
    ready: list[asyncio.subprocess.Process] = []
    try:
        with suppress(WorkerError):
            for _ in range(workers):
                ready.append(await _start(module))
        yield ready
    finally:
        for process in ready:
            await _end(process)


async def in_workers(
    module: str,
    setup: Any,
    items: Sequence[Any],
    workers: int,
    ready: list[asyncio.subprocess.Process] | None = None,
) -> AsyncIterator[Any]:
    """What the processes make of each item, in the order of the items.

    Args:
        module: whose `main` is run in each process; it answers with `serve`.
        setup: sent to each process first.
        items: what to work on.
        workers: how many processes.
        ready: processes of `started`, which are taken out of it.

    Raises:
        WorkerError: one of them could not do its part.
    """
    batches = [items[at : at + _BATCH] for at in range(0, len(items), _BATCH)]
    results: list[asyncio.Future[list[Any]]] = [asyncio.get_running_loop().create_future() for _ in batches]
    numbers = iter(range(len(batches)))

    async def work() -> None:
        process = ready.pop() if ready else await _start(module)
        try:
            await _send(process, setup)
            # One batch more than it works on: it never waits for the next one.
            sent: deque[int] = deque()
            for number in numbers:
                await _send(process, batches[number])
                sent.append(number)
                if len(sent) > 1:
                    results[sent.popleft()].set_result(await _receive(process))
            while sent:
                results[sent.popleft()].set_result(await _receive(process))
        except (OSError, EOFError, asyncio.IncompleteReadError) as error:
            raise WorkerError(f"a process that reads sources ended: {error}") from error
        finally:
            await _end(process)

    def failed(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        for result in results:
            if error is not None and not result.done():
                result.set_exception(error)
                result.exception()  # one of them is enough to tell

    tasks = [asyncio.create_task(work()) for _ in range(min(workers, len(batches)))]
    for task in tasks:
        task.add_done_callback(failed)
    try:
        for result in results:
            for item in await result:
                yield item
    finally:
        # Who has nothing left to do is about to end its process, and must not be cancelled while it waits for that.
        if not all(result.done() for result in results):
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def how_many(files: int) -> int:
    """How many processes these many files are worth; 1 means none but this one."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(available, MOST_WORKERS) if files >= WORTH_IT else 1


_PACKAGE: Final = str(Path(__file__).resolve().parents[2])
"""The folder that this package is imported from."""


async def _start(module: str) -> asyncio.subprocess.Process:
    search = os.pathsep.join(part for part in (_PACKAGE, os.environ.get("PYTHONPATH")) if part)
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": search},
        )
    except OSError as error:
        raise WorkerError(f"no process can be started: {error}") from error


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


async def _send(process: asyncio.subprocess.Process, value: Any) -> None:
    assert process.stdin is not None
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    process.stdin.write(len(data).to_bytes(_HEAD, "big") + data)
    await process.stdin.drain()


async def _receive(process: asyncio.subprocess.Process) -> Any:
    assert process.stdout is not None
    size = int.from_bytes(await process.stdout.readexactly(_HEAD), "big")
    return pickle.loads(await process.stdout.readexactly(size))


def receive_here() -> Any:
    """The next value that the starting process sent; raises EOFError when there is none any more."""
    head = sys.stdin.buffer.read(_HEAD)
    if len(head) < _HEAD:
        raise EOFError
    return pickle.loads(sys.stdin.buffer.read(int.from_bytes(head, "big")))


def send_back(value: Any) -> None:
    """Answers the starting process."""
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.write(len(data).to_bytes(_HEAD, "big") + data)
    sys.stdout.buffer.flush()
