"""`crucible calls` and `crucible replay`: recorded calls, and what running one again came to."""

import json
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from crucible_tools.cli.formats.diff import painted
from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Terminal, body, json_text, line
from crucible_tools.errors import UsageError
from crucible_tools.formats.diffs import unified_diff
from crucible_tools.model.calls import Cut
from crucible_tools.model.json import Json
from crucible_tools.model.replays import Difference, What
from crucible_tools.operations import replay as recorded
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.replay import Replayed
from crucible_tools.store.calls import StoredCall

_OF_CALLS = (What.HOST_CALL, What.UNRECORDED, What.CUT, What.LEFT)


def run_calls(terminal: Terminal, flags: Flags, tool: str | None, limit: int | None) -> int:
    """`crucible calls`."""
    place = configured(terminal, flags).state.value
    found = finished(recorded.list_calls(place, tool, *(() if limit is None else (limit,))))
    if terminal.json:
        terminal.document([call.to_json() for call in found])
    elif found:
        width = max(len(line(call.call_id)) for call in found)
        terminal.result("\n".join(_line(terminal, call, width) for call in found))
    else:
        of_tool = "" if tool is None else f" of {line(tool)}"
        terminal.note(f"no call{of_tool} is recorded: `crucible call --record` records one")
    return 0


def run_delete(terminal: Terminal, flags: Flags, wanted: Sequence[str], *, alone: bool) -> int:
    """`crucible calls --delete CALL`."""
    if not alone:
        raise UsageError("--delete names the calls itself", hint="leave TOOL and --purge out")
    return _forgot(terminal, finished(recorded.delete_calls(configured(terminal, flags).state.value, tuple(wanted))))


def run_purge(terminal: Terminal, flags: Flags, tool: str | None) -> int:
    """`crucible calls --purge`."""
    return _forgot(terminal, finished(recorded.purge_calls(configured(terminal, flags).state.value, tool)))


def run_replay(terminal: Terminal, flags: Flags, wanted: str, script: Path | None) -> int:
    """`crucible replay CALL`."""
    configuration = configured(terminal, flags)
    trusted = configuration.state_is_named
    done = finished(recorded.replay_call(configuration.state.value, wanted, script, trusted=trusted))
    replay = done.replay
    if terminal.json:
        terminal.document({**replay.to_json(), "tool": done.record.tool, "at": done.record.at.isoformat()})
    else:
        _tell(terminal, done)
    if replay.same:
        return 0
    terminal.reason(f"the replay of {replay.call_id} differs: {replay.differences[0].message}")
    return 1


def _forgot(terminal: Terminal, count: int) -> int:
    if terminal.json:
        terminal.document({"deleted": count})
    else:
        terminal.result(f"{count} recorded {'call is' if count == 1 else 'calls are'} forgotten")
    return 0


def _line(terminal: Terminal, call: StoredCall, width: int) -> str:
    when = call.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    outcome = line(call.outcome)
    shown = terminal.paint(f"{outcome:<12}", "green" if outcome == "finished" else "red")
    return f"{line(call.call_id):<{width}}  {when}  {shown}  {line(call.tool)}"


def _tell(terminal: Terminal, done: Replayed) -> None:
    record, replay = done.record, done.replay
    when = record.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for entry in replay.result.metadata.get("logs", ()):
        terminal.note(f"{entry['level']}: {body(entry['text'], '  ')}")
    for warning in _warnings(done):
        terminal.warn(warning)
    head = f"call {line(replay.call_id)} of {line(record.tool)}, {when}"
    calls = f"{replay.host_calls} host call{'' if replay.host_calls == 1 else 's'} answered from the record"
    if replay.same:
        ended = "the same result" if replay.result.success else f"the same end: {record.stop_reason.value}"
        terminal.result(f"{head}: {terminal.paint(ended, 'green')}, {calls}")
        return
    first = replay.differences[0]
    lines = [f"{head}: {terminal.paint('different', 'red')} after {calls}", body(first.message, "  ")]
    terminal.result("\n".join([*lines, painted(_diff(first), terminal.paint)]))


def _warnings(done: Replayed) -> list[str]:
    replay, record = done.replay, done.record
    found: list[str] = []
    if replay.engine_changed:
        found.append("the call was recorded by another version of the engine")
    if replay.redacted:
        found.append("the record has [redacted] in place of what must not be recorded; the script was given that")
    if Cut.RESULT in record.cut:
        found.append("the result was too long to be recorded, and is not compared")
    return found


def _diff(difference: Difference) -> str:
    """What was expected and what came instead, line by line; nothing is shown as no line."""
    calls = difference.what in _OF_CALLS
    before, after = (
        "".join(f"{row}\n" for row in _lines(value, calls=calls)) for value in (difference.expected, difference.got)
    )
    rows = unified_diff(before, after, "recorded", "replayed").splitlines()
    return "\n".join(row for row in rows if not row.startswith("@@"))


def _lines(value: Json, *, calls: bool) -> list[str]:
    if calls:
        return [] if value is None else _call_lines(str(value))
    return json_text(value).splitlines()


def _call_lines(call: str) -> list[str]:
    """A host call, `name[arguments]`, an argument a line."""
    name, bracket, rest = call.partition("[")
    try:
        arguments: list[Json] = json.loads(f"{bracket}{rest}")
    except (ValueError, RecursionError):
        return [call]
    return [f"{name}(", *(f"    {row}" for each in arguments for row in f"{json_text(each)},".splitlines()), ")"]
