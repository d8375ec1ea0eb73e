"""Signing in with a token, and out again."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.model.access import Secret
from crucible_tools.servers.access.caller import CALLER
from crucible_tools.servers.access.doorman import Doorman
from crucible_tools.servers.access.sessions import Sessions, session_id_of, set_cookie, unset_cookie
from crucible_tools.servers.http.routes import SIGN_IN
from crucible_tools.servers.page.forms import posted
from crucible_tools.servers.page.rendering import Renderer
from crucible_tools.servers.refusals import Unauthorized


class SigningIn:
    """`/ui/sign-in` and `/ui/sign-out`.

    Args:
        renderer: of the form.
        doorman: knows the tokens.
        sessions: of browsers.
    """

    def __init__(self, renderer: Renderer, doorman: Doorman, sessions: Sessions) -> None:
        self._renderer = renderer
        self._doorman = doorman
        self._sessions = sessions

    async def ask(self, request: Request) -> Response:
        """`GET /ui/sign-in`: the form; whoever is in goes on."""
        wanted = _within(request.query_params.get("next"))
        if request.scope.get(CALLER) is not None:
            return _see(wanted)
        return await self._form(request, wanted)

    async def begin(self, request: Request) -> Response:
        """`POST /ui/sign-in`: gives the cookie, and goes on to what was wanted; a session that it had ends."""
        form = await posted(request)
        wanted = _within(form.get("next"))
        secret = Secret.parse(form.get("token", "").strip())
        try:
            if secret is None:
                raise Unauthorized("This is no token: one begins with crucible_")
            await self._doorman.admit(secret.text)
        except Unauthorized as error:
            return await self._form(request, wanted, error)
        session_id = self._sessions.begin(secret, instead_of=session_id_of(request.headers.get("cookie", "")))
        return _see(wanted, set_cookie(session_id, secure=request.url.scheme == "https"))

    async def end(self, request: Request) -> Response:
        """`POST /ui/sign-out`: ends the session."""
        session_id = session_id_of(request.headers.get("cookie", ""))
        if session_id:
            self._sessions.end(session_id)
        return _see(SIGN_IN, unset_cookie())

    async def without(self, request: Request) -> Response:
        """What answers whoever is not in: the way to the form.

        A browser that comes from another site's page keeps the cookie to itself, and sends it when it asks again from
        here.
        """
        if request.headers.get("sec-fetch-site") == "cross-site":
            return await self._renderer.page(request, "again.html", {})
        query = request.url.query
        wanted = quote(request.scope["path"]) + (f"?{query}" if query else "")
        direct = wanted == "/" or request.method != "GET"
        return _see(SIGN_IN if direct else f"{SIGN_IN}?next={quote(wanted, safe='')}")

    async def _form(self, request: Request, wanted: str, error: Unauthorized | None = None) -> Response:
        status, headers = (200, None) if error is None else (error.status, error.headers())
        facts = {"wanted": wanted, "error": error.message if error else ""}
        return await self._renderer.page(request, "sign_in.html", facts, status, headers)


def _within(path: str | None) -> str:
    """A path of this page; anything else could lead to another site."""
    inside = path is not None and path.startswith("/ui/") and not path.startswith(SIGN_IN)
    return path if path and inside and path.isascii() and path.isprintable() else "/"


def _see(path: str, cookie: str | None = None) -> Response:
    headers = {"Location": path} | ({"Set-Cookie": cookie} if cookie else {})
    return Response(status_code=303, headers=headers)
