"""What a hostile script is, as data."""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any, Literal

from crucible_tools.model.enums import StopReason


class Limit(StrEnum):
    """What a case runs into. The collection must hit each at least twice."""

    MEMORY = "memory"
    SCRIPT_TIME = "wall time, in a loop of the script"
    NATIVE_TIME = "wall time, in a loop of Rune's own code"
    CALLBACK_TIME = "wall time, in a callback of Rune's own code"
    COMPILE_TIME = "wall time of compiling"
    HOST_TIME = "wall time, in a host call"
    STACK = "the wasm stack"
    SOURCE_SIZE = "length of the source"
    ARGUMENT_SIZE = "length of the arguments"
    ARGUMENT_DEPTH = "nesting of the arguments"
    RESULT_SIZE = "length of the result"
    RESULT_DEPTH = "nesting of the result"
    LOG_SIZE = "length of the log"
    HOST_CALLS = "number of host calls"
    HOST_CALL_SIZE = "length of a host call's arguments or reply"
    CAPABILITY = "a capability that the policy lacks"
    VALUE = "a value that has no JSON form"
    NONE = "nothing: strange, but to be answered in an ordinary way"


Stage = Literal["compile", "call"]

Source = str | Callable[[], str]


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile script.

    Args:
        name: unique; the test's id.
        limit: what it runs into.
        source: the script, or a function that builds it (large ones are built when they run).
        expected: how it may end: one reason, or several where the order of two limits is a matter of microseconds.
        stage: where it ends: while its source is loaded, or in the call.
        entry: the function to call.
        arguments: its arguments; bytes are sent as they are, a function builds large ones.
        policy: limits that differ from those of the test.
        message: what the error's message must contain.
        result: the result, where the call finishes and its value says something.
    """

    name: str
    limit: Limit
    source: Source
    expected: StopReason | tuple[StopReason, ...]
    _: KW_ONLY
    stage: Stage = "call"
    entry: str = "f"
    arguments: Any = field(default_factory=dict[str, Any])
    policy: Mapping[str, Any] = field(default_factory=dict[str, Any])
    message: str | None = None
    result: Any = None

    @property
    def reasons(self) -> tuple[StopReason, ...]:
        """`expected` as a tuple."""
        return self.expected if isinstance(self.expected, tuple) else (self.expected,)

    def build(self) -> str:
        """The script's text."""
        return self.source if isinstance(self.source, str) else self.source()

    def build_arguments(self) -> Any:
        """The arguments of the call."""
        return self.arguments() if callable(self.arguments) else self.arguments
