"""The functions of `crucible::basic` that need the world: the log, the clock, categories. On every level."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from crucible_tools.engine.registry import HostModule, ToolFailure

Clock = Callable[[], datetime]
"""Gives the present time with a time zone. Injectable, so that tests and replays are exact."""

LEVELS: Final = ("debug", "info", "warn", "error")
"""Log levels, `crucible::log_warn` and so on; what a script prints is logged as `print`."""

PRINT: Final = "std::io::print"
"""Name under which the guest passes on printed text (guest/src/io.rs)."""


def system_clock() -> datetime:
    """The system's time in UTC."""
    return datetime.now(UTC)


_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

# Directives of strftime(3) in English and UTC. The C function itself is not used: its widths (`%999999999d`) cost
# memory without bound, and its names depend on the machine's language.
_DIRECTIVES: Final[dict[str, Callable[[datetime], str]]] = {
    "Y": lambda t: f"{t.year:04}",
    "y": lambda t: f"{t.year % 100:02}",
    "m": lambda t: f"{t.month:02}",
    "d": lambda t: f"{t.day:02}",
    "e": lambda t: f"{t.day:2}",
    "j": lambda t: f"{t.timetuple().tm_yday:03}",
    "H": lambda t: f"{t.hour:02}",
    "I": lambda t: f"{(t.hour + 11) % 12 + 1:02}",
    "M": lambda t: f"{t.minute:02}",
    "S": lambda t: f"{t.second:02}",
    "f": lambda t: f"{t.microsecond:06}",
    "p": lambda t: "AM" if t.hour < 12 else "PM",
    "A": lambda t: _WEEKDAYS[t.weekday()],
    "a": lambda t: _WEEKDAYS[t.weekday()][:3],
    "B": lambda t: _MONTHS[t.month - 1],
    "b": lambda t: _MONTHS[t.month - 1][:3],
    "u": lambda t: str(t.isoweekday()),
    "w": lambda t: str(t.isoweekday() % 7),
    "V": lambda t: f"{t.isocalendar().week:02}",
    "G": lambda t: f"{t.isocalendar().year:04}",
    "F": lambda t: f"{t.year:04}-{t.month:02}-{t.day:02}",
    "T": lambda t: f"{t.hour:02}:{t.minute:02}:{t.second:02}",
    "D": lambda t: f"{t.month:02}/{t.day:02}/{t.year % 100:02}",
    "R": lambda t: f"{t.hour:02}:{t.minute:02}",
    "s": lambda t: str(int(t.timestamp())),
    "Z": lambda t: "UTC",
    "z": lambda t: "+0000",
    "n": lambda t: "\n",
    "t": lambda t: "\t",
    "%": lambda t: "%",
}

# Words of a name, and the category that the old host's recipes were shown under.
_CATEGORIES: Final = (
    ("testing", ("test", "tests", "spec", "e2e")),
    ("quality", ("lint", "fmt", "format", "check", "clippy", "audit", "types")),
    ("build", ("build", "compile", "bundle", "release", "package", "dist")),
    ("deploy", ("deploy", "publish", "ship", "rollout")),
    ("documentation", ("doc", "docs", "book")),
    ("database", ("db", "migrate", "seed")),
    ("maintenance", ("clean", "update", "upgrade", "install", "setup", "init")),
    ("development", ("run", "dev", "serve", "start", "watch")),
)


_MOST_CHARACTERS: Final = 4096
"""Of a name or of a format: more takes milliseconds, in which nobody else has the interpreter."""


def categorize_by_name(name: str) -> str:
    """The category of a recipe by the words that its name begins with, else `general`."""
    words = set(re.split(r"[^a-z0-9]+", name[:_MOST_CHARACTERS].lower()))
    return next((category for category, known in _CATEGORIES if words.intersection(known)), "general")


def format_time(timestamp: float, template: str) -> str:
    """A Unix timestamp in seconds as text, in UTC, by the directives of strftime.

    Raises:
        ToolFailure: the time is out of range, a directive is unknown, or the format is too long.
    """
    if len(template) > _MOST_CHARACTERS:
        raise ToolFailure(f"the time format has more than {_MOST_CHARACTERS:,} characters")
    try:
        moment = datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        raise ToolFailure(f"the timestamp {timestamp} is out of range") from None

    def one(match: re.Match[str]) -> str:
        write = _DIRECTIVES.get(match[1])
        if write is None:
            raise ToolFailure(f"the time format has an unknown directive: %{match[1]}")
        return write(moment)

    return re.sub(r"%(.?)", one, template, flags=re.DOTALL)


def basic_module(clock: Clock) -> HostModule:
    """The time functions and categories. Logging is the VM's own: it writes into the call's log."""
    module = HostModule("crucible", capability="basic")

    def time_now() -> int:
        return int(clock().timestamp())

    module.add("time_now", time_now, params={}, awaited=True, gives="result", inline=True)
    module.add(
        "time_format",
        format_time,
        params={"timestamp": "number", "format": "string"},
        awaited=True,
        gives="result",
        inline=True,
    )
    module.add("categorize_by_name", categorize_by_name, params={"name": "string"}, inline=True, pure=True)
    return module
