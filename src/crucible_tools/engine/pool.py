"""The VMs of one source under one policy."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.outcome import Outcome
from crucible_tools.engine.poller import Habit
from crucible_tools.errors import CallRefused, CompileFailed, EngineClosed, ToolError, ToolInactive
from crucible_tools.events import ScriptCompiled
from crucible_tools.model.enums import Isolation, StopReason
from crucible_tools.monitoring.logs import log_load

if TYPE_CHECKING:
    from crucible_tools.engine.calls import Execution
    from crucible_tools.engine.image import PageImage
    from crucible_tools.engine.images import ImageStore
    from crucible_tools.engine.pools import Pools
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.engine.vm import VM
    from crucible_tools.model.policy import Policy

_MOST_IDLE: Final = 128
"""VMs that a pool keeps when its calls are over; a burst's others are freed."""

VM_BYTES: Final = 160 << 10
"""What a loaded VM takes beyond the pages that it shares with all others (`make bench`, memory of a loaded VM)."""


class Pool:
    """The VMs of one source: one call a VM at a time, several VMs when it is called concurrently.

    The second VM that is needed leaves a page image behind, which all further ones are made of.

    Args:
        sandbox: where VMs come from.
        registry: the host functions that the script may find.
        name: of the tool or script, for messages.
        source: its text.
        policy: limits and capabilities of its VMs.
        pools: where it is kept.
    """

    def __init__(
        self, sandbox: Sandbox, registry: Registry, name: str, source: str, policy: Policy, pools: Pools
    ) -> None:
        self.name = name
        self.source = source
        self.policy = policy
        self.bytes = 0
        """Estimated memory of what it keeps while no call runs."""
        self.charged = 0
        """What `Pools` counted of it."""
        self.used_at = 0.0
        self._sandbox = sandbox
        self._registry = registry
        self._pools = pools
        self._idle: list[VM] = []
        self._busy: set[VM] = set()
        self._image: PageImage | None = None
        self._making: asyncio.Future[ToolError | None] | None = None
        """Done when the compilation is over that is to leave an image: what refused it, if anything did."""
        self._waiting = 0
        self._stored: str | None = None
        """The key of the image on disk that its VMs were made of."""
        self._distrusts = False
        self._habit = Habit()
        self._wasteful = False
        self._retired = False
        self._closed = False

    @property
    def idle(self) -> int:
        """How many VMs wait for a call."""
        return len(self._idle)

    @property
    def busy(self) -> int:
        """How many VMs have a call."""
        return len(self._busy)

    @property
    def image_bytes(self) -> int:
        """Size of the page image; 0 while there is none."""
        return self._image.size if self._image is not None else 0

    async def load(self, execution: Execution | None = None) -> Outcome:
        """Compiles the source; the first call uses what comes of it.

        Raises:
            CompileFailed: the source does not compile, or not within its limits.
            CallRefused: a limit of the policy is too small for it.
            ToolInactive: the pool was closed meanwhile.
            EngineClosed: the engine was stopped meanwhile.
        """
        vm, outcome = await self._compiled(execution)
        if self._retired or self._pools.isolation is Isolation.PER_CALL:
            vm.close()
        else:
            self._keep(vm, outcome.memory_bytes)
        if not self._retired:
            self._pools.used(self)
        return outcome

    async def _compiled(self, execution: Execution | None) -> tuple[VM, Outcome]:
        vm = self._sandbox.vm(self._registry, self.policy, self.name)
        if execution is not None:
            execution.vm = vm
        try:
            store = self._pools.images
            outcome = await (self._load(vm, execution) if store is None else self._restored(vm, store, execution))
            # Reading and writing an image takes a while, too, and the engine may be stopped meanwhile.
            if outcome.ok and not self._closed and not vm.closed:
                several = self._busy or self._waiting or self._wasteful or self._pools.isolation is Isolation.PER_CALL
                if several and self._image is None and self._pools.keeps and not self._retired:
                    self._image = vm.image()
                    self.bytes += self._image.size
                vm.habit = self._habit  # not before: how long it took to compile says nothing of its calls
                return vm, outcome
        except BaseException:
            vm.close()
            raise
        stopped = vm.closed
        vm.close()
        if self._closed:
            raise ToolInactive(f"{self.name} was removed while it was loaded")
        if stopped:
            raise self._stopped()
        if outcome.reason is StopReason.LIMIT:
            raise CallRefused(f"{self.name}: {outcome.message}")
        raise CompileFailed(
            f"{self.name} does not compile: {outcome.message}", diagnostics=outcome.diagnostics, reason=outcome.reason
        )

    async def _restored(self, vm: VM, store: ImageStore, execution: Execution | None) -> Outcome:
        """Loads the source from its image on disk, if there is one; else compiles it and leaves one there."""
        try:
            request = vm.load_request(self.source)
        except UnicodeEncodeError:
            return await self._load(vm, execution)
        key = f"{self._sandbox.identity} {hashlib.sha256(request).hexdigest()}"
        image = None if self._distrusts else await asyncio.to_thread(store.read, key)
        if vm.closed:
            raise self._stopped()
        if execution is not None and execution.cancelled:  # there was nothing in the VM yet that could be stopped
            return Outcome(StopReason.CANCELLED, message="the call was cancelled", memory_bytes=vm.memory_bytes)
        allowed = len(self.source.encode()) <= self.policy.max_source_bytes
        if image is not None and allowed and image.fits(self.policy.memory_bytes):
            vm.restore(image)
            self._stored = key
            return Outcome(StopReason.FINISHED, memory_bytes=vm.memory_bytes)
        outcome = await self._load(vm, execution)
        if outcome.ok and not outcome.diagnostics and not self._distrusts:
            # What the compiler had to say would be lost with it.
            await asyncio.to_thread(store.write, key, vm.image())
        return outcome

    def _stopped(self) -> EngineClosed:
        return EngineClosed(f"the engine was stopped while {self.name} was loaded")

    def _disown(self, key: str) -> None:
        """Compiles from now on, and never again trusts what is on disk for this source: it may be why a VM trapped."""
        self._stored, self._distrusts = None, True
        if self._image is not None:
            self.bytes -= self._image.size
            self._image = None
        self.free_vms()
        store = self._pools.images
        if store is not None:
            store.drop(key)  # blocks for some microseconds, once

    async def _load(self, vm: VM, execution: Execution | None) -> Outcome:
        """Loads the source, for a call if one needs it, and has it counted, told and traced."""
        name, tracing = self.name, self._registry.tracing
        began = time.perf_counter()
        if tracing is None:
            outcome = await vm.load(self.source)
        else:
            with tracing.load(name) as ended:
                outcome = await vm.load(self.source)
                ended(outcome.reason.value)
        seconds = time.perf_counter() - began
        self._registry.metrics.record_load(outcome.reason.value, seconds)
        log_load(name, outcome.reason.value, seconds, execution.call_id if execution is not None else None)
        if self._registry.events.heard:
            self._registry.events.publish(ScriptCompiled(identifier=name, reason=outcome.reason, seconds=seconds))
        return outcome

    def take(self, *, fresh: bool = False) -> VM | None:
        """A loaded VM for one call, if there is one at once.

        Args:
            fresh: whether it must be one that had no call before.
        """
        if self._idle and not fresh:
            vm = self._idle.pop()
            self.bytes -= vm.kept_bytes
        elif self._image is not None:
            vm = self._sandbox.vm(self._registry, self.policy, self.name, self._habit)
            vm.restore(self._image)
        else:
            return None
        self._pools.hits += 1
        self._busy.add(vm)
        return vm

    async def make(self, execution: Execution) -> VM:
        """A VM for one call, compiled for it; or made of the image that somebody else's leaves. Raises as `load` does.

        Raises:
            ToolInactive: the call was cancelled while it waited for that.
        """
        while self._making is not None:
            vm = await self._awaited(self._making, execution)
            if vm is not None:
                return vm
        self._pools.misses += 1
        if self._pools.keeps and self._image is None:
            self._making = asyncio.get_running_loop().create_future()
        making, refusal = self._making, None
        try:
            vm, _ = await self._compiled(execution)
        except ToolError as error:
            # Whoever waits would get no further; but another one's end, by time or by cancellation, is not theirs.
            refusal = error if not isinstance(error, CompileFailed) or error.reason is StopReason.SCRIPT_ERROR else None
            raise
        finally:
            if making is not None:
                self._making = None
                making.set_result(refusal)
        self._busy.add(vm)
        return vm

    async def _awaited(self, making: asyncio.Future[ToolError | None], execution: Execution) -> VM | None:
        """Waits until somebody else has compiled the source; a VM of the image that is left, if one is."""
        ticket = execution.ticket = asyncio.get_running_loop().create_future()
        self._waiting += 1
        try:
            await asyncio.wait((making, ticket), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting -= 1
            execution.ticket = None
        if execution.cancelled:
            raise ToolInactive(f"the call was cancelled while {self.name} was loaded")
        refusal = making.result()
        if refusal is not None:
            raise refusal
        return self.take(fresh=True)

    def put(self, vm: VM, memory_bytes: int) -> None:
        """Takes the VM back after a call; a spent one is freed.

        Args:
            vm: from `take` or `make`.
            memory_bytes: its linear memory, which never shrinks.
        """
        self._busy.discard(vm)
        if vm.trapped and self._stored is not None:
            self._disown(self._stored)
        # A tool whose calls are stopped needs VMs again and again: the next one leaves an image behind.
        self._wasteful = self._wasteful or vm.spent
        pools = self._pools
        if vm.spent or self._retired or not pools.keeps_vms or len(self._idle) >= _MOST_IDLE:
            vm.close()
        else:
            self._keep(vm, memory_bytes)
        if not self._retired:
            pools.used(self)

    def _keep(self, vm: VM, memory_bytes: int) -> None:
        vm.kept_bytes = VM_BYTES + max(0, memory_bytes - self._sandbox.fresh_bytes)
        vm.idle_since = self._pools.now()
        self._idle.append(vm)
        self.bytes += vm.kept_bytes

    def free_vms(self, *, before: float | None = None) -> int:
        """Frees the VMs that no call uses; a page image stays.

        Args:
            before: only what was used last before this time, in seconds of the engine's own clock.

        Returns:
            How many there were.
        """
        freed = 0
        # The one used last is taken first, so those at the front have been idle for longest.
        while freed < len(self._idle) and (before is None or self._idle[freed].idle_since < before):
            vm = self._idle[freed]
            self.bytes -= vm.kept_bytes
            vm.close()
            freed += 1
        del self._idle[:freed]
        return freed

    def free_idle(self, *, before: float | None = None) -> int:
        """Frees the VMs that no call uses, and the image with the last of them; the next call compiles again."""
        freed = self.free_vms(before=before)
        if self._image is not None and not self._idle and (before is None or self.used_at < before):
            self.bytes -= self._image.size
            self._image = None
        return freed

    def retire(self) -> None:
        """Keeps nothing from now on: calls that have begun, waiting ones too, are the last ones."""
        self._retired = True
        self.free_idle()
        self._pools.forget(self)

    def close(self) -> None:
        """Frees all VMs; running calls are cancelled. May be called twice."""
        self._closed = True
        self.retire()
        for vm in tuple(self._busy):
            vm.close()
