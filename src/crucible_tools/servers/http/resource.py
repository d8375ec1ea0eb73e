"""Resources: what stands behind one path, by method."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from crucible_tools.model.json import Json
from crucible_tools.servers.problems import json_bytes
from crucible_tools.servers.refusals import MethodNotAllowed, RouteNotFound

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class _Resource:
    """An ASGI application that has one handler a method; HEAD is GET without its body."""

    def __init__(self, methods: Mapping[str, Handler]) -> None:
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        handler = self._methods.get(method)
        if handler is None:
            head = ("HEAD",) if "GET" in self._methods else ()
            raise MethodNotAllowed(scope["method"][:20], (*self._methods, *head))
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)


def resource(path: str, **methods: Handler) -> Route:
    """A route to a resource, with its handlers as `GET=…, POST=…`."""
    return Route(path, _Resource(methods))


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """What answers where no route does.

    Raises:
        RouteNotFound: always.
    """
    raise RouteNotFound(f"nothing has the path {scope['path'][:200]!r}", hint="/openapi.json has all paths")


def json_answer(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(json_bytes(value), status, headers, "application/json")
