"""Rehearsals: calls of a tool with generated arguments, in which nothing outside is touched. What they come to.

Whoever can run tools makes them (`Rehearser`). Functions that reach outside are answered by stand-ins, so a failure
behind one is only a hint: the stand-in's answer may be what the tool cannot work with.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol, cast

from crucible_tools.model.enums import StopReason
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.locations import Diagnostic, Location
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition, ToolErrorInfo
from crucible_tools.rune.check.arguments import Variant, fields_of, share, variants


class Failure(StrEnum):
    """Why a call came to nothing. That a tool gives `Err` is none: it says so itself."""

    MISSING_FUNCTION = "missing-function"
    MISSING_FIELD = "missing-field"
    WRONG_TYPE = "wrong-type"
    WRONG_COUNT = "wrong-count"
    """A function was called with more or fewer arguments than it takes."""
    PANIC = "panic"
    BAD_VALUE = "bad-value"
    """The result is no JSON, such as a future that was not awaited."""
    TIMED_OUT = "timed-out"
    MEMORY = "memory"
    LIMIT = "limit"
    CRASHED = "crashed"
    REFUSED = "refused"
    """The arguments were not accepted: the tool was not entered."""
    OTHER = "other"

    @property
    def fatal(self) -> bool:
        """Whether it fails a migration's BASIC validation: what is missing, and what had to be stopped."""
        return self in (
            Failure.MISSING_FUNCTION,
            Failure.WRONG_COUNT,
            Failure.TIMED_OUT,
            Failure.MEMORY,
            Failure.CRASHED,
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """A call of a function that reaches outside. It was answered by a stand-in and not made.

    Args:
        name: of the function, canonical.
        arguments: what it was given; long texts and lists are cut, with a digest of the whole.
        answered: whether the answer holds data, on which the script may go on in another way than with the real one.
    """

    name: str
    arguments: tuple[Json, ...]
    answered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One call.

    Args:
        tool: name of the tool.
        variant: what it was called with.
        reason: why the script stopped; None when it was not entered.
        result: what it gave; a large result is cut as the arguments of effects are.
        error: why it gave nothing.
        effects: what it would have done outside, in order: the first ones.
        effect_count: how many there were in all.
        logs: level and text of what it logged and printed: the first lines.
        memory_bytes: the VM's memory.
        seconds: how long it took.
    """

    tool: str
    variant: Variant
    reason: StopReason | None = None
    result: Json = None
    error: ToolErrorInfo | None = None
    effects: tuple[Effect, ...] = ()
    effect_count: int = 0
    logs: tuple[tuple[str, str], ...] = ()
    memory_bytes: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def runs(self) -> bool:
        """Whether the tool came to its end, with a value or with an `Err` of its own."""
        return self.error is None or self.error.kind == "tool"

    @property
    def failure(self) -> Failure | None:
        """Why it did not."""
        return None if self.runs or self.error is None else failure_of(self.error)

    @property
    def line(self) -> int | None:
        """Where it stopped."""
        return self.error.location.line if self.error and self.error.location else None

    @property
    def told(self) -> str:
        """What went wrong, as a clause without a full stop; empty if nothing did."""
        return "" if self.error is None else tell(self.error)

    @property
    def stood_in(self) -> tuple[str, ...]:
        """The functions whose stand-in may be to blame for a failure."""
        return tuple(dict.fromkeys(effect.name for effect in self.effects if effect.answered))

    @property
    def inconclusive(self) -> bool:
        """Whether it failed and may have failed because of a stand-in's answer, or of arguments that were made up."""
        return self.by_stand_in or self.by_guess

    @property
    def by_stand_in(self) -> bool:
        """Whether it failed behind a stand-in. A wrong number of arguments is wrong whatever was answered."""
        return self.failure not in (None, Failure.WRONG_COUNT, Failure.REFUSED) and bool(self.stood_in)

    @property
    def by_guess(self) -> bool:
        """Whether it failed with arguments whose type the schema leaves open."""
        return bool(self.variant.guessed) and self.failure in _OF_GUESSES


_OF_GUESSES: Final = (
    Failure.MISSING_FUNCTION, Failure.MISSING_FIELD, Failure.WRONG_TYPE, Failure.PANIC, Failure.BAD_VALUE,
    Failure.OTHER,
)  # fmt: skip
"""Failures that arguments of another type may not have had."""


@dataclass(frozen=True, slots=True)
class Part:
    """A tool and what it is to be called with."""

    tool: ToolDefinition
    variants: tuple[Variant, ...]


def parts(tools: Sequence[ToolDefinition], text: str = "", most: int | None = None) -> tuple[Part, ...]:
    """Tools with the arguments that their schemas give.

    Args:
        tools: of one source.
        text: the source: objects that no schema describes get the fields that it reads.
        most: sets of arguments for each tool; their share of `MOST_CALLS` by default.
    """
    fields = fields_of(text)
    most = share(len(tools)) if most is None else most
    return tuple(Part(tool, variants(tool.input_schema, most, fields)) for tool in tools)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the calls of a rehearsal run under.

    Args:
        policy: its limits hold, and what it does not allow is denied.
        alone: whether the application that the source was written for may be missing: its functions are made up then.
        most_seconds: wall time of all calls together; those that come later are left out.
        most_result: bytes of JSON from which on a result is cut.
        most_text: characters of JSON from which on an argument of an effect is cut.
        clock: tells how long a call took, in seconds.
    """

    policy: Policy
    alone: bool = True
    most_seconds: float = 10.0
    most_result: int = 64 << 10
    most_text: int = 500
    clock: Callable[[], float] = time.perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What the rehearsed calls of one source came to.

    Args:
        loaded: whether it compiles, with a stand-in for every function that any host has.
        stopped: why compiling was stopped, when that, and no diagnostic, is the reason.
        diagnostics: what the compiler says.
        trials: the calls, in the order in which they were asked for.
        left_out: calls that were not made, since those before took too long.
    """

    loaded: bool
    stopped: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    trials: tuple[Trial, ...] = ()
    left_out: int = 0

    def of(self, tool: str) -> tuple[Trial, ...]:
        """The calls of one tool."""
        return tuple(trial for trial in self.trials if trial.tool == tool)


class Rehearser(Protocol):
    """Whoever can run tools without touching anything outside: the ScriptEngine."""

    async def rehearse(self, text: str, path: str, parts: Sequence[Part]) -> Rehearsal:
        """Calls tools of a source, each at most a second. Never raises for what a script does."""
        ...


_FAILURES: Final = {
    "bad_value": Failure.BAD_VALUE,
    "invalid_arguments": Failure.REFUSED,
    "timed_out": Failure.TIMED_OUT,
    "out_of_memory": Failure.MEMORY,
    "stack_exhausted": Failure.MEMORY,
    "limit_exceeded": Failure.LIMIT,
    "crashed": Failure.CRASHED,
}

# What Rune 0.14 says, in the order in which it is tried. A field of something that has no fields is a wrong type.
_SAYINGS: Final = tuple(
    (re.compile(pattern), failure)
    for pattern, failure in (
        (r"Missing index by static string slot|Missing field `.*` on `::std::object::Object`", Failure.MISSING_FIELD),
        (r"Missing (?:instance )?function with hash|Missing instance function|Missing entry", Failure.MISSING_FUNCTION),
        (r"Wrong number of arguments", Failure.WRONG_COUNT),
        (r"Panicked: .*argument \d+ \(\w+\) must be of type", Failure.WRONG_TYPE),
        (r"Panicked", Failure.PANIC),
        (
            r"Expected (?:type|number type)|Unsupported (?:binary|unary) operation|is not supported as try operand"
            r"|not a function|not available on|Missing field|Missing protocol function",
            Failure.WRONG_TYPE,
        ),
    )
)


def failure_of(error: ToolErrorInfo) -> Failure:
    """The class of an error that is not the tool's own."""
    known = _FAILURES.get(error.kind)
    if known is not None:
        return known
    return next((failure for saying, failure in _SAYINGS if saying.match(error.message)), _elsewhere(error.message))


def _elsewhere(message: str) -> Failure:
    return next((failure for saying, failure in _SAYINGS if saying.search(message)), Failure.OTHER)


_FIELD: Final = re.compile(r"Missing field `(.*)` on `::std::object::Object`")
_METHOD_OF: Final = re.compile(r"Missing instance function `0x[0-9a-f]+` for `(.*)`")
_DISPLAY: Final = re.compile(r"Missing protocol function `DISPLAY_FMT` for `(.*)`")
_OPERATION: Final = re.compile(r"Unsupported binary operation `(\w+)` on `(.*)` and `(.*)`")
_OPERATORS: Final = {"PARTIAL_EQ": "==", "EQ": "==", "ADD": "+", "SUB": "-", "MUL": "*", "DIV": "/", "REM": "%"}
_TYPE_PATH: Final = re.compile(r"::std::(?:\w+::)*(\w+)")
_LAST_NAME: Final = re.compile(r"\.\s*([A-Za-z_]\w*)\s*$")


def tell(error: ToolErrorInfo) -> str:
    """What an error says, with the names of the source in place of Rune's hashes and slots; no full stop."""
    if error.kind == "tool":
        return f"it gives Err: {error.message}"
    message = _TYPE_PATH.sub(r"\1", _reworded(error)).strip().rstrip(".")
    return message if message[:2].isupper() else message[:1].lower() + message[1:]


def _reworded(error: ToolErrorInfo) -> str:
    message = error.message
    data: Any = error.data
    note = cast("JsonObject", data).get("note") if isinstance(data, dict) else None
    if isinstance(note, str):
        return note
    if message.startswith("Missing index by static string slot"):
        name = _field_at(error.location)
        return f"missing field `{name}`" if name else "a field is missing"
    if found := _FIELD.match(message):
        return f"missing field `{found[1]}`"
    if found := _METHOD_OF.match(message):
        return f"`{found[1]}` has no such method, or is no sequence"
    if found := _DISPLAY.match(message):
        return f"`{found[1]}` cannot be put into a text"
    if found := _OPERATION.match(message):
        return f"`{_OPERATORS.get(found[1], found[1])}` does not work on `{found[2]}` and `{found[3]}`"
    return message


def _field_at(location: Location | None) -> str | None:
    """The field that is read at a place."""
    if location is None or location.source_line is None or location.length is None:
        return None
    begin = location.column - 1
    if begin + location.length > len(location.source_line):
        return None
    found = _LAST_NAME.search(location.source_line[begin : begin + location.length])
    return found[1] if found else None
