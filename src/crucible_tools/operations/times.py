"""Times that people write."""

from datetime import UTC, datetime

from crucible_tools.errors import UsageError


def past_time(option: str, text: str) -> datetime:
    """A time as RFC 3339 has it, or a day; UTC unless it says otherwise.

    Args:
        option: where it was written, `--to`.
        text: what was written.

    Raises:
        UsageError: it is none, or it has not come yet.
    """
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{option}: {text!r} is no time", hint="write it as 2026-11-24T16:20:00Z") from None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    if time > datetime.now(UTC):
        raise UsageError(
            f"{option}: {text} has not come yet", hint="`crucible history` shows when what happened, in UTC"
        )
    return time
