"""A registered tool: its source, its policy, and the VMs that it has loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crucible_tools.engine.arguments import Arguments
from crucible_tools.engine.turns import Turns
from crucible_tools.errors import CallRefused, CompileFailed, ToolInactive
from crucible_tools.model.enums import StopReason

if TYPE_CHECKING:
    from crucible_tools.engine.outcome import Outcome
    from crucible_tools.engine.registry import Registry
    from crucible_tools.engine.sandbox import Sandbox
    from crucible_tools.engine.vm import VM
    from crucible_tools.model.policy import Policy
    from crucible_tools.model.tools import ToolDefinition
    from crucible_tools.monitoring.metrics import ToolMetrics

_MOST_IDLE: Final = 128
"""VMs that a tool keeps when its calls are over; a burst's others are freed."""


class LoadedTool:
    """One tool with its own VMs: one call a VM at a time, several VMs when it is called concurrently."""

    def __init__(
        self, sandbox: Sandbox, registry: Registry, definition: ToolDefinition, source: str, policy: Policy,
        metrics: ToolMetrics,
    ) -> None:  # fmt: skip
        self.definition = definition
        self.source = source
        self.policy = policy
        self.metrics = metrics
        self.arguments = Arguments(definition, policy)
        self._sandbox = sandbox
        self._registry = registry
        self._idle: list[VM] = []
        self._busy: set[VM] = set()
        self._turns = Turns(policy.concurrent_calls)
        self._closed = False

    async def load(self) -> Outcome:
        """Compiles the source in a VM that the first call uses.

        Raises:
            CompileFailed: the source does not compile, or not within its limits.
            CallRefused: a limit of the policy is too small for it.
        """
        vm, outcome = await self._new_vm()
        self._idle.append(vm)
        return outcome

    async def _new_vm(self) -> tuple[VM, Outcome]:
        vm = self._sandbox.vm(self._registry, self.policy, self.definition.name)
        try:
            outcome = await vm.load(self.source)
        except BaseException:
            vm.close()
            raise
        if outcome.ok:
            return vm, outcome
        vm.close()
        if outcome.reason is StopReason.LIMIT:
            raise CallRefused(f"{self.definition.name}: {outcome.message}")
        raise CompileFailed(
            f"{self.definition.name} does not compile: {outcome.message}",
            diagnostics=outcome.diagnostics,
            reason=outcome.reason,
        )

    async def acquire(self) -> VM:
        """A loaded VM of its own for one call; waits, first come first served, while all allowed ones are taken."""
        await self._turns.take()
        try:
            if self._closed:
                raise ToolInactive(f"{self.definition.name} was removed while the call waited for its turn")
            vm = self._idle.pop() if self._idle else (await self._new_vm())[0]
        except BaseException:
            self._turns.give()
            raise
        self._busy.add(vm)
        return vm

    def try_acquire(self) -> VM | None:
        """A loaded VM for one call, if there is one at once."""
        if not self._idle or not self._turns.try_take():
            return None
        vm = self._idle.pop()
        self._busy.add(vm)
        return vm

    def release(self, vm: VM, *, keep: bool) -> None:
        """Takes the VM back after a call; a spent one is freed."""
        self._busy.discard(vm)
        if vm.spent or self._closed or not keep or len(self._idle) >= _MOST_IDLE:
            vm.close()
        else:
            self._idle.append(vm)
        self._turns.give()

    def free_idle(self) -> None:
        """Frees the VMs that no call uses; the next call loads one again."""
        while self._idle:
            self._idle.pop().close()

    def close(self) -> None:
        """Frees all VMs; running calls are cancelled. May be called twice."""
        self._closed = True
        self.free_idle()
        for vm in tuple(self._busy):
            vm.close()
