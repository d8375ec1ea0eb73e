"""Who calls over MCP, and which tools are there for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever makes a request.

    Args:
        user: by which calls are recorded, and which sessions of older revisions stay with; None when nobody asked.
        allowed: which tools the caller may know of and call; all when None.
        admit: counts a call, and raises a `CrucibleError` when the caller may make no more; nobody counts when None.
    """

    user: str | None = None
    allowed: Callable[[str], bool] | None = None
    admit: Callable[[], None] | None = None


Access = Callable[["Request | None"], Caller]
"""Says who makes a request; over stdio there is none, and whoever started the server is the caller."""

ANYBODY: Final = Caller()


def everybody(_: Request | None) -> Caller:
    """The access of a server that asks nobody: over stdio the host that started it is its only client."""
    return ANYBODY
