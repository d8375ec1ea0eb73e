"""A world for the tests of host functions: names that resolve as told, a server of our own, who hears of effects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.host.effects import Effect
from crucible_tools.engine.host.world import World, connect
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolExecutionContext, ToolExecutionResult
from tests.engine.support import level, tool

GET = "pub async fn call(args) { crucible::http_get(args.url).await }"


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []

    def effect(self, effect: Effect) -> None:
        self.effects.append(effect)

    @property
    def denied(self) -> list[Effect]:
        return [effect for effect in self.effects if not effect.allowed]

    @property
    def allowed(self) -> list[Effect]:
        return [effect for effect in self.effects if effect.allowed]


class Net:
    """The network as a script's requests see it: names from a table, and every connection noted.

    Args:
        names: host name to the answers of each lookup in turn; the last answer stays.
    """

    def __init__(self, names: Mapping[str, list[list[str]]] | None = None) -> None:
        self._names = {name: list(answers) for name, answers in (names or {}).items()}
        self.lookups: list[str] = []
        self.connections: list[tuple[str, int]] = []

    async def resolve(self, name: str, port: int) -> list[str]:
        self.lookups.append(name)
        answers = self._names.get(name)
        if answers is None:
            raise OSError("no such host")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect(self, address: str, port: int) -> Any:
        self.connections.append((address, port))
        return await connect(address, port)

    def world(self, **fields: Any) -> World:
        return World(resolve=self.resolve, connect=self.connect, **fields)


@dataclass
class Request:
    """What the server was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Server:
    """A server on 127.0.0.1 that answers each path with what a test put there, and silent ones never.

    `closed` is set when the other side of a silent one goes away.
    """

    port: int = 0
    answers: dict[str, bytes | Callable[[asyncio.StreamWriter], Any]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            pairs = [line.partition(":") for line in head[1:] if line]
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append(Request(method, path, headers, body))
            if path in self.silent:
                await reader.read()  # until the other side goes away
                self.closed.set()
                return
            answer = self.answers.get(path.partition("?")[0], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def ok(body: bytes | str = b"", status: str = "200 OK", *headers: str) -> bytes:
    """An answer with a length."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(data)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + data


def to(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return ok(b"", status, f"Location: {location}")


@asynccontextmanager
async def serving(**tls: Any) -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, **tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def http_policy(base: str = "production", **fields: Any) -> Policy:
    """A level's policy whose grant of http differs."""
    policy = level(base)
    names = {name: frozenset(value) if isinstance(value, (list, set)) else value for name, value in fields.items()}
    return replace(policy, http=replace(policy.http, **names))


class Stage:
    """An engine whose world and listener are another's with each call: starting one for each would take long."""

    def __init__(self) -> None:
        self._world = World()
        self._heard = Heard()
        self._environment: dict[str, str] = {}
        world = World(
            resolve=lambda name, port: self._world.resolve(name, port),
            connect=lambda address, port: self._world.connect(address, port),
            tls=lambda: self._world.tls(),
            environment=self._environment,
            working_directory=lambda: self._world.working_directory(),
            open=lambda *arguments, **named: self._world.open(*arguments, **named),
            token=lambda: self._world.token(),
            places={"kiln": "/the/kiln"},
        )
        self.engine = ScriptEngine(world=world, effects=self)

    def effect(self, effect: Effect) -> None:
        self._heard.effect(effect)

    async def call(
        self,
        source: str,
        arguments: dict[str, Any] | None = None,
        *,
        policy: Policy,
        world: World | None = None,
        heard: Heard | None = None,
        context: ToolExecutionContext | None = None,
    ) -> ToolExecutionResult:
        """Calls a script once."""
        self._world, self._heard = world or World(), heard or Heard()
        self._environment.clear()
        self._environment.update(self._world.environment)
        await self.engine.register_tool(tool(), source, policy=policy)
        return await self.engine.execute_tool("tool", arguments or {}, context)
