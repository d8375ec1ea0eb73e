"""Headers of requests: those that a script may set, and those that the policy adds in secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crucible_tools.engine.host.urls import Target
    from crucible_tools.model.grants import HttpGrant

Pairs = list[tuple[str, str]]

_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}")
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]{0,8192}")
_MOST: Final = 100
_OURS: Final = frozenset(
    {
        "accept-encoding", "connection", "content-length", "expect", "forwarded", "host", "http2-settings",
        "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "via",
    }
)  # fmt: skip
"""Headers that decide where a request goes and where it ends: the host's own."""
_TO_OTHERS: Final = frozenset({"accept", "accept-language", "content-type", "content-language", "user-agent"})
"""Headers of a script that a redirect to another host takes along: none that says who asks."""
_LEAST_SECRET: Final = 6
"""Characters of a value that is looked for in answers: shorter ones stand there by chance."""
_OF_BODY: Final = frozenset({"content-type", "content-language", "content-encoding", "content-location"})


class HeaderRefused(Exception):  # noqa: N818 - a finding, turned into a denial by the caller
    """A script may not set this header, or not to this value."""


class SecretMissing(Exception):  # noqa: N818
    """The environment has no value for a secret header."""

    def __init__(self, variable: str) -> None:
        super().__init__(variable)
        self.variable = variable


def check_headers(pairs: Pairs) -> None:
    """Checks what a script sets.

    Raises:
        HeaderRefused: a name or a value could end the header, or is not the script's to set.
    """
    if len(pairs) > _MOST:
        raise HeaderRefused(f"the request has more than {_MOST} headers")
    for name, value in pairs:
        if not _NAME.fullmatch(name):
            raise HeaderRefused("the name of a header has a character that it may not have")
        if not _VALUE.fullmatch(value):
            raise HeaderRefused(f"the value of the header {name} has a character that it may not have, or is too long")
        if name.lower() in _OURS:
            raise HeaderRefused(f"the header {name} is not the script's to set")


def for_other_host(pairs: Pairs) -> Pairs:
    """What goes along on a redirect to another host."""
    return [(name, value) for name, value in pairs if name.lower() in _TO_OTHERS]


def without_body(pairs: Pairs) -> Pairs:
    """What goes along on a redirect that drops the body."""
    return [(name, value) for name, value in pairs if name.lower() not in _OF_BODY]


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secret headers of one request, and their values, which no answer may show to the script."""

    pairs: tuple[tuple[str, str], ...] = ()
    values: tuple[str, ...] = ()

    def added_to(self, pairs: Pairs) -> Pairs:
        """A script's headers with the secret ones in place of those of the same name."""
        secret = {name.lower() for name, _ in self.pairs}
        return [*((name, value) for name, value in pairs if name.lower() not in secret), *self.pairs]

    def hidden_in(self, data: bytes) -> bytes:
        """What a server sent, without the secrets that it may have repeated."""
        for value in self.values:
            data = data.replace(value.encode("latin-1"), b"[secret]")
        return data


def secrets_for(target: Target, grant: HttpGrant, environment: Mapping[str, str]) -> Secrets:
    """The policy's headers for a host.

    Raises:
        SecretMissing: the environment lacks one, or its value can't be a header's.
    """
    pairs: list[tuple[str, str]] = []
    values: list[str] = []
    for header in grant.headers:
        scheme, separator, host = header.host.partition("://")
        if (
            (scheme, host) != (target.scheme, target.authority)
            if separator
            else (target.scheme != "https" or header.host != target.authority)
        ):
            continue
        value = environment.get(header.variable, "").strip()
        if not value or not _VALUE.fullmatch(header.prefix + value):
            raise SecretMissing(header.variable)
        pairs.append((header.name, header.prefix + value))
        if len(value) >= _LEAST_SECRET:
            values.append(value)
    return Secrets(tuple(pairs), tuple(values))
