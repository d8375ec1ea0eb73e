"""What requests ask for beside their path, checked."""

from collections.abc import Container
from typing import Final

from starlette.requests import Request

from crucible_tools.servers.refusals import MalformedRequest, UnsupportedMediaType

_JSON: Final = "application/json"


def check_names(request: Request, known: Container[str]) -> None:
    """Refuse parameters of the query that nobody asks for: a misspelt one would be ignored quietly.

    Raises:
        MalformedRequest: there is one, or one comes twice that may come once.
    """
    for name in request.query_params:
        if name not in known:
            raise MalformedRequest(f"there is no parameter {name[:100]!r} here")


def whole_number(request: Request, name: str, default: int, *, least: int = 0, most: int = 2**62) -> int:
    """A parameter of the query that is a whole number.

    Raises:
        MalformedRequest: it is none, or out of its bounds.
    """
    text = request.query_params.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if not least <= number <= most:
        raise MalformedRequest(f"{name} is {text[:50]!r}, and has to be a whole number from {least} to {most:,}")
    return number


def seconds(request: Request, name: str, most: float) -> float | None:
    """A parameter of the query that is a number of seconds above 0.

    Raises:
        MalformedRequest: it is none, or more than `most`.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 < number <= most:
        raise MalformedRequest(f"{name} is {text[:50]!r}, and has to be a number of seconds up to {most:g}")
    return number


async def json_text(request: Request) -> bytes:
    """The body, which has to be JSON; none at all stands for an empty object.

    Raises:
        UnsupportedMediaType: it says that it is something else, or nothing.
    """
    body = await request.body()
    given = request.headers.get("content-type")
    if not body and given is None:
        return b"{}"
    kind, _, parameters = (given or "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != _JSON or charset not in ("", "utf-8", "utf8"):
        told = f"the body is of the type {given[:100]!r}" if given else "the request does not say its Content-Type"
        raise UnsupportedMediaType(told, hint=f"send {_JSON} in UTF-8")
    return body or b"{}"


def takes(request: Request, media_type: str) -> bool:
    """Whether a client names this media type among those that it takes."""
    accepted = request.headers.get("accept", "")
    return any(part.partition(";")[0].strip().lower() == media_type for part in accepted.split(","))
