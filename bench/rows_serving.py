"""Serving: an echo tool over HTTP and over MCP, beside FastMCP with a plain Python function, and sessions that idle."""

import asyncio
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bench.bed import MIB, Bed
from bench.row import Row, row
from bench.serving import Process, opened_session, own, peer, seconds_of_calls

CONNECTIONS = 16
CALLS = 8000
TURNS = 3
SESSIONS = 1000


@dataclass(frozen=True)
class Figures:
    """Of one server and protocol: microseconds a call of all connections together, and milliseconds of single ones."""

    each: float
    p50: float
    p99: float


async def figures(process: Process, request: bytes, calls: int) -> Figures:
    """Measures one server and protocol."""
    total, *taken = await seconds_of_calls(process, request, connections=CONNECTIONS, calls=calls)
    taken.sort()
    middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    return Figures(total / len(taken) * 1e6, middle * 1e3, late * 1e3)


def middle(measured: list[Figures], part: Callable[[Figures], float]) -> float:
    """The median of what several turns came to."""
    return statistics.median(part(each) for each in measured)


@row
async def serving_an_echo(bed: Bed) -> list[Row]:
    """16 connections that call one after the other, in turns with the peer. No figure may be above the peer's."""
    calls, turns = (CONNECTIONS * 20, 1) if bed.quick else (CALLS, TURNS)
    http: list[Figures] = []
    mcp: list[Figures] = []
    other: list[Figures] = []
    async with own() as process, peer() as rival:
        for _ in range(turns):
            http.append(await figures(process, process.call(), calls))
            mcp.append(await figures(process, process.agent_call(), calls))
            other.append(await figures(rival, rival.agent_call(), calls))
    rows: list[Row] = []
    for name, measured in (("HTTP", http), ("MCP over HTTP", mcp)):
        for what, unit, part in _PARTS:
            beside = middle(other, part)
            label = f"echo over {name}, {CONNECTIONS} connections, {what}"
            rows.append(Row(label, middle(measured, part), unit, {"FastMCP": beside}, at_most=beside))
    return rows


_PARTS: tuple[tuple[str, str, Callable[[Figures], float]], ...] = (
    ("a call", "µs", lambda figures: figures.each),
    ("p50", "ms", lambda figures: figures.p50),
    ("p99", "ms", lambda figures: figures.p99),
)


@row
async def idle_sessions(bed: Bed) -> list[Row]:
    """The whole server with 1,000 sessions of older MCP clients, each of which listens. Linux only."""
    if sys.platform != "linux":
        return []
    count = 50 if bed.quick else SESSIONS
    async with own() as process:
        begun = await asyncio.gather(*(opened_session(process) for _ in range(count)))
        resident = process.resident
        for each in begun:
            each.close()
    return [Row(f"{count:,} idle MCP sessions, the whole server", resident / MIB, "MB", at_most=300)]
