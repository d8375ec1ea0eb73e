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
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

WORKER: Final = "crucible_tools.migration.worker_main"
"""The module that a process runs which examines sources."""

MOST_WORKERS: Final = 4
WORTH_IT: Final = 60
"""Files from which on starting processes pays: that takes a quarter of a second."""

_AHEAD: Final = 3
"""Items that wait in a process of `each_in_workers` beside the one that it works on: so many are done while the process
that started it waits for its disk."""

_FEW: Final = 32
"""So few items that are left are not given out in advance, but to who is first done with one."""

_BATCH: Final = 4
_HEAD: Final = 8
_LAST_BREATH_S: Final = 5.0
"""Seconds in which a process that closed its output must end."""


Processes: TypeAlias = list[asyncio.subprocess.Process]


class WorkerError(Exception):
    """A process ended, or could not be started; what it had to do is undone."""


@asynccontextmanager
async def started(module: str, workers: int) -> AsyncGenerator[Processes, None]:
    """Processes that get ready while this one does something else; none when they can't be started.

    Args:
        module: as for `in_workers`, which takes them; those that it does not take are ended.
        workers: how many.
    """
    async with spares() as ready:
        with suppress(WorkerError):
            for _ in range(workers):
                ready.append(await _start(module))
        yield ready


@asynccontextmanager
async def spares() -> AsyncGenerator[Processes, None]:
    """A place for processes that have done their work, until others have some for them; those left are ended."""
    kept: Processes = []
    try:
        yield kept
    finally:
        await _end(*kept)


async def in_workers(
    module: str,
    setup: Any,
    items: Sequence[Any],
    workers: int,
    ready: Processes | None = None,
    here: Callable[[Any], Awaitable[Any]] | None = None,
    spare: Processes | None = None,
) -> AsyncIterator[Any]:
    """What the processes make of each item, in the order of the items.

    Args:
        module: whose `main` is run in each process; it answers with `serve`.
        setup: sent to each process first.
        items: what to work on.
        workers: how many processes.
        ready: processes of `started`, which are taken out of it.
        here: what this process makes of an item: it works too, when it has nothing else to do; None: it only waits.
        spare: of `spares`: takes the processes when they have done their part; None: they are ended.

    Raises:
        WorkerError: one of them could not do its part.
    """
    batches = [list(items[at : at + _BATCH]) for at in range(0, len(items), _BATCH)]
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
        except BaseException as error:
            await _end(process)
            if isinstance(error, (OSError, EOFError, asyncio.IncompleteReadError)):
                raise WorkerError(f"a process that reads sources ended: {error}") from error
            raise
        if spare is None:
            await _end(process)
        else:
            spare.append(process)

    async def work_here(make: Callable[[Any], Awaitable[Any]]) -> None:
        for number in numbers:
            made: list[Any] = []
            for item in batches[number]:
                made.append(await make(item))
                await asyncio.sleep(0)  # the processes have their turn
            results[number].set_result(made)

    tasks = [asyncio.create_task(work()) for _ in range(min(workers, len(batches)))]
    if here is not None:
        tasks.append(asyncio.create_task(work_here(here)))
    for task in tasks:
        task.add_done_callback(partial(_fail_the_rest, results))
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


@dataclass(frozen=True, slots=True)
class Lost:
    """What an item comes to whose process ended while it worked on it; `why` in a few words."""

    why: str


READY: Final = "ready"
"""What a process of `each_in_workers` answers its setup with: what ends before that never had an item."""


async def each_in_workers(
    module: str, setup: Any, items: Sequence[Callable[[], Any]], workers: int, ready: Processes | None = None
) -> AsyncGenerator[Any, None]:
    """What the processes make of each item, in the order of the items; `Lost` where one ended with its process.

    Each process works on one item at a time. One that ended is replaced.

    Args:
        module: as for `in_workers`; it answers the setup with `READY`.
        setup: sent to each process first.
        items: make what is to be sent, when it is.
        workers: how many processes.
        ready: processes of `spares`, which are taken out of it.

    Raises:
        WorkerError: none can be started.
    """
    loop = asyncio.get_running_loop()
    results: list[asyncio.Future[Any]] = [loop.create_future() for _ in items]
    waiting = deque(range(len(items)))
    tasks = [
        asyncio.create_task(_work_on_each(module, setup, items, waiting, results, ready))
        for _ in range(min(workers, len(items)))
    ]
    for task in tasks:
        task.add_done_callback(partial(_fail_the_rest, results))
    try:
        for result in results:
            yield await result
    finally:
        if not all(result.done() for result in results):
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _work_on_each(
    module: str,
    setup: Any,
    items: Sequence[Callable[[], Any]],
    waiting: deque[int],
    results: Sequence[asyncio.Future[Any]],
    ready: Processes | None,
) -> None:
    while waiting:
        process = ready.pop() if ready else await _start(module)
        sent: deque[int] = deque()
        try:
            await _prepare(process, setup)
            # More items than it works on: it never waits for the next one.
            while waiting or sent:
                while waiting and len(sent) <= (_AHEAD if len(waiting) > _FEW else 1):
                    sent.append(waiting.popleft())
                    await _send(process, [items[sent[-1]]()])
                results[sent[0]].set_result((await _receive(process))[0])
                sent.popleft()
        except (OSError, EOFError, asyncio.IncompleteReadError):
            if sent:
                code = await _code(process)
                results[sent.popleft()].set_result(Lost(code))
            waiting.extendleft(reversed(sent))
        finally:
            await _end(process)


async def _prepare(process: asyncio.subprocess.Process, setup: Any) -> None:
    try:
        await _send(process, setup)
        ready = await _receive(process) == READY
    except (OSError, EOFError, asyncio.IncompleteReadError) as error:
        raise WorkerError(f"a process ended before it was ready: {error}") from error
    if not ready:
        raise WorkerError("a process did not say that it is ready")


async def _code(process: asyncio.subprocess.Process) -> str:
    """How a process ended that does not answer any more."""
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _LAST_BREATH_S)
    code = process.returncode
    if code is None:
        return "it stopped answering"
    return f"signal {-code} ended it" if code < 0 else f"it ended with exit code {code}"


def _fail_the_rest(results: Sequence[asyncio.Future[Any]], task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    for result in results:
        if error is not None and not result.done():
            result.set_exception(error)
            result.exception()  # one of them is enough to tell


def how_many(files: int, most: int = MOST_WORKERS) -> int:
    """How many processes these many files are worth, of those that may be; 1 means none but this one."""
    return min(processors(), most) if files >= WORTH_IT else 1


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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


async def _end(*processes: asyncio.subprocess.Process) -> None:
    """Ends processes. Who is cancelled meanwhile waits for that all the same: it takes no time, and none is left."""
    for process in processes:
        if process.returncode is None:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
    ended = asyncio.gather(*(process.wait() for process in processes))
    cancelled: asyncio.CancelledError | None = None
    while not ended.done():
        try:
            await asyncio.shield(ended)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


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
