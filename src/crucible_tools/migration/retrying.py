"""Trying again what failed: by the configured policy, or as the application's own hook says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias

from crucible_tools.config import RetryPolicy
from crucible_tools.errors import ConfigurationError
from crucible_tools.migration.sources import SourceFile
from crucible_tools.model.enums import MigrationErrorType
from crucible_tools.model.migration import MigrationError

OnFailure: TypeAlias = Callable[[MigrationError, int], float | None]
"""Is told of a tool's failure and of how often it was tried; gives seconds to wait before the next attempt, or None."""

MOST_ATTEMPTS: Final = 100
"""Attempts in all, whatever a hook says: a hook that never gives up must not keep a run from ending."""


@dataclass(frozen=True, slots=True)
class Retrying:
    """Decides whether something is tried again.

    Args:
        policy: for what fails for a passing reason.
        hook: the application's own decision, in place of the policy; it is asked about every failure of a tool.
    """

    policy: RetryPolicy
    hook: OnFailure | None = None

    async def again(self, error: MigrationError, attempt: int, *, passing: bool) -> bool:
        """Whether to try again; waits until it is time to.

        Args:
            error: what went wrong.
            attempt: which attempt it was, from 1.
            passing: whether the reason may be gone the next time.

        Raises:
            ConfigurationError: the hook gave something that is no time.
        """
        if attempt >= MOST_ATTEMPTS:
            return False
        if self.hook is not None:
            delay = _seconds(self.hook(error, attempt))
        else:
            delay = self.policy.delay_after(attempt) if passing else None
        if delay is None:
            return False
        await asyncio.sleep(delay)
        return True

    async def until_read(self, source: SourceFile, read: Callable[[], Awaitable[SourceFile]]) -> SourceFile:
        """A source that fails, read again as long as one of its failures is worth another attempt.

        Args:
            source: what the first attempt came to.
            read: makes another attempt.
        """
        attempt = 1
        while source.fails:
            for error in _failures(source):
                if await self.again(error, attempt, passing=source.passing):
                    break
            else:
                return source
            attempt += 1
            source = await read()
        return source


def _failures(source: SourceFile) -> list[MigrationError]:
    """The failures of a source, one a tool; of one that could not be seen, that it could not."""
    kind = MigrationErrorType.COMPILATION_FAILED if source.is_broken else MigrationErrorType.VALIDATION_FAILED
    if not source.readable:
        kind = MigrationErrorType.UNKNOWN if source.unforeseen else MigrationErrorType.DISCOVERY_FAILED
    told = [(tool.name, tool.reason, tool.code) for tool in source.broken]
    return [
        MigrationError(
            tool_name=name,
            error_type=kind,
            message=reason,
            timestamp=datetime.now(UTC),
            context={"path": source.path, "directory": source.directory, "code": code},
        )
        for name, reason, code in told or [(source.stem, "; ".join(source.reasons), None)]
    ]


def _seconds(given: object) -> float | None:
    if given is None:
        return None
    if not isinstance(given, (int, float)) or isinstance(given, bool) or not 0 <= given < float("inf"):
        raise ConfigurationError(
            f"on_failure gave {given!r}, which is no time to wait", hint="give seconds, 0 or more, or None to give up"
        )
    return float(given)
