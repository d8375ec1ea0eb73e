"""`crucible events`: what happened, and what happens."""

import json
import sys
from datetime import UTC

from crucible_tools.cli.endings import InterruptionError
from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.stopping import run_until_stopped
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.formats.text import Colour
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.events import Found, Wanted, events, follow, unknown_types
from crucible_tools.store.event_log import StoredEvent

_COLOURS: dict[str, Colour] = {
    "error": "red",
    "limit_hit": "yellow",
    "capability_denied": "yellow",
    "events_lost": "yellow",
    "tool_migrated": "green",
    "migration_completed": "green",
}


def run_events(terminal: Terminal, flags: Flags, what: Wanted, *, endless: bool) -> int:
    """`crucible events`; one that has no end of its own is done when a signal stops it."""
    place = configured(terminal, flags).state.value
    for name, near in unknown_types(what):
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        terminal.warn(f"{line(name)} is no type of this package's events{meant}")
    if endless:
        try:
            run_until_stopped(_follow(terminal, place, what))
        except InterruptionError:
            terminal.note("stopped")
        return 0
    found = finished(events(place, what))
    _tell_forgotten(terminal, what, found)
    if terminal.json:
        terminal.document([event.to_json() for event in found.events])
    elif found.events:
        terminal.result("\n".join(_line(terminal, event) for event in found.events))
    else:
        terminal.note("no event is recorded that was asked for")
    return 0


async def _follow(terminal: Terminal, place: str, what: Wanted) -> None:
    async for found in follow(place, what):
        _tell_forgotten(terminal, what, found)
        for event in found.events:
            if terminal.json:
                # ASCII, so that no character can end a line or repaint a terminal.
                terminal.result(json.dumps(event.to_json(), separators=(",", ":")))
            else:
                terminal.result(_line(terminal, event))
        sys.stdout.flush()


def _tell_forgotten(terminal: Terminal, what: Wanted, found: Found) -> None:
    if found.forgotten:
        terminal.warn(f"events up to {found.forgotten} are no longer kept: some after {what.after} are missing")


def _line(terminal: Terminal, event: StoredEvent) -> str:
    when = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    colour = _COLOURS.get(event.type)
    kind = f"{line(event.type):<19}"
    told = " ".join(f"{key}={_value(value)}" for key, value in event.data.items() if value not in (None, "", [], ()))
    shown = [
        when,
        f"{event.sequence:>6}",
        terminal.paint(kind, colour) if colour else kind,
        line(event.identifier),
        told,
    ]
    return "  ".join(part for part in shown if part).rstrip()


def _value(value: object) -> str:
    """A value in a line: as it is when it is one word, else as JSON."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str) and value and not any(char.isspace() or char == '"' for char in value):
        return line(value)
    return line(json.dumps(value, ensure_ascii=False))
