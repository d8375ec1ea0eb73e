"""`crucible audit`: records line by line, and what checking them came to."""

import json
from typing import Final

from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.operations.audit import Wanted, records, verify
from crucible_tools.operations.configuration import Flags

_HEADING: Final = ("number", "at", "kind", "by", "digest")
_MOST_CHARACTERS: Final = 200
"""Of one fact in a line; `--format json` has all."""


def run_list(terminal: Terminal, flags: Flags, wanted: Wanted) -> int:
    """`crucible audit list`."""
    found = finished(records(configured(terminal, flags).state.value, wanted))
    if terminal.json:
        terminal.document(list[Json](found))
    elif found:
        terminal.result("\n".join(_line(record) for record in found))
    else:
        terminal.note("there is no such record")
    return 0


def _line(record: JsonObject) -> str:
    facts = " ".join(f"{name}={_told(value)}" for name, value in record.items() if name not in _HEADING)
    return line(f"{record['number']:>6}  {record.get('at')}  {record.get('kind')}  {record.get('by')}  {facts}")


def _told(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def run_verify(terminal: Terminal, flags: Flags, head: str | None) -> int:
    """`crucible audit verify`."""
    place = configured(terminal, flags).state.value
    found = finished(verify(place, head))
    if terminal.json:
        terminal.document(found.to_json())
    elif found.flaw is None:
        terminal.result(f"{found.records:,} records are intact.\nhead: {found.head}")
    if found.flaw is None:
        return 0
    terminal.reason(f"the audit of {place} is broken: {found.flaw.message}")
    return 1
