"""A VM: one guest instance with one script in it, and the rules that every call in it obeys.

A call is polled on the event loop's own thread. One that outlives its first time slice is polled on by a worker
thread, so that long calls use all cores and the loop never stalls for more than a slice. A host call suspends the
script; its coroutine runs on the loop. Whatever stops a call early (time, cancellation, a limit, a denial, an
exception in a host function) drops the call's future: wasmtime unwinds the script's stack, and the VM is spent.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from crucible_tools.engine import protocol
from crucible_tools.engine.host.effects import CallFacts
from crucible_tools.engine.hostcalls import HostCalls
from crucible_tools.engine.outcome import Outcome, Stop
from crucible_tools.engine.protocol import Status
from crucible_tools.engine.wasm import Trap, Trapped
from crucible_tools.errors import BadGuestAnswer, EngineClosed
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from crucible_tools.engine.image import PageImage
    from crucible_tools.engine.outcome import Listener
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.engine.workers import Job
    from crucible_tools.model.policy import Policy

_REQUEST_BYTES = 64 << 10
"""Requests up to this length fit into the guest's own buffer (abi.rs, REQUEST)."""

_ANSWER_HEAD = 1
_MOST_ANSWER_BYTES = 16 << 20
"""Upper bound for answers that no policy limits: descriptions and diagnostics."""

_TRAPS = {
    Trap.OUT_OF_MEMORY: StopReason.OUT_OF_MEMORY,
    Trap.STACK: StopReason.STACK_EXHAUSTED,
    Trap.CRASH: StopReason.CRASHED,
}

_STATUS_REASONS = {
    Status.VALUE: StopReason.FINISHED,
    Status.TOOL_ERROR: StopReason.TOOL_ERROR,
    Status.SCRIPT_ERROR: StopReason.SCRIPT_ERROR,
    Status.BAD_VALUE: StopReason.BAD_VALUE,
    Status.NOT_COMPILED: StopReason.SCRIPT_ERROR,
    Status.MISUSE: StopReason.BAD_VALUE,
}


class VM:
    """One script in its own linear memory. Made by `Sandbox.vm`; used on one event loop.

    Args:
        sandbox: where its instance, its clock and its workers come from.
        registry: the host functions that its script may find.
        policy: its limits and capabilities.
        name: name of the script in messages.
    """

    def __init__(self, sandbox: Sandbox, registry: Registry, policy: Policy, name: str) -> None:
        self.name = name
        self.policy = policy
        self._sandbox = sandbox
        self._registry = registry
        self._instance = sandbox.runtime.instantiate(policy.memory_bytes)
        sandbox.vms.add(self)
        self._calls = HostCalls(registry, policy)
        self._instance.host = self._calls.invoke
        self._running = False
        self._cancelled = False
        self._job: Job | None = None
        self._turn = 0
        self._stop_waiting: asyncio.Future[None] | None = None
        self._closed = False
        self.spent = False
        """Whether the instance was stopped from outside or trapped: it must not be entered again."""
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
        return self._instance.memory_size()

    def image(self) -> PageImage:
        """What loading has changed in its memory; taken before the first call."""
        return self._instance.image()

    def restore(self, image: PageImage) -> None:
        """Puts a script that another VM of the same policy has loaded into this empty one.

        Raises:
            BadGuestAnswer: the image does not fit.
        """
        try:
            self._instance.restore(image)
        except BaseException:
            self.close()
            raise

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
        self._cancelled = True
        if self._stop_waiting is not None and not self._stop_waiting.done():
            self._stop_waiting.set_result(None)
        if self._job is not None:
            # One that waits for a thread need not wait for its turn.
            self._job.cancel()

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
        self._cancelled = False
        self._turn = 0
        deadline = None if timeout_s is None else time.perf_counter() + timeout_s
        self._calls.begin(CallFacts(self.name, call_id, user, deadline))
        try:
            outcome = await self._poll_through(export, request, deadline)
        except Stop as stop:
            memory = self._instance.memory_size()
            self._spend()
            self._calls.report_denial()
            if stop.reason is StopReason.TIMED_OUT:
                stop.message = f"{what} took longer than {timeout_s:g} s"
            outcome = Outcome(stop.reason, message=stop.message, details=stop.details, memory_bytes=memory)
        except BadGuestAnswer as error:
            memory = self._instance.memory_size()
            self._spend()
            outcome = Outcome(StopReason.CRASHED, message=error.message, memory_bytes=memory)
        except BaseException:
            self._spend()
            raise
        finally:
            self._running = False
            if self._closed:
                self._free()
        outcome.logs = self._calls.logs
        outcome.host_calls = self._calls.count
        if outcome.host_calls:
            self._registry.metrics.record_host_calls(self._calls.by_capability)
        return outcome

    def _spend(self) -> None:
        self.spent = True
        self._instance.drop()

    async def _poll_through(self, export: str, request: bytes, deadline: float | None) -> Outcome:
        instance = self._instance
        room = None
        if len(request) > _REQUEST_BYTES:
            instance.start("reserve", request)
            await self._finish(deadline)
            reserved = instance.result()
            if isinstance(reserved, Trapped) or reserved == 0:
                raise Stop(StopReason.OUT_OF_MEMORY, "there is no memory for the arguments")
            room = reserved
        instance.start(export, request, room=room)
        await self._finish(deadline)
        return self._outcome(instance.result(), export)

    async def _finish(self, deadline: float | None) -> None:
        """Polls the started call to its end, on the loop first and on a worker later."""
        ticker = self._sandbox.ticker
        ticker.enter()
        try:
            finished = self._instance.poll()
            while not finished:
                self._check(deadline)
                if self._instance.waiting:
                    ticker.leave()
                    try:
                        await self._serve(deadline)
                    finally:
                        ticker.enter()
                    finished = self._instance.poll()
                else:
                    finished = await self._poll_on_worker(deadline)
        finally:
            ticker.leave()

    def _check(self, deadline: float | None) -> None:
        """Raises what a callback could not, and the reasons to stop."""
        fault = self._instance.fault
        if fault is not None:
            raise fault
        if self._cancelled:
            raise Stop(StopReason.CANCELLED, "the call was cancelled")
        if deadline is not None and time.perf_counter() >= deadline:
            raise Stop(StopReason.TIMED_OUT, "")

    async def _serve(self, deadline: float | None) -> None:
        """Runs the host function that the script waits for, on the event loop, up to the call's deadline."""
        pending = self._calls.take_pending()
        if pending is None:
            raise BadGuestAnswer("the script waits for nothing")
        if not pending.function.asynchronous and not pending.function.blocking:
            self._instance.answer(*self._calls.run_plain(pending))
            return
        began = time.perf_counter()
        task = asyncio.ensure_future(self._calls.run(pending))
        stop = self._stop_waiting = asyncio.get_running_loop().create_future()
        try:
            left = None if deadline is None else max(0.0, deadline - time.perf_counter())
            await asyncio.wait((task, stop), timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stop_waiting = None
            self._registry.metrics.record_wait(pending.function.capability, time.perf_counter() - began)
            # Told to stop, but not waited for: a function that does not listen must not keep the call.
            if not task.done():
                task.cancel()
        if not task.done() or task.cancelled():
            self._check(deadline)
            raise Stop(StopReason.CANCELLED, f"{pending.function.name} was cancelled")
        reply = task.result()
        self._check(deadline)
        self._instance.answer(*reply)

    async def _poll_on_worker(self, deadline: float | None) -> bool:
        """Lets a worker thread poll until the call ends, waits, or must stop. True when it ended."""
        self._calls.on_worker = True
        turn = self._turn
        self._turn += 1
        job = self._job = self._sandbox.workers.submit(lambda: self._spin(deadline, turn), turn)
        try:
            left = None if deadline is None else max(0.0, deadline - time.perf_counter())
            if not await job.wait(left) and not job.cancel():
                # A thread is polling: it sees the deadline at its next slice.
                await job.wait()
        except asyncio.CancelledError:
            await self._leave_worker(job)
            raise
        except GeneratorExit:
            # The loop is gone and nothing can be awaited any more: a thread that polls ends with its slice, and the
            # clock that ends it must not be left before.
            self._cancelled = True
            if not job.cancel():
                job.join()
            raise
        finally:
            self._calls.on_worker = False
            self._job = None
        return job.result()

    async def _leave_worker(self, job: Job) -> None:
        """Waits until no thread is inside of the instance: it must not be dropped before."""
        self._cancelled = True
        over = job.cancel()
        while not over:
            with contextlib.suppress(asyncio.CancelledError):
                over = await job.wait()

    def _spin(self, deadline: float | None, turn: int) -> bool:
        """On a worker's thread: polls slice by slice; gives the worker back when others wait for one."""
        instance, workers = self._instance, self._sandbox.workers
        slices, fair = 0, workers.slices(turn)
        while not instance.poll():
            slices += 1
            if instance.waiting or instance.fault is not None or self._cancelled:
                return False
            if deadline is not None and time.perf_counter() >= deadline:
                return False
            if slices >= fair and workers.crowded:
                return False
        return True

    def _outcome(self, result: int | Trapped, export: str) -> Outcome:
        instance = self._instance
        memory = instance.memory_size()
        if isinstance(result, Trapped):
            self.spent = True
            return Outcome(_TRAPS[result.trap], message=result.message, memory_bytes=memory)
        most = (self.policy.max_result_bytes if export == "call" else _MOST_ANSWER_BYTES) + _ANSWER_HEAD
        pointer, length = result >> 32, result & 0xFFFFFFFF
        # What the script itself produces is limited in the guest; diagnostics and errors are not.
        if length > max(most, _MOST_ANSWER_BYTES):
            raise BadGuestAnswer(f"the guest gave an answer of {length:,} bytes, the limit is {most:,}")
        answer = instance.read(pointer, length)
        if answer.startswith(b"\0") and export != "load":
            return Outcome(StopReason.FINISHED, answer[1:], memory_bytes=memory)
        status, text = protocol.split_answer(answer)
        if status is not Status.VALUE and instance.out_of_memory():
            # Rune turns a refused allocation into an error of the script; the memory stays full.
            self.spent = True
            return Outcome(StopReason.OUT_OF_MEMORY, message="the memory limit was reached", memory_bytes=memory)
        outcome = Outcome(_STATUS_REASONS[status], memory_bytes=memory)
        if status is Status.VALUE:
            outcome.diagnostics = protocol.diagnostics(text, self.name)
        elif status is Status.TOOL_ERROR:
            outcome.value = text
        elif status is Status.NOT_COMPILED:
            outcome.diagnostics = protocol.diagnostics(text, self.name)
            errors = [d for d in outcome.diagnostics if d.severity == "error"]
            outcome.message = errors[0].message if errors else "the source does not compile"
            outcome.location = errors[0].location if errors else None
        else:
            fields = protocol.parse_object(text)
            outcome.message = protocol.text_of(fields.get("message"), "the script stopped")
            outcome.location = protocol.location(fields, self.name)
            details = {k: fields[k] for k in ("backtrace", "note", "path") if k in fields}
            if status is Status.BAD_VALUE and fields.get("limit") is True:
                outcome.reason = StopReason.LIMIT
                details["limit"] = "result"
            outcome.details = details
        return outcome
