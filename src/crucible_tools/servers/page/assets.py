"""Style and scripts of the page, as they lie in the package."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from crucible_tools.servers.refusals import RouteNotFound

_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

_FOREVER: Final = "public, max-age=31536000, immutable"
"""What browsers may do with a file whose address has its digest."""


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    media_type: str
    digest: str


class Assets:
    """`/assets/{name}`: no data, and so for everybody."""

    def __init__(self) -> None:
        self._assets = {
            item.name: _asset(item.name, item.read_bytes())
            for item in (files("crucible_tools.servers.page") / "assets").iterdir()
            if item.name.rpartition(".")[2] in _TYPES
        }

    def url(self, name: str) -> str:
        """Its address, which changes with its content."""
        return f"/assets/{name}?v={self._assets[name].digest}"

    async def show(self, request: Request) -> Response:
        """`GET /assets/{name}`.

        Raises:
            RouteNotFound: there is none of this name.
        """
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise RouteNotFound("there is no such asset")
        kept = _FOREVER if request.query_params.get("v") == asset.digest else "no-cache"
        return Response(asset.body, 200, {"Cache-Control": kept}, asset.media_type)


def _asset(name: str, body: bytes) -> _Asset:
    return _Asset(body, _TYPES[name.rpartition(".")[2]], hashlib.sha256(body).hexdigest()[:12])
