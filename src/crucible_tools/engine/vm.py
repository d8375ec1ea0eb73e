"""A VM: one guest instance with one script in it, and the rules that every call in it obeys.

Whatever stops a call early (time, cancellation, a limit, a denial, an exception in a host function) drops the call's
future: wasmtime unwinds the script's stack, and the VM is spent.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from crucible_tools.engine import protocol
from crucible_tools.engine.answers import TRAPS, read_answer
from crucible_tools.engine.host.effects import CallFacts
from crucible_tools.engine.hostcalls import HostCalls
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.poller import Habit, Poller
from crucible_tools.engine.protocol import Status
from crucible_tools.engine.wasm.traps import Trapped
from crucible_tools.errors import BadGuestAnswer, EngineClosed
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from crucible_tools.engine.image import PageImage
    from crucible_tools.engine.outcome import Listener
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.model.policy import Policy

_ANSWER_HEAD: Final = 1
_MOST_ANSWER_BYTES: Final = 16 << 20
"""Upper bound for answers that no policy limits: descriptions and diagnostics."""


class VM:
    """One script in its own linear memory. Made by `Sandbox.vm`; used on one event loop.

    Args:
        sandbox: where its instance, its clock and its workers come from.
        registry: the host functions that its script may find.
        policy: its limits and capabilities.
        name: name of the script in messages.
        habit: what is known of the calls of its script; nothing if not given.
    """

    def __init__(
        self, sandbox: Sandbox, registry: Registry, policy: Policy, name: str, habit: Habit | None = None
    ) -> None:
        self.name = name
        self.policy = policy
        self._sandbox = sandbox
        self._registry = registry
        self._instance = sandbox.runtime.instantiate(policy.memory_bytes)
        self._memory = self._instance.memory
        sandbox.vms.add(self)
        self._calls = HostCalls(registry, policy)
        self._instance.host = self._calls.invoke
        self._poller = Poller(sandbox, self._instance, self._calls, registry.metrics, habit)
        self._running = False
        self._closed = False
        self.spent = False
        """Whether the instance was stopped from outside or trapped: it must not be entered again."""
        self.trapped = False
        """Whether the guest trapped, ran out of memory or answered nonsense: a spoilt memory may be why."""
        self.kept_bytes = 0
        """What its pool counts for it while it is idle."""
        self.idle_since = 0.0
        """When its last call ended, on the engine's own clock."""

    async def load(self, source: str, *, kept: bool = True) -> Outcome:
        """Compiles a source in this VM, under its memory limit and its compile time.

        The outcome's diagnostics are all that the compiler said, warnings too.

        Args:
            source: its text.
            kept: whether the VM stays for calls; one that is soon closed does not give memory back first.
        """
        self._instance.gives_back = kept
        try:
            length = len(source.encode())
        except UnicodeEncodeError as error:
            message = f"the source is no valid Unicode: a lone surrogate at character {error.start + 1}"
            return Outcome(StopReason.SCRIPT_ERROR, message=message)
        most = self.policy.max_source_bytes
        if length > most:
            message = f"the source has {length:,} bytes, the limit is {most:,}"
            return Outcome(
                StopReason.LIMIT, message=message, details={"limit": "source", "bytes": length, "most": most}
            )
        return await self._run("load", self.load_request(source), self.policy.compile_timeout_s, "compiling")

    def load_request(self, source: str) -> bytes:
        """All that decides what loading a source makes of the memory."""
        return protocol.load_request(
            source,
            self.name,
            modules=self._registry.declarations(source),
            routed=self._registry.routed(self.policy.capabilities),
        )

    @property
    def memory_bytes(self) -> int:
        """Its linear memory, which never shrinks."""
        return self._memory.size()

    @property
    def habit(self) -> Habit:
        """What is known of the calls of its script; its pool gives all its VMs the same."""
        return self._poller.habit

    @habit.setter
    def habit(self, habit: Habit) -> None:
        self._poller.habit = habit

    @property
    def closed(self) -> bool:
        """Whether it was freed, or will be when its call has stopped: by its pool, or with the engine."""
        return self._closed

    @property
    def host_calls(self) -> int:
        """How many host functions its last call has called so far."""
        return self._calls.count

    @property
    def host_error(self) -> Exception | None:
        """What a function of the application raised, if one ever did: the VM is spent then."""
        return self._calls.host_error

    @property
    def was_refused_memory(self) -> bool:
        """Whether an allocation in it was ever refused: from then on it takes an error for the end of its memory."""
        return self._instance.out_of_memory()

    def image(self) -> PageImage:
        """What loading has changed in its memory; taken before the first call."""
        return self._instance.image()

    def restore(self, image: PageImage) -> None:
        """Puts a script that another VM of the same policy has loaded into this empty one.

        Raises:
            BadGuestAnswer: the image does not fit.
            EngineClosed: it was closed before.
        """
        try:
            self._memory.restore(image)
        except BaseException:
            self.close()
            raise

    def serve_by(self, calls: HostCalls) -> None:
        """Has the host calls of the next call answered by somebody else; before that call begins."""
        self._calls = self._poller.calls = calls
        self._instance.host = calls.invoke

    def expect(self, source: str) -> None:
        """Gets ready for a source that is described and loaded next, in a VM that is soon closed."""
        self._memory.expect(len(source))

    async def describe(self, source: str) -> Outcome:
        """What a source declares, as JSON in the outcome's value (`rune.facts` reads it)."""
        return await self._run("describe", source.encode(errors="replace"), self.policy.compile_timeout_s, "reading")

    async def call(
        self,
        head: bytes,
        arguments: bytes,
        timeout_s: float | None = None,
        *,
        call_id: str = "",
        user: str | None = None,
        listener: Listener | None = None,
    ) -> Outcome:
        """Calls an entry of the loaded script.

        Args:
            head: which entry and how, from `protocol.call_head`.
            arguments: JSON text.
            timeout_s: holds where it is stricter than the policy's.
            call_id: what host functions are told about the call.
            user: who called.
            listener: hears of each line that the script logs, as it does.
        """
        self._calls.listener = listener
        most = self.policy.max_argument_bytes
        if len(arguments) > most:
            message = f"the arguments have {len(arguments):,} bytes as JSON, the limit is {most:,}"
            return Outcome(StopReason.LIMIT, message=message, details={"limit": "arguments", "most": most})
        limit = self.policy.timeout_s
        if timeout_s is not None and (limit is None or timeout_s < limit):
            limit = timeout_s
        return await self._run("call", head + arguments, limit, "the call", call_id, user)

    def cancel(self) -> None:
        """Stops the running call, if any: within a time slice, or at once while it waits for a host function."""
        self._poller.cancel()

    def close(self) -> None:
        """Frees the VM; a running call is cancelled and frees it when it has stopped. May be called twice."""
        self._closed = True
        if self._running:
            self.cancel()
        else:
            self._free()

    def _free(self) -> None:
        self._instance.close()
        self._sandbox.vms.discard(self)

    async def _run(
        self,
        export: str,
        request: bytes,
        timeout_s: float | None,
        what: str,
        call_id: str = "",
        user: str | None = None,
    ) -> Outcome:
        if self._closed or self.spent:
            raise EngineClosed(f"the VM of {self.name} is closed")
        if self._running:
            raise EngineClosed(f"the VM of {self.name} runs already: it cannot be entered twice")
        self._running = True
        deadline = None if timeout_s is None else time.perf_counter() + timeout_s
        self._calls.begin(CallFacts(self.name, call_id, user, deadline))
        try:
            outcome = self._outcome(await self._poller.run(export, request, deadline), export)
        except Stop as stop:
            memory = self._memory.size()
            self._spend()
            self._calls.report_denial()
            if stop.reason is StopReason.TIMED_OUT and not stop.message:
                stop.message = f"{what} took longer than {timeout_s:g} s"
            outcome = Outcome(stop.reason, message=stop.message, details=stop.details, memory_bytes=memory)
        except BadGuestAnswer as error:
            memory = self._memory.size()
            self._spend()
            self.trapped = True
            outcome = Outcome(StopReason.CRASHED, message=error.message, memory_bytes=memory)
        except BaseException:
            self._spend()
            raise
        finally:
            self._running = False
            if self._calls.count:
                # However the call ended, whoever went away: the functions have run.
                self._registry.metrics.record_host_calls(self._calls.by_capability)
            if self._closed:
                self._free()
        outcome.logs = self._calls.logs
        outcome.host_calls = self._calls.count
        return outcome

    def _spend(self) -> None:
        self.spent = True
        self._instance.drop()

    def _outcome(self, result: int | Trapped, export: str) -> Outcome:
        memory = self._memory
        size = memory.size()
        if isinstance(result, Trapped):
            self.spent = self.trapped = True
            return Outcome(TRAPS[result.trap], message=result.message, memory_bytes=size)
        most = (self.policy.max_result_bytes if export == "call" else _MOST_ANSWER_BYTES) + _ANSWER_HEAD
        pointer, length = result >> 32, result & 0xFFFFFFFF
        # What the script itself produces is limited in the guest; diagnostics and errors are not.
        if length > max(most, _MOST_ANSWER_BYTES):
            raise BadGuestAnswer(f"the guest gave an answer of {length:,} bytes, the limit is {most:,}")
        answer = memory.read(pointer, length)
        if answer.startswith(b"\0") and export != "load":
            return Outcome(StopReason.FINISHED, answer[1:], memory_bytes=size)
        status, text = protocol.split_answer(answer)
        if status is not Status.VALUE and self._instance.out_of_memory():
            # Rune turns a refused allocation into an error of the script; the memory stays full.
            self.spent = self.trapped = True
            return Outcome(StopReason.OUT_OF_MEMORY, message="the memory limit was reached", memory_bytes=size)
        outcome = read_answer(status, text, self.name)
        outcome.memory_bytes = size
        return outcome
