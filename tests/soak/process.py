"""The server's process: its start, what it holds, its end."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.hostile.holding import Holding

START_S = 120.0


class Server:
    """One `crucible serve --watch` of a project, with tokens of its state."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._file = root / "holding.json"
        self._asked = 0
        self._process: Process | None = None
        self._log = (root / "server.log").open("wb")
        self.url = ""

    @property
    def state(self) -> str:
        """Where its state is."""
        return str(self._root / ".crucible")

    @property
    def log(self) -> str:
        """What it has written on standard error."""
        return (self._root / "server.log").read_text("utf-8", "replace")

    async def __aenter__(self) -> Server:
        """Starts it, and waits until it listens."""
        command = [sys.executable, "-m", "tests.soak.server", str(self._file), "serve", "--port", "0", "--watch"]
        command += [str(self._root / "tools"), "--state", self.state, "--config", str(self._root / "crucible.toml")]
        self._process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=self._log)
        assert self._process.stdout is not None
        async with asyncio.timeout(START_S):
            line = await self._process.stdout.readline()
        self.url = line.decode().strip().rstrip("/")
        assert self.url.startswith("http://"), self.log
        return self

    async def __aexit__(self, *_: object) -> None:
        """Ends it as a supervisor does: what runs is finished, and the exit code is 0."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(START_S):
                self.code = await self._process.wait()
        finally:
            if self._process.returncode is None:
                self._process.kill()
            self._log.close()

    async def holding(self) -> Holding:
        """What the process holds now."""
        assert self._process is not None
        self._asked += 1
        self._process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(START_S):
            while True:
                await asyncio.sleep(0.02)
                if not self._file.exists():
                    continue
                told = json.loads(self._file.read_text("utf-8"))
                if told.pop("number") >= self._asked:
                    return Holding(**told)

    async def settled(self, most: Holding | None = None, *, room: int = 0) -> Holding:
        """What it holds once its clients have gone: when twice the same came, or no more than before.

        Args:
            most: what it is compared with.
            room: bytes by which memory may be more.
        """
        before = await self.holding()
        for _ in range(60):
            await asyncio.sleep(0.5)
            now = await self.holding()
            counts = (now.threads, now.descriptors, now.tasks)
            if most is None and counts == (before.threads, before.descriptors, before.tasks):
                return now
            if most is not None and not now.leaks(most, room=room):
                return now
            before = now
        return before
