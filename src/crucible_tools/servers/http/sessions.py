"""Sessions of browsers: a token is presented once, and a cookie stands for it from then on."""

import json
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from crucible_tools.model.access import Secret, names_of
from crucible_tools.servers.access.caller import CALLER, Caller, caller_of
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.access.sessions import Sessions, session_id_of, set_cookie, unset_cookie
from crucible_tools.servers.http.queries import check_names, json_text, takes
from crucible_tools.servers.http.resource import json_answer, not_found
from crucible_tools.servers.refusals import MalformedRequest, MethodNotAllowed, Unauthorized


class SessionRoutes:
    """`/session`.

    Args:
        doorman: knows the tokens.
        sessions: of browsers.
    """

    def __init__(self, doorman: Doorman, sessions: Sessions) -> None:
        self._doorman = doorman
        self._sessions = sessions

    async def show(self, request: Request) -> Response:
        """`GET /session`: what the token is for, and what a session's requests have to repeat."""
        check_names(request, ())
        caller = caller_of(request.scope)
        token = caller.token
        return json_answer(
            {
                "token": token.id,
                "name": token.name,
                "scopes": names_of(token.scopes),
                "tools": list(token.tools),
                "csrf_token": caller.csrf,
            }
        )

    async def begin(self, request: Request) -> Response:
        """`POST /session` with `{"token": …}`: gives the cookie; a session that it had ends."""
        check_names(request, ())
        presented = _token_in(await json_text(request))
        await self._doorman.admit(presented)
        return self._begun(request, presented, Response(status_code=204))

    async def end(self, request: Request) -> Response:
        """`DELETE /session`: ends it."""
        check_names(request, ())
        session_id = session_id_of(request.headers.get("cookie", ""))
        if session_id:
            self._sessions.end(session_id)
        return Response(status_code=204, headers={"Set-Cookie": unset_cookie()})

    async def begun_by_link(self, request: Request) -> Response | None:
        """What answers `GET /?token=…`, as it is printed when a server starts: the cookie, and `/` without the token.

        Raises:
            Unauthorized: the token opens nothing.
        """
        presented = request.query_params.get("token")
        if presented is None or request.method != "GET":
            return None
        await self._doorman.admit(presented)
        return self._begun(request, presented, Response(status_code=303, headers={"Location": "/"}))

    def _begun(self, request: Request, presented: str, response: Response) -> Response:
        secret = Secret.parse(presented.strip())
        if secret is None:
            raise Unauthorized("the token opens nothing: it is none of this server's")
        session_id = self._sessions.begin(secret, instead_of=session_id_of(request.headers.get("cookie", "")))
        response.headers["Set-Cookie"] = set_cookie(session_id, secure=request.url.scheme == "https")
        return response


def _token_in(text: bytes) -> str:
    try:
        given: Any = json.loads(text.decode())
    except (ValueError, RecursionError):
        given = None
    token = cast("dict[str, object]", given).get("token") if isinstance(given, dict) else None
    if not isinstance(token, str):
        raise MalformedRequest('the body is not {"token": "…"}')
    return token


class Links:
    """Answers the link that a server prints, and hands all else to the page.

    Args:
        routes: begin sessions.
        page: the ASGI application at `/`.
    """

    def __init__(self, routes: SessionRoutes, page: Any) -> None:
        self._routes = routes
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["path"] == "/" and scope["query_string"]:
            response = await self._begun(Request(scope))
            if response is not None:
                await response(scope, receive, send)
                return
        await self._page(scope, receive, send)

    async def _begun(self, request: Request) -> Response | None:
        try:
            return await self._routes.begun_by_link(request)
        except Unauthorized:
            if self._page is no_page or not takes(request, "text/html"):
                raise
            # The link of a server that was stopped: whoever is in stays, and others are asked for a token.
            return Response(status_code=303, headers={"Location": "/"})


async def no_page(scope: Scope, receive: Receive, send: Send) -> None:
    """What is at `/` where there is no page: where everything is; and nothing anywhere else."""
    if scope["path"] != "/":
        await not_found(scope, receive, send)
    if scope["method"] not in ("GET", "HEAD"):
        raise MethodNotAllowed(scope["method"][:20], ("GET", "HEAD"))
    caller: Caller | None = scope.get(CALLER)
    told = {
        "service": "crucible",
        "token": caller.token.id if caller else None,
        "see": ["/openapi.json", "/tools", "/mcp", "/readyz"],
    }
    await json_answer(told)(scope, receive, send)
