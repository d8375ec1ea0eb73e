"""Which names a server answers to, and which pages may send it requests.

A page of the net can have its own name lead to 127.0.0.1, and the browser then sends requests for that name here (DNS
rebinding). It can't have an address lead anywhere: a Host that is an address is always right.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from crucible_tools.servers.refusals import HostRefused, MalformedRequest, OriginRefused

_LOCAL: Final = frozenset({"localhost"})


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names of a server.

    Args:
        names: what it is called beside its addresses and `localhost`, in lower case.
        origins: of other sites' pages that may send requests, `https://app.example.com`.
    """

    names: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()

    @staticmethod
    def of(names: Iterable[str], origins: Iterable[str] = ()) -> "Hosts":
        """From what somebody wrote."""
        return Hosts(
            frozenset(name.lower().rstrip(".") for name in names),
            frozenset(origin.lower().rstrip("/") for origin in origins),
        )

    def check_host(self, host: str | None) -> str:
        """The Host of a request, as it is compared with an Origin.

        Raises:
            MalformedRequest: there is none, or several.
            HostRefused: it is a name that this server does not answer to.
        """
        if not host:
            raise MalformedRequest("the request has no Host")
        name = _name(host)
        if name is None or not (_is_address(name) or name in _LOCAL or name in self.names):
            raise HostRefused(
                f"this server is not {host!r}", hint="say its name when it is started: crucible serve --allow-host NAME"
            )
        return host.lower()

    def check_origin(self, origin: str | None, host: str, scheme: str) -> None:
        """Whether a page may send the request; what is sent by no page has no Origin.

        Raises:
            OriginRefused: the page is another site's.
        """
        if origin is None or origin.lower() in self.origins:
            return
        own = {f"{scheme}://{host}", f"http://{host}", f"https://{host}"}  # a proxy may have taken TLS off
        if origin.lower() not in own:
            raise OriginRefused(
                f"a page of {origin!r} may not use this server",
                hint="name it when the server is started: crucible serve --allow-origin URL",
            )


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str | None:
    """The name of a Host, without its port."""
    try:
        parts = urlsplit(f"//{host}")
        if parts.username is not None or parts.path or parts.query or parts.fragment:
            return None
        _ = parts.port  # raises when it is none
        return parts.hostname.rstrip(".") if parts.hostname else None
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
