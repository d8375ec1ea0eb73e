"""Requests of revision 2026-07-28 as they go over the wire, made by hand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

VERSION = "2026-07-28"
PREFIX = "io.modelcontextprotocol"


def message(method: str, params: dict[str, Any] | None = None, *, meta: dict[str, Any] | None = None) -> dict[str, Any]:
    """A request with all that it must carry."""
    envelope = {f"{PREFIX}/protocolVersion": VERSION, f"{PREFIX}/clientCapabilities": {}, **(meta or {})}
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**(params or {}), "_meta": envelope}}


def headers(body: dict[str, Any], **changed: str | None) -> dict[str, str]:
    """The headers that go with a request; `changed` has others, or None for one that is left out."""
    made: dict[str, str | None] = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": body.get("method", ""),
        "mcp-name": body.get("params", {}).get("name"),
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    return {name: value for name, value in made.items() if value is not None}


class Wire:
    """One client of HTTP."""

    def __init__(self, client: httpx2.AsyncClient, url: str) -> None:
        self.client, self.url = client, url

    async def post(self, body: Any, **changed: str | None) -> httpx2.Response:
        """One request, answered in full."""
        return await self.client.post(self.url, json=body, headers=headers(body, **changed))

    async def ask(self, method: str, params: dict[str, Any] | None = None, **meta: Any) -> dict[str, Any]:
        """The response to a request, out of JSON or as the last message of a stream."""
        return (await self.messages(method, params, **meta))[-1]

    async def messages(self, method: str, params: dict[str, Any] | None = None, **meta: Any) -> list[dict[str, Any]]:
        """All messages that a request gets."""
        response = await self.post(message(method, params, meta=meta.get("meta")))
        return messages_of(response.headers["content-type"], response.text)

    async def call(self, name: str, arguments: dict[str, Any] | None = None, **meta: Any) -> dict[str, Any]:
        """The result of a tool's call."""
        response = await self.ask("tools/call", {"name": name, "arguments": arguments or {}}, **meta)
        result: dict[str, Any] = response["result"]
        return result

    @asynccontextmanager
    async def stream(self, body: dict[str, Any]) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """The messages of a stream as they come; leaving the block closes it."""
        async with self.client.stream("POST", self.url, json=body, headers=headers(body)) as response:
            assert response.headers["content-type"] == "text/event-stream", await response.aread()
            yield _events(response)


async def _events(response: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def messages_of(kind: str, text: str) -> list[dict[str, Any]]:
    """The messages of an answer of this content type."""
    if kind.startswith("application/json"):
        return [json.loads(text)]
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
