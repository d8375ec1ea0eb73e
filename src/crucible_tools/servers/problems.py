"""Errors as problem documents (RFC 9457): one form for every route, whatever went wrong."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from crucible_tools import errors
from crucible_tools.errors import CrucibleError
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.servers.refusals import Refusal

MEDIA_TYPE: Final = "application/problem+json"

ERRORS_PATH: Final = "/errors"
"""Where a server explains every code: the type of a problem is an anchor there."""

_STATUS: Final[Mapping[type[CrucibleError], int]] = {
    errors.ToolNotFound: 404,
    errors.RunNotFound: 404,
    errors.CallNotFound: 404,
    errors.RecordIncomplete: 410,
    errors.ToolInactive: 410,
    errors.CallRefused: 403,
    errors.InvalidArguments: 422,
    errors.CompileFailed: 422,
    errors.RegistrationError: 422,
    errors.UsageError: 400,
    errors.EngineBusy: 503,
    errors.EngineClosed: 503,
    errors.EngineUnavailable: 503,
    errors.StateError: 503,
    errors.StateDamaged: 500,
}
"""Statuses of errors that are not the server's own, by their nearest base here; any other is 500."""

_RETRY_S: Final = 1
"""Seconds after which what is busy is asked again."""


class InternalProblem(CrucibleError):
    """A bug of this package: the server's log says what to report."""

    code = "internal"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as it is answered.

    Args:
        status: of HTTP.
        headers: beside the type and the length of the body.
        body: the document.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def status_of(error: CrucibleError) -> int:
    """The status of HTTP that says the same."""
    if isinstance(error, Refusal):
        return error.status
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def document(error: CrucibleError) -> JsonObject:
    """`{type, title, status, detail, code, hint, location}`, and the facts that the error has beside these."""
    status = status_of(error)
    facts = {name: value for name, value in error.to_json().items() if name not in ("code", "message")}
    return {
        "type": type_of(error.code),
        "title": title_of(type(error)),
        "status": status,
        "detail": error.message,
        "code": error.code,
        **facts,
    }


def problem(error: CrucibleError) -> Problem:
    """The answer for an error."""
    status = status_of(error)
    headers = dict(error.headers()) if isinstance(error, Refusal) else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_RETRY_S)
    return Problem(status, headers, json_bytes(document(error)))


def type_of(code: str) -> str:
    """The URL that explains a code, relative to the server's root."""
    return f"{ERRORS_PATH}#{code}"


def title_of(kind: type[CrucibleError]) -> str:
    """What happened, in the same words for every problem of a code: as docs/errors.md has it."""
    lines = (kind.__doc__ or kind.code).strip().splitlines()
    return lines[0]


def json_bytes(value: Json) -> bytes:
    """JSON in UTF-8, or in ASCII where a text has halves of surrogate pairs."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), default=str).encode()


def every_error() -> Iterable[type[CrucibleError]]:
    """Every kind of error that a server may answer with, each once, by code."""
    found = {kind.code: kind for kind in _below(CrucibleError)}
    return [found[code] for code in sorted(found)]


def _below(kind: type[CrucibleError]) -> Iterator[type[CrucibleError]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from _below(sub)
