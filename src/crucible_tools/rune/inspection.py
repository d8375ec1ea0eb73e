"""What reading needs from a sandbox: to compile a source, describe it, and call its metadata functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from crucible_tools.model.enums import StopReason
from crucible_tools.model.locations import Diagnostic, Location


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What calling a metadata function came to.

    Args:
        ok: whether it gave a value.
        value: the value as JSON data; with `ok` false what it gave with `Err`, else None.
        error: why it gave none, in one sentence.
        reason: why the script stopped.
        location: where.
    """

    ok: bool
    value: Any
    error: str | None
    reason: StopReason
    location: Location | None


class Evaluate(Protocol):
    """Calls what a source says about itself."""

    async def __call__(self, function: str, method: str | None = None) -> Evaluation:
        """Calls a function without parameters by its path, or a method without parameters of what it makes."""
        ...


@dataclass(frozen=True, slots=True)
class Inspection:
    """A source inside the sandbox. Close it when it was read.

    Args:
        diagnostics: all that the compiler says, errors and warnings, by place.
        facts: the guest's description as JSON text: hostile, to be checked before use.
        compiles: whether metadata functions can be called.
        evaluate: calls a function without parameters by its path, or a method of what it makes.
        close: frees the sandbox.
        stopped: why compiling was stopped (`timed_out: ...`) when that, and no diagnostic, is the reason.
    """

    diagnostics: tuple[Diagnostic, ...]
    facts: bytes
    compiles: bool
    evaluate: Evaluate
    close: Callable[[], None]
    stopped: str | None = None


class Lone(Protocol):
    """Whoever can inspect sources without the application that they were written for: the ScriptEngine."""

    async def inspect_alone(self, text: str, path: str) -> Inspection:
        """Compiles and describes a source under SAFE, with stand-ins for what an application would register."""
        ...


@dataclass(frozen=True, slots=True)
class WithoutApplication:
    """An inspector for sources whose application is not here: checking needs none."""

    engine: Lone

    async def inspect(self, text: str, path: str) -> Inspection:
        """Compiles and describes a source."""
        return await self.engine.inspect_alone(text, path)


class Inspector(Protocol):
    """Whoever can inspect sources: the ScriptEngine."""

    async def inspect(self, text: str, path: str) -> Inspection:
        """Compiles and describes a source under SAFE."""
        ...
