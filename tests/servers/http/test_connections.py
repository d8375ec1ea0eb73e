"""What comes over a connection is bounded before anything is done with it: bytes that are no client's."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from crucible_tools.servers.access.bodies import RequestLimits
from crucible_tools.servers.app import AppSettings
from tests.servers.http.conftest import QUICK, Served, serve, until
from tests.servers.mcp.conftest import Project

LIMITS = RequestLimits(body_bytes=10_000, head_bytes=4_000, headers=30, body_s=0.2)


@pytest.fixture
async def served(project: Project) -> AsyncIterator[Served]:
    """The tools, served with small limits."""
    async with serve(project, replace(QUICK, head_s=0.2, app=AppSettings(limits=LIMITS))) as running:
        yield running


async def said(served: Served, *parts: bytes, end: bool = False) -> tuple[int, bytes]:
    """What a server answers to these bytes, until it closes the connection: status and body."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(30):
            for part in parts:
                writer.write(part)
                await writer.drain()
            if end:
                writer.write_eof()
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            body = await reader.readexactly(int(length.partition(b":")[2]))
            return int(head.split()[1]), body
    finally:
        writer.close()


def head(served: Served, method: str = "POST", path: str = "/tools/echo", *more: str) -> bytes:
    assert served.listening.own is not None
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {served.listening.own.secret.text}",
        "Content-Type: application/json",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def code(answer: tuple[int, bytes]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


async def test_a_body_that_says_it_is_too_large_is_not_read(served: Served) -> None:
    assert code(await said(served, head(served, "POST", "/tools/echo", "Content-Length: 10001"))) == (
        413,
        "body-too-large",
    )


async def test_a_body_that_becomes_too_large_is_not_read_to_its_end(served: Served) -> None:
    chunk = b"1000\r\n" + b" " * 0x1000 + b"\r\n"
    sent = head(served, "POST", "/tools/echo", "Transfer-Encoding: chunked")
    assert code(await said(served, sent, chunk, chunk, chunk)) == (413, "body-too-large")


async def test_a_body_that_does_not_come_is_not_waited_for(served: Served) -> None:
    sent = head(served, "POST", "/tools/echo", "Content-Length: 100")
    assert code(await said(served, sent, b"{")) == (408, "request-timeout")


async def test_a_head_that_does_not_come_is_not_waited_for(served: Served) -> None:
    assert await said(served, b"GET / HTTP/1.1\r\nHost: localh") == (408, b"")
    assert await said(served) == (408, b"")


async def test_heads_that_are_too_large_are_refused(served: Served) -> None:
    assert code(await said(served, head(served, "GET", "/tools", f"X-Long: {'x' * 4000}"))) == (
        431,
        "headers-too-large",
    )
    many = [f"X-{number}: 1" for number in range(30)]
    assert code(await said(served, head(served, "GET", "/tools", *many))) == (431, "headers-too-large")
    assert code(await said(served, head(served, "GET", f"/{'x' * 4000}"))) == (431, "headers-too-large")
    endless = head(served, "GET", "/tools", f"X-Long: {'x' * 40_000}")
    assert code(await said(served, endless)) == (431, "headers-too-large")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_as_every_mistake_is(served: Served, sent: bytes) -> None:
    assert code(await said(served, sent + b"\r\n\r\n")) == (400, "malformed-request")


@pytest.mark.parametrize("name", ["Host: localhost", "Content-Type: x", "Origin: http://a\r\nOrigin: http://b"])
async def test_headers_that_come_twice_are_refused_where_it_matters(served: Served, name: str) -> None:
    answer = await said(served, head(served, "GET", "/tools", name))
    if name.startswith("Content-Type"):
        assert answer[0] == 200
    else:
        assert code(answer) == (400, "malformed-request")


async def test_a_client_that_goes_away_before_it_has_sent_its_request_is_no_error(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = served.url.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(head(served, "POST", "/tools/echo", "Content-Length: 100"))
    await writer.drain()
    writer.close()
    assert (await said(served, head(served, "GET", "/tools")))[0] == 200
    assert caplog.records == []


MOST = 4


@pytest.fixture
async def small(project: Project) -> AsyncIterator[Served]:
    """The tools, served to few connections at a time, which may take as long as they like."""
    patient = replace(QUICK, head_s=3600.0, most_connections=MOST, app=AppSettings(limits=RequestLimits(body_s=3600.0)))
    async with serve(project, patient) as running:
        yield running


@contextlib.asynccontextmanager
async def holding(served: Served, *sent: bytes) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Connections that have sent this much, each of them once the server has it."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    readers: list[asyncio.StreamReader] = []
    async with contextlib.AsyncExitStack() as stack:
        for data in sent:
            reader, writer = await asyncio.open_connection(host, int(port))
            stack.callback(writer.close)
            writer.write(data)
            await writer.drain()
            readers.append(reader)
        yield readers


@pytest.mark.parametrize(
    "half",
    [b"", b"GET /li", b"POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90\r\n\r\n{", b"{head}{{"],
    ids=["nothing", "half a head", "half a body", "half a body with a token"],
)
async def test_who_keeps_the_server_waiting_takes_nobodys_place(small: Served, half: bytes) -> None:
    if half.startswith(b"{head}"):
        half = head(small, "POST", "/tools/echo", "Content-Length: 90") + b"{"
    async with asyncio.timeout(60), holding(small, *[half] * (3 * MOST)) as readers:
        for _ in range(2 * MOST):
            assert (await said(small, head(small, "GET", "/tools/echo", "Connection: close")))[0] == 200
        for reader in readers[: 2 * MOST]:
            assert await reader.read() == b"", "the first ones had to go"


async def test_who_is_worked_for_keeps_its_place(small: Served) -> None:
    call = head(small, "POST", "/tools/endless", "Content-Length: 2") + b"{}"
    async with asyncio.timeout(60), holding(small, *[call] * MOST) as readers:
        await until(lambda: len(small.serving.calls.live()) == MOST)
        for _ in range(2):
            assert (await said(small, head(small, "GET", "/livez")))[0] == 503
        for live in small.serving.calls.live():
            small.serving.calls.cancel(live.id)
        for reader in readers:
            assert (await reader.readline()).startswith(b"HTTP/1.1 422")


async def test_a_connection_is_used_again_after_its_answer_and_can_be_given_to_others_then(small: Served) -> None:
    get = head(small, "GET", "/livez")
    async with asyncio.timeout(60), holding(small, get) as readers:
        assert (await readers[0].readline()).startswith(b"HTTP/1.1 200")
        async with holding(small, *[b"GET"] * MOST):
            assert b'{"alive":true}' in await readers[0].read(), "it ends: it was waited for longest"
