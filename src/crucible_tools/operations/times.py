"""Times that people write."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from crucible_tools.errors import UsageError

_SPAN: Final = re.compile(r"(\d{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


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


def coming_time(option: str, text: str, now: datetime) -> datetime:
    """A time that is yet to come: as RFC 3339 has it, a day, or a span from now.

    Args:
        option: where it was written, `--expires`.
        text: what was written: `2027-01-31T12:00:00Z`, `2027-01-31`, or `30d`, `12h`, `10m`, `90s`, `4w`.
        now: the present time.

    Raises:
        UsageError: it is none, or it is over.
    """
    span = _SPAN.fullmatch(text.strip())
    try:
        time = now + timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option}: {text!r} is no time and no span", hint="write it as 30d, 12h, 10m, or 2027-01-31T12:00:00Z"
        ) from None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    if time <= now:
        raise UsageError(f"{option}: {text} is over already", hint="write it as 30d, 12h, 10m, or 2027-01-31T12:00:00Z")
    return time
