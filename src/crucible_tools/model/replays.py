"""What became of a replay, and how it differs from the call that was recorded."""

from dataclasses import dataclass
from enum import StrEnum

from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.tools import ToolExecutionResult


class What(StrEnum):
    """In what a replay differs."""

    ARGUMENTS = "arguments"
    """Another script does not take the recorded arguments."""
    COMPILE = "compile"
    """The script does not compile."""
    HOST_CALL = "host_call"
    """It calls another function than the recorded one, or gives it something else."""
    UNRECORDED = "unrecorded"
    """It makes a host call that the record lacks."""
    CUT = "cut"
    """It makes a host call that did not fit into the record."""
    LEFT = "left"
    """It did not make a host call that is recorded."""
    STOP_REASON = "stop_reason"
    """It ended for another reason."""
    RESULT = "result"
    """It gave another result."""
    ERROR = "error"
    """It failed with another error."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between a record and its replay.

    Args:
        what: in what they differ.
        message: in one sentence.
        expected: what is recorded, None when nothing is.
        got: what the replay did, None when it did nothing.
        number: of the host call that it is about, from 1.
    """

    what: What
    message: str
    expected: Json = None
    got: Json = None
    number: int | None = None

    def to_json(self) -> JsonObject:
        """All of it."""
        return {
            "what": self.what.value,
            "message": self.message,
            "expected": self.expected,
            "got": self.got,
            "number": self.number,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A recorded call that was run again.

    Args:
        call_id: of the recorded call.
        result: what the replay gave.
        differences: in the order in which they came up; empty when the replay is the same as the call.
        host_calls: how many host calls were answered from the record.
        source_changed: whether another source was run than the recorded one.
        engine_changed: whether the call was recorded by another engine: another guest, or another wasmtime.
        redacted: whether the script was told markers in place of what was not recorded.
    """

    call_id: str
    result: ToolExecutionResult
    differences: tuple[Difference, ...] = ()
    host_calls: int = 0
    source_changed: bool = False
    engine_changed: bool = False
    redacted: bool = False

    @property
    def same(self) -> bool:
        """Whether all was as it was recorded."""
        return not self.differences

    def to_json(self) -> JsonObject:
        """All of it."""
        return {
            "call_id": self.call_id,
            "same": self.same,
            "differences": [difference.to_json() for difference in self.differences],
            "host_calls": self.host_calls,
            "source_changed": self.source_changed,
            "engine_changed": self.engine_changed,
            "redacted": self.redacted,
            "result": self.result.to_json(),
        }
