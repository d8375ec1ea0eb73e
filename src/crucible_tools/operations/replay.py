"""Recorded calls: which there are, running one again, and forgetting them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crucible_tools.config import ScriptEngineConfig
from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import RegistrationError, UsageError
from crucible_tools.model.calls import CallRecord
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.replays import Replay
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.store.calls import CallLog, StoredCall

_MOST: Final = 1_000_000
"""Calls that are listed at most."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recorded call, and what running it again came to."""

    record: CallRecord
    replay: Replay


async def list_calls(place: str, tool: str | None = None, limit: int = _MOST) -> list[StoredCall]:
    """Recorded calls, the newest first; none where there is no state yet.

    Args:
        place: the state's folder or URL.
        tool: only those of this tool.
        limit: how many at most.

    Raises:
        StateError: the state can't be read.
    """
    with CallLog(place) as log:
        return log.newest(tool, limit)


async def read_call(place: str, wanted: str) -> CallRecord:
    """A recorded call, with all that its script was told.

    Args:
        place: the state's folder or URL.
        wanted: the call's id, the beginning of one, or `last`.

    Raises:
        CallNotFound: there is no such record.
        UsageError: several calls could be meant.
        StateError: the state can't be read, or the record is damaged.
    """
    with CallLog(place) as log:
        return log.load(log.find(wanted).number)


async def replay_call(place: str, wanted: str, script: Path | None = None, *, trusted: bool) -> Replayed:
    """Run a recorded call again; nothing outside is touched.

    Args:
        place: the state's folder or URL.
        wanted: the call's id, the beginning of one, or `last`.
        script: a source to run in place of the recorded one.
        trusted: whether somebody named the state: else its limits of time and memory hold only below SAFE's.

    Raises:
        CallNotFound: there is no such record.
        RecordIncomplete: it lacks the call's arguments.
        UsageError: several calls could be meant, or the script can't be read.
        RegistrationError: the script defines other tools.
        StateError: the state can't be read, or the record is damaged.
    """
    with CallLog(place) as log:
        record = log.load(log.find(wanted).number)
    policy = replay_policy(record, trusted=trusted)
    async with ScriptEngine(ScriptEngineConfig()) as engine:
        if script is None:
            return Replayed(record, await engine.replay(record, policy=policy))
        source, definition = await _script(engine, script, record)
        return Replayed(record, await engine.replay(record, source, definition, policy=policy))


async def delete_calls(place: str, wanted: tuple[str, ...]) -> int:
    """Forget single recorded calls; how many.

    Raises:
        CallNotFound, UsageError: one is not there, or several could be meant; none is forgotten then.
        StateError: the state can't be written.
    """
    with CallLog(place) as log:
        numbers = {log.find(call).number for call in wanted}
        for number in numbers:
            log.delete(number)
        return len(numbers)


async def purge_calls(place: str, tool: str | None = None) -> int:
    """Forget all recorded calls, or all of a tool; how many there were.

    Raises:
        StateError: the state can't be written.
    """
    with CallLog(place) as log:
        return log.purge(tool)


def replay_policy(record: CallRecord, *, trusted: bool) -> Policy:
    """What a replay runs under: the recorded policy.

    A replay reaches nothing outside whatever its policy, but a state that was merely found must not fill memory.

    Args:
        record: the call.
        trusted: whether somebody named the state: else limits of time and memory hold only below SAFE's.
    """
    policy = record.program.policy
    if trusted:
        return policy
    safe = Policy.for_level(SecurityLevel.SAFE)
    return policy.narrowed(
        memory_bytes=safe.memory_bytes, timeout_s=safe.timeout_s, compile_timeout_s=safe.compile_timeout_s
    )


async def _script(engine: ScriptEngine, path: Path, record: CallRecord) -> tuple[str, ToolDefinition]:
    """A script's text, and the way into it: the tool of the same name in it, or its only one."""
    from crucible_tools.rune.discovery import DiscoveredFile
    from crucible_tools.rune.reader import read_text
    from crucible_tools.rune.source import Unreadable, read_source

    read = read_source(path, record.program.policy.max_source_bytes)
    if isinstance(read, Unreadable):
        raise UsageError(f"{path} {read.message}", hint="name a file of Rune in UTF-8")
    report = await read_text(DiscoveredFile(path, Path(), path.name), read, engine, capability_of=engine.capability_of)
    tools = report.tools
    named = [tool for tool in tools if tool.name == record.tool]
    if named or len(tools) == 1:
        return read.text, (named or tools)[0]
    if not tools:
        # It is loaded all the same: what does not compile says so, and a function may be what is called.
        return read.text, record.program.definition
    names = ", ".join(sorted(tool.name for tool in tools))
    raise RegistrationError(f"{path} defines {names}, and no tool {record.tool}")
