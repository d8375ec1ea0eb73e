"""The sandbox: the compiled guest, its clock and its workers, and the VMs that are made of it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.engine.cache import guest_file, guest_identity, load_runtime
from crucible_tools.engine.ticker import Ticker
from crucible_tools.engine.turns import Turns
from crucible_tools.engine.vm import VM
from crucible_tools.engine.wasm.capi import SUPPORTED
from crucible_tools.engine.workers import Workers
from crucible_tools.errors import EngineClosed

if TYPE_CHECKING:
    from crucible_tools.engine.poller import Habit
    from crucible_tools.engine.registry import Registry
    from crucible_tools.model.policy import Policy


class Sandbox:
    """Everything that all VMs of an engine share.

    Args:
        cache: folder of the compiled guest; the user's cache folder if not given.
        guest: another guest than the package's own, for tests of a rebuilt one.

    Raises:
        EngineUnavailable: wasmtime is another version than the tested one, or the guest does not load.
    """

    def __init__(self, *, cache: Path | None = None, guest: Path | None = None) -> None:
        self.runtime = load_runtime(cache=cache, guest=guest)
        self._guest = guest_file(guest)
        self.ticker = Ticker(self.runtime.tick)
        self.workers = Workers()
        self.long_slices = Turns(1)
        """Who may use a slice of the event loop after having used some of a worker: one call at a time."""
        self.vms: set[VM] = set()
        """All VMs that are alive, so that none outlives the sandbox."""
        self.fresh_bytes = 0
        """Linear memory of a VM that nothing was loaded into; known with the first one."""
        self._closed = False

    @cached_property
    def identity(self) -> str:
        """What tells this guest, as wasmtime runs it, from any other: page images fit no other one."""
        return f"{guest_identity(self._guest)}-{SUPPORTED}"

    def vm(self, registry: Registry, policy: Policy, name: str, habit: Habit | None = None) -> VM:
        """A new, empty VM: some 50 µs."""
        if self._closed:
            raise EngineClosed("the engine is closed")
        vm = VM(self, registry, policy, name, habit)
        if not self.fresh_bytes:
            self.fresh_bytes = vm.memory_bytes
        return vm

    def cancel(self) -> None:
        """Cancels what runs and frees what does not; no new VM is made. On the event loop's thread."""
        self._closed = True
        for vm in tuple(self.vms):
            vm.close()

    def close(self) -> None:
        """Ends clock and workers; waits for the threads. May be called twice, and on any thread after `cancel`."""
        self._closed = True
        # A script on a worker's thread comes back at its next slice: the ticker must go on until then.
        self.workers.close()
        self.ticker.close()
