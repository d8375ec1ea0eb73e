"""Reading a URL: strictly, once, and for everything that follows.

Requests are forged where two readers of one URL disagree. So there is one reader here, it refuses what has more
than one reading (backslashes, user names, numbers as hosts, percent signs in hosts), and the connection is made to
what it read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote, urljoin

_MOST_CHARACTERS: Final = 8192
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_AUTHORITY: Final = re.compile(r"[^/?#]*")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_\-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_PORTS: Final = {"http": 80, "https": 443}
_KEPT: Final = "!$%&'()*+,-./:;=?@_~[]"
"""Characters of a path that stay; others become percent escapes (RFC 3986, and the brackets that people write)."""


class NoUrl(Exception):  # noqa: N818 - both are findings about a text, turned into a script's error by the caller
    """The text is no absolute URL."""


class UrlRefused(Exception):  # noqa: N818
    """The URL is one that no request is made to, whatever the policy says."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes.

    Args:
        scheme: `http` or `https`.
        host: lower case, without a final dot, in ASCII; an IPv6 address without brackets.
        literal: whether the host is an address.
        port: the port.
        path: path and query in ASCII.
    """

    scheme: str
    host: str
    literal: bool
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's own, port: the header `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """`https://host:port`, without the scheme's own port."""
        return f"{self.scheme}://{self.authority}"

    @property
    def shown(self) -> str:
        """The URL without its query, which may hold secrets."""
        return self.origin + self.path.partition("?")[0]

    def joined(self, location: str) -> Target:
        """Where a redirect leads.

        Raises:
            NoUrl, UrlRefused: as `read_url`.
        """
        _check_characters(location)
        return read_url(urljoin(self.origin + self.path, location))


def read_url(text: str) -> Target:
    """Reads an absolute http or https URL.

    Raises:
        NoUrl: it is no absolute URL.
        UrlRefused: its scheme is another, or it is written in a way that readers disagree about.
    """
    if len(text) > _MOST_CHARACTERS:
        raise UrlRefused(f"the URL is longer than {_MOST_CHARACTERS:,} characters")
    _check_characters(text)
    found = _SCHEME.match(text)
    if not found:
        raise NoUrl("no absolute URL, such as https://example.com/path")
    scheme, rest = found[1].lower(), text[found.end() :]
    if scheme not in _PORTS:
        raise UrlRefused(f"the scheme {scheme} is neither http nor https")
    if not rest.startswith("//"):
        raise UrlRefused("two slashes must follow the scheme")
    authority = _AUTHORITY.match(rest, 2)
    assert authority is not None  # it matches nothing, too
    host, literal, port = _read_authority(authority[0], _PORTS[scheme])
    return Target(scheme, host, literal, port, _read_path(rest[authority.end() :].partition("#")[0]))


def masked(text: str) -> str:
    """A URL that was refused, as it may be reported: without user name, password and query."""
    return re.sub(r"//[^/]*@", "//…@", text.partition("?")[0])


def _check_characters(text: str) -> None:
    if any(char < " " or char == "\x7f" for char in text):
        raise UrlRefused("the URL has control characters")
    if "\\" in text:
        raise UrlRefused("the URL has a backslash, which some readers take for a slash")


def _read_authority(text: str, default_port: int) -> tuple[str, bool, int]:
    if "@" in text:
        raise UrlRefused("the URL has a user name: what stands before the @ is no host, though it may look like one")
    if "%" in text or " " in text:
        raise UrlRefused("the host has an escaped character or a space")
    if text.startswith("["):
        inner, bracket, after = text[1:].partition("]")
        if not bracket or (after and not after.startswith(":")):
            raise UrlRefused("the host's brackets are not closed")
        try:
            host = str(IPv6Address(inner))
        except AddressValueError:
            raise UrlRefused("what stands in the host's brackets is no IPv6 address") from None
        return host, True, _read_port(after[1:], default_port)
    name, _, port = text.partition(":")
    host, literal = _read_host(name)
    return host, literal, _read_port(port, default_port)


def _read_port(text: str, default: int) -> int:
    if not text:
        return default
    if not _PORT.fullmatch(text) or not 1 <= int(text) <= 65535:
        raise UrlRefused("the port is no number from 1 to 65535")
    return int(text)


def _read_host(name: str) -> tuple[str, bool]:
    """A host in the one spelling that everything after compares, and whether it is an IPv4 address."""
    host = (name if name.isascii() else _in_ascii(name)).lower()
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # `2130706433`, `0x7f.1`, `0177.0.0.1` are addresses to some readers and names to others.
        try:
            return str(IPv4Address(host)), True
        except AddressValueError:
            raise UrlRefused("the host ends in a number and is no IPv4 address in its usual spelling") from None
    host = ".".join(labels)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlRefused("the host is no host name")
    return host, False


def _in_ascii(name: str) -> str:
    import idna  # only for names in other alphabets

    try:
        return idna.encode(name, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise UrlRefused("the host is no host name in any alphabet") from None


def _read_path(text: str) -> str:
    try:
        escaped = quote(text, safe=_KEPT, errors="strict")
    except UnicodeEncodeError:
        raise UrlRefused("the URL has half a character (a lone surrogate)") from None
    return escaped if escaped.startswith("/") else f"/{escaped}"
