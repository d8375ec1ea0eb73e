"""The URL of a state on a server: what shows it shows no password."""

import re
from typing import Final, Self
from urllib.parse import unquote

SERVERS: Final = ("postgresql", "postgres")
"""Schemes of URLs of servers."""

HIDDEN: Final = "***"

_USER: Final = re.compile(r"(?P<scheme>\w+://[^:@]*):.*@", re.DOTALL)
_PARAMETER: Final = re.compile(r"([?&])([^=&]*)=[^&]*")
_SECRET: Final = re.compile("password|passwd|pwd|secret", re.IGNORECASE)


class StateUrl(str):
    """A URL as text without its secrets: formatted, logged, compared or written as JSON it is only that.

    Only what connects asks for `secret`. What was cut out of the text, or put together with it, has lost it.
    """

    __slots__ = ("secret",)

    secret: str
    """The URL as it was given."""

    def __new__(cls, url: str) -> Self:
        """The URL; one that is a `StateUrl` already stays what it is."""
        secret = url.secret if isinstance(url, StateUrl) else url
        made = super().__new__(cls, hidden(secret))
        made.secret = secret
        return made

    def __str__(self) -> str:
        """Itself: a text that was made of it is still one that can be opened."""
        return self

    def __getnewargs__(self) -> tuple[str]:
        """Worker processes get all of it."""
        return (self.secret,)


def is_server(text: str) -> bool:
    """Whether this names a state on a server."""
    return text.partition("://")[0] in SERVERS and "://" in text


def hidden(url: str) -> str:
    """A URL without its secrets. What is no proper URL loses rather more: up to the last @."""
    return _PARAMETER.sub(_hidden_parameter, _USER.sub(rf"\g<scheme>:{HIDDEN}@", url, count=1))


def _hidden_parameter(found: re.Match[str]) -> str:
    before, name = found.groups()
    return f"{before}{name}={HIDDEN}" if _is_secret(name) else found.group()


def _is_secret(name: str) -> bool:
    """Whether a parameter of this name is a secret; libpq decodes names, too."""
    return _SECRET.search(unquote(name)) is not None


def without_secrets(url: StateUrl) -> str | None:
    """A URL that libpq reads as this one, but that has no password; None where none can be told from the rest.

    `***` is no such thing: libpq takes it for the password, and asks for no other.
    """
    scheme, _, rest = url.secret.partition("://")
    # libpq's own reading (`conninfo_uri_parse_options`): credentials end at an @ that comes before any slash.
    credentials, at, further = rest.partition("@")
    if at and "/" not in credentials:
        rest = f"{credentials.partition(':')[0]}@{further}"
    address, _, query = rest.partition("?")
    parameters = [part for part in query.split("&") if part and not _is_secret(part.partition("=")[0])]
    told = f"{scheme}://{address}{'?' if parameters else ''}{'&'.join(parameters)}"
    return told if hidden(told) == told else None
