"""Why a request is answered with an error that is no tool's: each has a stable code, and a status of HTTP.

Programs compare the code; the status is what proxies and clients act on. docs/errors.md lists them with all others.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from crucible_tools.errors import CrucibleError
from crucible_tools.model.json import JsonObject
from crucible_tools.model.tools import ToolExecutionResult


class Refusal(CrucibleError):
    """Base of what only servers answer with."""

    code = "refused"
    status: ClassVar[int] = 400

    def headers(self) -> Mapping[str, str]:
        """What the answer's head says beside the status."""
        return {}


class MalformedRequest(Refusal):
    """The request is no HTTP, no JSON, or not what this route takes."""

    code = "malformed-request"


class Unauthorized(Refusal):
    """The request has no token, or one that opens nothing."""

    code = "unauthorized"
    status = 401

    def headers(self) -> Mapping[str, str]:
        """What is asked for (RFC 6750)."""
        return {"WWW-Authenticate": 'Bearer realm="crucible"'}


class Forbidden(Refusal):
    """The token is not for this: it lacks the scope, or is for other tools."""

    code = "forbidden"
    status = 403


class OriginRefused(Refusal):
    """A page of another site sent the request, through somebody's browser."""

    code = "origin-refused"
    status = 403


class RouteNotFound(Refusal):
    """Nothing has this path."""

    code = "not-found"
    status = 404


class CallNotFound(Refusal):
    """No call of this id runs, or is remembered; or it is somebody else's."""

    code = "call-not-found"
    status = 404


class MethodNotAllowed(Refusal):
    """The path takes other methods."""

    code = "method-not-allowed"
    status = 405

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        self.allowed = ", ".join(sorted(allowed))
        super().__init__(f"this path does not take {method}", hint=f"it takes {self.allowed}")

    def headers(self) -> Mapping[str, str]:
        """The methods that it takes."""
        return {"Allow": self.allowed}


class NotAcceptable(Refusal):
    """The answer is in none of the media types that the client takes."""

    code = "not-acceptable"
    status = 406


class RequestTimeout(Refusal):
    """The body of the request took too long to come."""

    code = "request-timeout"
    status = 408

    def headers(self) -> Mapping[str, str]:
        """Nothing more is read from this connection."""
        return {"Connection": "close"}


class KeyInUse(Refusal):
    """A request with this idempotency key is still being worked on, or its answer was too large to be kept."""

    code = "idempotency-key-in-use"
    status = 409


class BodyTooLarge(Refusal):
    """The body of the request is larger than the server takes."""

    code = "body-too-large"
    status = 413

    def headers(self) -> Mapping[str, str]:
        """Nothing more is read from this connection."""
        return {"Connection": "close"}


class UnsupportedMediaType(Refusal):
    """The body of the request is of a type that this route does not take."""

    code = "unsupported-media-type"
    status = 415


class HostRefused(Refusal):
    """The request names a host that this server is not: a page may have had its own name lead here (DNS rebinding)."""

    code = "host-refused"
    status = 421


class KeyReused(Refusal):
    """The idempotency key came with another request before."""

    code = "idempotency-key-reused"
    status = 422


class CallFailed(Refusal):
    """The tool was called, and gave an error; `kind` says which, and `execution` is the whole result."""

    code = "call-failed"
    status = 422

    def __init__(self, result: ToolExecutionResult) -> None:
        error = result.error
        super().__init__(error.message if error else "the call failed", location=error.location if error else None)
        self.kind = error.kind if error else "crashed"
        self.result = result

    def details(self) -> JsonObject:
        """The kind, and the whole result."""
        return {"kind": self.kind, "execution": self.result.to_json()}


class RateLimited(Refusal):
    """The token may call no more at the moment: its rate or its quota is used up."""

    code = "rate-limited"
    status = 429

    def __init__(self, message: str, *, retry_after_s: float, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = max(1, int(-(-retry_after_s // 1)))

    def headers(self) -> Mapping[str, str]:
        """When it may be tried again, in whole seconds."""
        return {"Retry-After": str(self.retry_after_s)}

    def details(self) -> JsonObject:
        """When it may be tried again, in whole seconds."""
        return {"retry_after": self.retry_after_s}


class Stopping(Refusal):
    """The server is being stopped: what runs is finished, and nothing new is begun."""

    code = "stopping"
    status = 503

    def headers(self) -> Mapping[str, str]:
        """Another server may be asked at once; this connection ends."""
        return {"Retry-After": "1", "Connection": "close"}


class HeadersTooLarge(Refusal):
    """The head of the request is larger than the server takes."""

    code = "headers-too-large"
    status = 431
