"""Every exception that crucible-tools raises, in one tree.

    CrucibleError
    ├── UsageError                     exit 2: the request itself is wrong
    │   ├── ConfigurationError
    │   ├── DirectoryNotFound
    │   ├── PlanStale
    │   ├── RunNotFound
    │   ├── RollbackConflict
    │   ├── RestoreConflict
    │   ├── TokenNotFound
    │   └── InvalidArguments
    ├── ToolError                      exit 1: about one tool or one call
    │   ├── ToolNotFound
    │   ├── ScriptNotFound
    │   ├── ToolInactive
    │   ├── CallRefused
    │   ├── EngineBusy
    │   ├── CompileFailed
    │   ├── CallNotFound
    │   ├── RecordIncomplete
    │   └── BadGuestAnswer
    ├── StateError                     about the recorded state
    │   ├── StateLocked                exit 4
    │   ├── StateDamaged               exit 5
    │   ├── StateNotWritable           exit 2
    │   ├── StateTooNew                exit 2
    │   └── StateUnreachable           exit 2
    ├── EngineClosed                   exit 1
    ├── EngineUnavailable              exit 1
    └── RegistrationError              exit 1

`code` is stable and documented: programs compare it, people read `message` and `hint`.
The exit codes are those of the contract ("Command line").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from crucible_tools.model.enums import StopReason
from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Diagnostic, Location


class CrucibleError(Exception):
    """Base of all errors of this package.

    Args:
        message: what is wrong, in one sentence.
        hint: what to do about it, if anything is known to help.
        location: the place in a source that it is about.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None, location: Location | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.location = location

    def to_json(self) -> JsonObject:
        """`{code, message, hint, location}`, and what a subclass adds (see `details`)."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "location": self.location.to_json() if self.location else None,
            **self.details(),
        }

    def details(self) -> JsonObject:
        """The facts beyond the message, as JSON; none for most errors."""
        return {}


class UsageError(CrucibleError):
    """The request itself is wrong: nothing was done."""

    code = "usage"
    exit_code = 2


class ConfigurationError(UsageError):
    """A configured value is wrong, unknown, or not available in this version."""

    code = "configuration"


class DirectoryNotFound(UsageError):
    """A folder that was named does not exist."""

    code = "directory-not-found"


class PlanStale(UsageError):
    """A saved plan is not what would be planned now; `changes` says what changed since."""

    code = "plan-stale"

    def __init__(self, message: str, *, changes: Iterable[str] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.changes = tuple(changes)

    def details(self) -> JsonObject:
        """What changed, a sentence each."""
        return {"changes": list(self.changes)}


class RunNotFound(UsageError):
    """No run has this id."""

    code = "run-not-found"

    def __init__(self, run_id: str, *, near: Sequence[str] = ()) -> None:
        guess = f"did you mean {' or '.join(near)}?" if near else "`crucible history` shows every run"
        super().__init__(f"there is no run {run_id!r}", hint=guess)
        self.run_id = run_id
        self.near = tuple(near)

    def details(self) -> JsonObject:
        """The id, and ids like it."""
        return {"run": self.run_id, "near": list(self.near)}


class RollbackConflict(UsageError):
    """A run can't be rolled back, because later runs changed its tools; `conflicts` has those runs by tool."""

    code = "rollback-conflict"

    def __init__(self, message: str, *, conflicts: Mapping[str, Sequence[str]], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.conflicts = {tool: tuple(runs) for tool, runs in conflicts.items()}

    def details(self) -> JsonObject:
        """The ids of the later runs by tool, the newest first."""
        return {"conflicts": {tool: list(runs) for tool, runs in self.conflicts.items()}}


class RestoreConflict(UsageError):
    """Originals can't be written where they should be; `files` says why, by file. Nothing was written."""

    code = "restore-conflict"

    def __init__(self, message: str, *, files: Mapping[str, str], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.files = dict(files)

    def details(self) -> JsonObject:
        """Why, by file."""
        return {"files": self.files}


class TokenNotFound(UsageError):
    """No token has this id or name."""

    code = "token-not-found"

    def __init__(self, wanted: str, *, near: Sequence[str] = ()) -> None:
        guess = f"did you mean {' or '.join(near)}?" if near else "`crucible token list` shows every token"
        super().__init__(f"there is no token {wanted!r}", hint=guess)
        self.near = tuple(near)

    def details(self) -> JsonObject:
        """Ids and names like it."""
        return {"near": list(self.near)}


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where arguments break the schema; `path` is a JSON path such as `$.tags[2]`.

    `message` may quote the arguments; `kind` is the keyword of the schema that they break (`type`, `required`).
    """

    path: str
    message: str
    kind: str = ""

    def to_json(self) -> JsonObject:
        """`{path, message}`, and `kind` where it is known."""
        return {"path": self.path, "message": self.message} | ({"kind": self.kind} if self.kind else {})


class InvalidArguments(UsageError):
    """Arguments of a call are no JSON or break the tool's input schema."""

    code = "invalid-arguments"

    def __init__(self, message: str, *, violations: Iterable[Violation] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.violations = tuple(violations)

    def details(self) -> JsonObject:
        """Each violation with its path."""
        return {"violations": [violation.to_json() for violation in self.violations]}


class ToolError(CrucibleError):
    """Something about one tool, or one call of it."""

    code = "tool"


class ToolNotFound(ToolError):
    """No tool has this name."""

    code = "tool-not-found"

    def __init__(self, name: str, *, near: Sequence[str] = (), hint: str | None = None) -> None:
        guess = f"did you mean {' or '.join(repr(other) for other in near)}?" if near else None
        super().__init__(
            f"there is no tool {name!r}",
            hint=guess or hint or "`crucible list` shows the migrated tools, `crucible plan` those that could be",
        )
        self.name = name
        self.near = tuple(near)

    def details(self) -> JsonObject:
        """The name, and names like it."""
        return {"tool": self.name, "near": list(self.near)}


class ScriptNotFound(ToolError):
    """No script has this id: it was never compiled, or deleted, or only executed by its source a while ago."""

    code = "script-not-found"

    def __init__(self, script_id: str) -> None:
        super().__init__(f"there is no script {script_id!r}", hint="compile_script gives an id; list_scripts has all")
        self.script_id = script_id

    def details(self) -> JsonObject:
        """The id."""
        return {"script": self.script_id}


class ToolInactive(ToolError):
    """The tool vanished from its folder or was rolled back; it can't be called."""

    code = "tool-inactive"


class CallRefused(ToolError):
    """The policy does not allow what the tool or its caller asked for."""

    code = "call-refused"


class EngineBusy(ToolError):
    """As many calls as the policy and the configuration allow run and wait already; `waiting` says whose."""

    code = "engine-busy"

    def __init__(
        self, message: str, *, running: int = 0, waiting: Mapping[str, int] | None = None, hint: str | None = None
    ) -> None:
        super().__init__(
            message,
            hint=hint
            or "call again when some of them have ended; max_queued_calls lets more wait, max_concurrent_operations "
            "and the policy's concurrent_calls let more run",
        )
        self.running = running
        self.waiting = dict(waiting or {})

    def details(self) -> JsonObject:
        """How many calls run, and how many wait, by tool: the longest lines first."""
        return {"running": self.running, "waiting": dict(self.waiting)}


class CompileFailed(ToolError):
    """A source does not compile; `diagnostics` has every finding, not just the first.

    `reason` is `script_error`, or what stopped the compiler: time, memory, stack, or a crash of the guest.
    """

    code = "compile-failed"

    def __init__(
        self,
        message: str,
        *,
        diagnostics: Iterable[Diagnostic] = (),
        hint: str | None = None,
        reason: StopReason = StopReason.SCRIPT_ERROR,
    ) -> None:
        self.diagnostics = tuple(diagnostics)
        self.reason = reason
        first = next((item.location for item in self.diagnostics if item.severity == "error"), None)
        super().__init__(message, hint=hint, location=first)

    def details(self) -> JsonObject:
        """Every diagnostic, and the reason."""
        return {"reason": self.reason.value, "diagnostics": [diagnostic.to_json() for diagnostic in self.diagnostics]}


class CallNotFound(ToolError):
    """No recorded call has this id: it was not recorded, or its record is no longer kept."""

    code = "call-not-found"

    def __init__(self, call_id: str, *, near: Sequence[str] = ()) -> None:
        guess = f"did you mean {' or '.join(near)}?" if near else "`crucible calls` shows every recorded call"
        super().__init__(f"there is no recorded call {call_id!r}", hint=guess)
        self.call_id = call_id
        self.near = tuple(near)

    def details(self) -> JsonObject:
        """The id, and ids like it."""
        return {"call": self.call_id, "near": list(self.near)}


class RecordIncomplete(ToolError):
    """A recorded call can't be replayed: its arguments were too long to be kept."""

    code = "record-incomplete"


class BadGuestAnswer(ToolError):
    """What came out of the sandbox is not what it may say; its VM was dropped."""

    code = "bad-guest-answer"


class StateError(CrucibleError):
    """Something about the recorded state."""

    code = "state"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who holds the state's lock; `since` is RFC 3339. The kernel releases the lock if it dies."""

    pid: int
    host: str
    run_id: str
    since: str

    def to_json(self) -> JsonObject:
        """`{pid, host, run_id, since}`."""
        return {"pid": self.pid, "host": self.host, "run_id": self.run_id, "since": self.since}


class StateLocked(StateError):
    """Another run is changing this state; `holder` says which, if it could be read."""

    code = "state-locked"
    exit_code = 4

    def __init__(self, message: str, *, holder: LockHolder | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.holder = holder

    def details(self) -> JsonObject:
        """The holder."""
        return {"holder": self.holder.to_json() if self.holder else None}


class StateDamaged(StateError):
    """The state's file is no database, or its contents contradict themselves."""

    code = "state-damaged"
    exit_code = 5


class StateNotWritable(StateError):
    """The state's folder or file can't be written."""

    code = "state-not-writable"
    exit_code = 2


class StateTooNew(StateError):
    """The state was written by a newer version of this package; it is refused, not guessed at."""

    code = "state-too-new"
    exit_code = 2


class StateUnreachable(StateError):
    """The server that has the state does not answer, or does not let this user in."""

    code = "state-unreachable"
    exit_code = 2


class EngineClosed(CrucibleError):
    """The engine, or one of its VMs, was used after it was closed."""

    code = "engine-closed"


class EngineUnavailable(CrucibleError):
    """The engine can't run here: its self-test failed, or wasmtime is missing."""

    code = "engine-unavailable"


class RegistrationError(CrucibleError):
    """A tool or a host module can't be registered as it is."""

    code = "registration"
