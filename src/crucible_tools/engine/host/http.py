"""`crucible::http_*` and `http::*`: HTTP requests of scripts. Documented in docs/host-functions.md."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from crucible_tools.engine.registry import HostModule, ToolFailure

if TYPE_CHECKING:
    from crucible_tools.engine.host.effects import HostContext
    from crucible_tools.engine.host.headers import Pairs
    from crucible_tools.engine.host.requests import Answer, Client
    from crucible_tools.engine.host.world import World

_MOST_DEPTH: Final = 100
"""Nesting of a JSON answer: the guest reads replies up to 128 deep."""


class _Http:
    """The functions, and the client that they share once there is one."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client: Client | None = None

    async def _send(
        self, context: HostContext, method: str, url: str, headers: Pairs | None = None, body: Any = None
    ) -> Answer:
        if self._client is None:
            from crucible_tools.engine.host.requests import Client

            self._client = Client(self._world)
        data, kind = _encoded(body)
        pairs = list(headers or ())
        if kind is not None and all(name.lower() != "content-type" for name, _ in pairs):
            pairs.append(("Content-Type", kind))
        return await self._client.send(context, method, url, pairs, data)

    async def get_text(self, context: HostContext, url: str) -> str:
        return _succeeded(url, await self._send(context, "GET", url)).text

    async def post_text(self, context: HostContext, url: str, body: Any) -> str:
        return _succeeded(url, await self._send(context, "POST", url, body=body)).text

    async def get_json(self, context: HostContext, url: str) -> Any:
        return _parsed(_succeeded(url, await self._send(context, "GET", url)).text)

    async def get(self, context: HostContext, url: str) -> Any:
        return _response(await self._send(context, "GET", url))

    async def post(self, context: HostContext, url: str, body: Any) -> Any:
        return _response(await self._send(context, "POST", url, body=body))

    async def request(self, context: HostContext, method: str, url: str, headers: list[Any], body: Any) -> Any:
        return _response(await self._send(context, method, url, _pairs(headers), body))


def http_modules(world: World) -> list[HostModule]:
    """The modules, in a world."""
    functions = _Http(world)
    flat = HostModule("crucible", capability="http")
    flat.add("http_get", functions.get_text, params={"url": "string"}, awaited=True, gives="result", context=True)
    flat.add(
        "http_post",
        functions.post_text,
        params={"url": "string", "body": "any"},
        awaited=True,
        gives="result",
        context=True,
    )
    flat.add("http_json_get", functions.get_json, params={"url": "string"}, awaited=True, gives="result", context=True)
    module = HostModule("http")
    module.add("get", functions.get, params={"url": "string"}, awaited=True, gives="result", context=True)
    module.add(
        "post", functions.post, params={"url": "string", "body": "any"}, awaited=True, gives="result", context=True
    )
    module.add(
        "request",
        functions.request,
        params={"method": "string", "url": "string", "headers": "array", "body": "any"},
        awaited=True,
        gives="result",
        context=True,
    )
    return [flat, module]


def _encoded(body: Any) -> tuple[bytes | None, str | None]:
    """A body as bytes, and its type: text is sent as it is, any other value as JSON."""
    if body is None:
        return None, None
    if not isinstance(body, str):
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), "application/json"
    return body.encode("utf-8", "replace"), None


def _pairs(headers: list[Any]) -> Pairs:
    """Names and values of headers as `http::Client` gives them.

    Raises:
        ToolFailure: something else is among them.
    """
    pairs: Pairs = []
    for item in headers:
        pair = cast("list[Any]", item) if isinstance(item, list) else []
        if len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise ToolFailure("a header is a name and a value, both text")
        pairs.append((pair[0], pair[1]))
    return pairs


def _succeeded(url: str, answer: Answer) -> Answer:
    if answer.status < 400:
        return answer
    try:
        phrase = f" {HTTPStatus(answer.status).phrase}"
    except ValueError:
        phrase = ""
    raise ToolFailure(f"{url[:200]}: the server answered {answer.status}{phrase}")


def _response(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "headers": [list(pair) for pair in answer.headers], "body": answer.text}


def _parsed(text: str) -> Any:
    def refuse(name: str) -> Any:
        raise ValueError(name)

    try:
        value = json.loads(text, parse_constant=refuse)
        _check_depth(value)
    except (ValueError, RecursionError):
        raise ToolFailure(f"the answer is no JSON, or nested more than {_MOST_DEPTH} deep") from None
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_MOST_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in cast("list[Any]", list(outer.values()) if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise ValueError("too deep")
