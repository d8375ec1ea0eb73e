"""Answers that are dear to take apart, or never end: what they cost, and what of them is read."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib
from typing import Any

import pytest

from crucible_tools.engine.host.pacing import PIECE_BYTES
from crucible_tools.engine.host.unfolding import Unfolding
from crucible_tools.engine.host.world import World, connect
from tests.engine.host.support import GET, Stage, http_policy, ok, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOCAL = http_policy(private={"127.0.0.1/32"})
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIPPED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"


def deflated(data: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return packer.compress(data) + packer.flush()


def endless(start: bytes, again: bytes) -> Any:
    """An answer that goes on until the other side goes away."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(again)
            await writer.drain()

    return answer


class Noting:
    """A connection that notes how much of the answer is asked for at once, and how often the loop went round."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.rounds: list[int] = []
        self._turns = 0
        self._stream: Any = None

    async def connect(self, address: str, port: int) -> Noting:
        self._stream = await connect(address, port)
        return self

    async def count(self) -> None:
        while True:
            self._turns += 1
            await asyncio.sleep(0)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.asked.append(max_bytes)
        self.rounds.append(self._turns)
        return await self._stream.read(max_bytes, timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


async def test_the_event_loop_goes_round_between_small_pieces_of_an_answer(stage: Stage) -> None:
    noting = Noting()
    async with serving() as server:
        server.answers["/"] = CHUNKED + b"1\r\na\r\n" * 4000 + b"0\r\n\r\n"
        counting = asyncio.create_task(noting.count())
        result = await stage.call(GET, {"url": f"{server.url}/"}, policy=LOCAL, world=World(connect=noting.connect))
        counting.cancel()
    assert result.result == "a" * 4000
    assert len(noting.asked) >= 24_000 // PIECE_BYTES
    assert max(noting.asked) <= PIECE_BYTES <= 4096
    assert len(set(noting.rounds)) == len(noting.rounds)


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (CHUNKED, b"1;" + b"x" * 5000 + b"\r\na\r\n"),
        (GZIPPED + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 1000),  # empty blocks
        (GZIPPED, gzip.compress(b"") * 100),
    ],
    ids=["interim answers", "extensions of chunks", "empty blocks", "empty members"],
)
async def test_an_answer_of_next_to_nothing_that_never_ends_is_not_read_for_ever(
    start: bytes, again: bytes, stage: Stage
) -> None:
    async with serving() as server:
        server.answers["/"] = endless(start, again)
        policy = http_policy(private={"127.0.0.1/32"}, max_bytes=1000, timeout_s=600.0)
        result = await asyncio.wait_for(stage.call(GET, {"url": f"{server.url}/"}, policy=policy), 60)
    assert result.error is not None
    assert result.error.kind == "tool"
    assert "more than 1,000 bytes" in result.error.message or "damaged" in result.error.message


async def test_what_stands_behind_a_compressed_answer_is_neither_kept_nor_waited_for(stage: Stage) -> None:
    async with serving() as server:
        server.answers["/"] = endless(GZIPPED + gzip.compress(b"all of it"), b"\0" * 65536)
        result = await asyncio.wait_for(stage.call(GET, {"url": f"{server.url}/"}, policy=LOCAL), 60)
    assert result.result == "all of it"


@pytest.mark.parametrize(
    ("body", "encodings", "text"),
    [
        (gzip.compress(b"one ") + gzip.compress(b"two"), ["gzip"], "one two"),
        (gzip.compress(b"one") + b"\x1f", ["gzip"], "one"),
        (deflated(b"zlib's", 15), ["deflate"], "zlib's"),
        (deflated(b"bare", -15), ["deflate"], "bare"),
        (gzip.compress(b"x-gzip"), ["X-GZIP"], "x-gzip"),
        (b"plain", ["identity"], "plain"),
        (b"", ["gzip"], ""),
    ],
    ids=["members", "half a head behind", "zlib", "bare", "x-gzip", "identity", "nothing"],
)
async def test_compressed_answers_are_read_as_browsers_do(
    body: bytes, encodings: list[str], text: str, stage: Stage
) -> None:
    async with serving() as server:
        server.answers["/"] = ok(body, "200 OK", *(f"Content-Encoding: {each}" for each in encodings))
        result = await stage.call(GET, {"url": f"{server.url}/"}, policy=LOCAL)
    assert result.result == text


async def test_an_answer_that_is_compressed_twice_is_refused_in_either_spelling(stage: Stage) -> None:
    twice = gzip.compress(gzip.compress(b"x"))
    async with serving() as server:
        for headers in (["Content-Encoding: gzip, gzip"], ["Content-Encoding: gzip", "Content-Encoding: gzip"]):
            server.answers["/"] = ok(twice, "200 OK", *headers)
            result = await stage.call(GET, {"url": f"{server.url}/"}, policy=LOCAL)
            assert result.error is not None
            assert "compressed as 'gzip, gzip', which nobody asked for" in result.error.message


@pytest.mark.parametrize("seed", range(5))
async def test_a_body_unfolds_to_the_same_however_it_is_cut(seed: int) -> None:
    chance = random.Random(seed)
    parts = [chance.randbytes(chance.randrange(3000)) for _ in range(4)]
    for packed, encoding, whole in (
        (b"".join(map(gzip.compress, parts)) + b"\0\0", "gzip", b"".join(parts)),
        (deflated(parts[0], -15) + b"more", "deflate", parts[0]),
        (deflated(parts[1], 15), "deflate", parts[1]),
    ):
        unfolding = Unfolding(encoding)
        found, at = b"", 0
        while at < len(packed) and not unfolding.over:
            step = chance.choice([1, 2, 3, 700])
            found += unfolding.feed(packed[at : at + step], 100_000)
            at += step
        assert found == whole
        assert unfolding.complete


async def test_a_body_that_is_cut_off_is_not_complete_and_no_more_comes_out_than_is_asked_for() -> None:
    packed = gzip.compress(b"a" * 100_000)
    unfolding = Unfolding("gzip")
    unfolding.feed(packed[:-9], 200_000)
    assert not unfolding.complete
    assert len(Unfolding("gzip").feed(packed, 1000)) == 1000
    with pytest.raises(zlib.error):
        Unfolding("gzip").feed(b"no gzip", 10)
    with pytest.raises(zlib.error):
        Unfolding("gzip").feed(gzip.compress(b"") * 1001, 10)
