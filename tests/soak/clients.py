"""Clients of all kinds at once: good ones, whose every call has to work, and such as attack, vanish and break off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from crucible_tools.operations.tokens import rotate_token
from tests.soak.project import EDITED, ENDLESS, GOOD, HOSTILE, Sources

TOKEN = "soak"
GRACE = "60s"
ROTATED_S = 10.0
"""Seconds between rotations, at least. Of older secrets only the one before opens."""

SITTING_S = 3.0
"""Seconds of one connection, before a client goes and comes again."""

HANGS_S = 60.0
"""Seconds after which a client that is to stay for a few counts as one that hangs."""

_MOST_FAILURES = 20

# Clients that vanish in the middle of an answer tell of it with a traceback each.
logging.getLogger("mcp.client.streamable_http").setLevel(logging.CRITICAL)

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""There is no TLS here, and a context for each client, with all authorities, takes most of the time."""


@dataclass
class Tally:
    """What was done, and what failed that must not."""

    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def fail(self, what: str) -> None:
        """Takes note of a failure; the first ones are kept in words."""
        self.done["failed"] += 1
        if len(self.failures) < _MOST_FAILURES:
            self.failures.append(what)


class Clients:
    """Everything that goes on beside the server.

    Args:
        url: of the server.
        state: its state, for rotating the token.
        secret: the token that the clients have at first.
        sources: are edited meanwhile.
        chance: chooses.
    """

    def __init__(self, url: str, state: str, secret: str, sources: Sources, chance: random.Random) -> None:
        self._url, self._state, self._secret = url, state, secret
        self._sources, self._chance = sources, chance
        self.tally = Tally()
        self._held: Counter[str] = Counter()
        """Clients that have each secret."""
        self._until = 0.0

    async def run(self, seconds: float) -> None:
        """Lets all of them work for so long; when it returns, all of them have gone."""
        loop = asyncio.get_running_loop()
        self._until = loop.time() + seconds
        works: list[Callable[[], Awaitable[None]]] = [
            *[self._http] * 3,
            *[lambda: self._agent("2026-07-28"), lambda: self._agent("legacy")] * 2,
            *[self._hostile] * 2,
            *[self._vanishing] * 2,
            self._listener,
            self._edits,
            self._rotates,
        ]
        await asyncio.gather(*(self._again(work) for work in works))

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        """At least once, however slow the machine is."""
        begun = False
        while self._goes_on or not begun:
            begun = True
            try:
                async with asyncio.timeout(HANGS_S):
                    await work()
            except Exception as error:  # noqa: BLE001 - each is a failure of the soak
                self.tally.fail(f"{type(error).__name__}: {error!r}"[:500])
                await asyncio.sleep(0.1)

    @property
    def _goes_on(self) -> bool:
        return asyncio.get_running_loop().time() < self._until

    async def _sitting(self) -> AsyncIterator[None]:
        """Once, and again as long as a client that comes now is there."""
        now = asyncio.get_running_loop().time
        until = min(self._until, now() + SITTING_S)
        yield
        while now() < until:
            yield

    @contextlib.asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx2.AsyncClient]:
        secret = self._secret
        self._held[secret] += 1
        try:
            headers = {"Authorization": f"Bearer {secret}"}
            async with httpx2.AsyncClient(base_url=self._url, headers=headers, timeout=60, verify=_NO_TLS) as client:
                yield client
        finally:
            self._held[secret] -= 1

    def _expect(self, name: str, got: object, at_least: int) -> None:
        """Holds an answer against what it must be; of the edited tool, a version that was current meanwhile."""
        if name == EDITED:
            right = isinstance(got, int) and at_least <= got <= self._sources.version
        else:
            right = got == GOOD[name][2]
        if not right:
            self.tally.fail(f"{name} gave {got!r:.200}, version {self._sources.version}")

    async def _http(self) -> None:
        async with self._client() as client:
            async for _ in self._sitting():
                name = self._chance.choice((*GOOD, EDITED))
                arguments = GOOD[name][1] if name in GOOD else {}
                answer = await client.post(f"/tools/{name}", json=arguments)
                if answer.status_code != 200:
                    self.tally.fail(f"{name}: {answer.status_code} {answer.text[:300]}")
                    continue
                self._expect(name, answer.json()["result"], 1)
                self.tally.done["HTTP calls"] += 1

    async def _agent(self, mode: str) -> None:
        async with (
            self._client() as client,
            Client(streamable_http_client(f"{self._url}/mcp", http_client=client), mode=mode) as agent,
        ):
            listed = {tool.name for tool in (await agent.list_tools()).tools}
            if not listed.issuperset({*GOOD, EDITED}):
                self.tally.fail(f"the list lacks {({*GOOD, EDITED}) - listed}")
            async for _ in self._sitting():
                name = self._chance.choice(("echo", "total", EDITED))
                result = await agent.call_tool(name, GOOD[name][1] if name in GOOD else {})
                if result.is_error:
                    self.tally.fail(f"{name} over MCP: {result.content!r:.300}")
                    continue
                text = getattr(result.content[0], "text", "")
                self._expect(name, GOOD["echo"][2] if name == "echo" and '"x"' in text else int(text), 1)
                self.tally.done[f"MCP calls, {mode}"] += 1

    async def _hostile(self) -> None:
        async with self._client() as client:
            async for _ in self._sitting():
                name = self._chance.choice(tuple(HOSTILE))
                answer = await client.post(f"/tools/{name}", json={})
                if answer.status_code != 422:
                    self.tally.fail(f"{name}: {answer.status_code} {answer.text[:300]}")
                self.tally.done["hostile calls"] += 1

    async def _vanishing(self) -> None:
        """Goes away in the middle: of a call, of a call of an agent, of a stream, of a request."""
        patience = self._chance.uniform(0.01, 0.2)
        way = self._chance.choice((self._drop_call, self._drop_agent, self._drop_stream, self._drop_request))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await way()
        self.tally.done["clients that vanished"] += 1

    async def _drop_call(self) -> None:
        async with self._client() as client:
            await client.post(f"/tools/{ENDLESS}", json={})

    async def _drop_agent(self) -> None:
        async with (
            self._client() as client,
            Client(streamable_http_client(f"{self._url}/mcp", http_client=client), mode="2026-07-28") as agent,
        ):
            await agent.call_tool(ENDLESS, {})

    async def _drop_stream(self) -> None:
        async with self._client() as client, client.stream("GET", "/events", headers=_STREAM) as stream:
            async for _ in stream.aiter_raw():
                pass

    async def _drop_request(self) -> None:
        host, _, port = self._url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        with contextlib.closing(writer):
            writer.write(b"POST /tools/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{")
            await writer.drain()
            await asyncio.Event().wait()

    async def _listener(self) -> None:
        """Follows the events for a while."""
        with contextlib.suppress(TimeoutError):
            async with (
                asyncio.timeout(2),
                self._client() as client,
                client.stream("GET", "/events", headers=_STREAM) as stream,
            ):
                if stream.status_code != 200:
                    self.tally.fail(f"/events: {stream.status_code}")
                async for _ in stream.aiter_lines():
                    self.tally.done["lines of events"] += 1

    async def _edits(self) -> None:
        self.tally.done[f"edits: {self._sources.step()}"] += 1
        await asyncio.sleep(0.7)

    async def _rotates(self) -> None:
        """The old secret opens for a while longer; clients that come anew have the new one, and older ones go first.

        A client whose secret opens nothing any longer can't end its session, which is then there until it is idle.
        """
        while any(number for secret, number in self._held.items() if secret != self._secret):
            await asyncio.sleep(0.05)
        rotated = await rotate_token(self._state, TOKEN, GRACE)
        await asyncio.sleep(0.1)  # a server looks no more often than that for a secret that it does not know
        self._secret = rotated.secret.text
        self.tally.done["rotations"] += 1
        await asyncio.sleep(min(ROTATED_S, max(0.0, self._until - asyncio.get_running_loop().time())))

    async def whole(self) -> None:
        """Mends what is broken; the newest version has to be served then, and nothing be wrong any longer."""
        self._sources.edit()
        reasons: object = []
        got: object = None
        try:
            async with asyncio.timeout(60), self._client() as client:
                while reasons or got != self._sources.version:
                    await asyncio.sleep(0.05)
                    got = (await client.post(f"/tools/{EDITED}", json={})).json().get("result")
                    ready = (await client.get("/readyz")).json()
                    reasons = ready.get("reasons", ready)
        except TimeoutError:
            self.tally.fail(f"{EDITED} gives {got} and not {self._sources.version} after the last edit: {reasons}")


_STREAM = {"Accept": "text/event-stream"}
