"""What whoever runs an engine does with it: its policies, what it keeps compiled, its figures, and how it does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crucible_tools.engine.hooking import Hooking
from crucible_tools.engine.selftest import Check, run_self_test
from crucible_tools.engine.spare import give_back
from crucible_tools.errors import EngineClosed, ToolError, ToolNotFound
from crucible_tools.model.enums import StopReason
from crucible_tools.model.health import ServiceHealth
from crucible_tools.model.near import near
from crucible_tools.model.policy import Policy
from crucible_tools.model.scripts import CacheStats, ExecutionStats
from crucible_tools.model.services import ServiceMetrics
from crucible_tools.monitoring.metrics import average_time

if TYPE_CHECKING:
    from crucible_tools.engine.scripts import Script
    from crucible_tools.engine.tool import LoadedTool
    from crucible_tools.monitoring.snapshot import EngineSnapshot


class Operating(Hooking):
    """What operators do with an engine. See `EngineCore` for the arguments."""

    # Resources

    def get_resource_limits(self) -> Policy:
        """The limits of each VM and call of a tool without a policy of its own; the engine's are in `get_config`."""
        return self.config.effective_policy()

    def cleanup_resources(self) -> int:
        """Frees VMs that have been idle for longer than the configuration says; how many. It happens by itself too.

        Memory that is free then goes back to the system, as far as the C library can.
        """
        freed, more = self._pools.release_idle()
        while more:
            some, more = self._pools.release_idle()
            freed += some
        give_back()
        return freed

    # Policies

    def get_security_policy(self, name: str | None = None) -> Policy:
        """The policy of a tool or of a script; the one of all that have none of their own if no name is given.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
        """
        return self.config.effective_policy() if name is None else self._target(name).pool.policy

    async def set_security_policy(self, policy: Policy | None, name: str | None = None) -> None:
        """Puts another policy in force; calls that run finish under theirs.

        Args:
            policy: None stands for the engine's own (with a name), or for the security level's (without).
            name: of a tool, or id of a script; all that have no policy of their own if not given.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
            ConfigurationError: no VM can run under it; nothing was changed.
        """
        if name is None:
            await self.reload_config(replace(self.config, policy=policy))
            return
        target = self._target(name)
        before, held = target.pool.policy, policy or self.config.effective_policy()
        self._try_policy(held)
        target.move(self._pool(target.name, target.pool.source, held), self._queue)
        target.own_policy = policy is not None
        self._tell_policy(target.name, before, held)

    def _target(self, name: str) -> LoadedTool | Script:
        found = self._tools.get(name) or self._scripts.find(name)
        return found if found is not None else self._tool(name)

    def _tool(self, name: str) -> LoadedTool:
        tool = self._tools.get(name)
        if tool is None:
            raise ToolNotFound(name, near=near(name, list(self._tools)))
        return tool

    # Cache

    async def precompile(self, names: Iterable[str] = ()) -> int:
        """Compiles what its next call would have to compile first.

        Args:
            names: of tools, and ids of scripts; all, as far as the cache has room, if empty.

        Returns:
            How many were compiled. What does not compile any more is left to its next call, which says why.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
        """
        self._open()
        chosen = [self._target(name) for name in names] or [*self._tools.values(), *self._scripts]
        done = 0
        for target in chosen:
            if not target.pool.bytes and self._pools.has_room:
                with contextlib.suppress(ToolError):
                    await target.pool.load()
                    done += 1
        return done

    def clear_cache(self, name: str | None = None) -> int:
        """Frees VMs that no call uses, and page images; the next call compiles again.

        With everything cleared, memory that is free goes back to the system, as far as the C library can.

        Args:
            name: of a tool, or id of a script; everything if not given.

        Returns:
            How many VMs were freed.

        Raises:
            ToolNotFound: there is neither a tool of this name nor a script of this id.
        """
        if name is not None:
            return self._pools.clear_one(self._target(name).pool)
        freed = self._pools.clear()
        give_back()
        return freed

    def get_cache_stats(self) -> CacheStats:
        """How well compiled tools and scripts are kept, since the engine began."""
        return self._pools.stats()

    # Metrics

    def get_metrics(self) -> ServiceMetrics:
        """What the calls of each tool came to, since the engine began or `reset_metrics`."""
        stats = self.get_execution_stats()
        return ServiceMetrics(
            since=self._since,
            calls=stats.calls,
            succeeded=stats.succeeded,
            failed=stats.failed,
            average_time=stats.average_time,
            loaded_vms=self.instances,
            tools=self.metrics.snapshot(),
        )

    def reset_metrics(self) -> None:
        """Starts all figures at zero again."""
        self.metrics.reset()
        self._since = datetime.now(UTC)

    def get_execution_stats(self) -> ExecutionStats:
        """What all calls came to, tools and scripts together, since the engine began or `reset_metrics`."""
        calls = succeeded = refused = 0
        for record in self.metrics.all():
            calls += record.calls
            succeeded += record.reasons.get(StopReason.FINISHED.value, 0)
            refused += record.reasons.get("busy", 0)
        return ExecutionStats(
            calls=calls,
            succeeded=succeeded,
            failed=calls - succeeded,
            refused=refused,
            average_time=average_time(self.metrics.all()),
            running=self._queue.running,
            waiting=self._queue.waiting,
            cache=self._pools.stats(),
        )

    # Health

    async def health(self) -> ServiceHealth:
        """How the engine does, by the thresholds of `monitoring.thresholds` and what happened in the last minutes.

        Another status than the last time is published.
        """
        from crucible_tools.monitoring.thresholds import HealthWatch

        self._watch = self._watch or HealthWatch(self.config.health)
        return self._health.look(self._watch.judge(self.snapshot()))

    async def liveness(self) -> bool:
        """Whether the engine can do its work: a fresh VM compiles a script within a second."""
        try:
            async with asyncio.timeout(1):
                return (await self.check_source("pub fn main() { 1 }", "liveness")).ok
        except (TimeoutError, EngineClosed):
            return False

    def readiness(self) -> bool:
        """Whether a call would be let in now: the engine runs, and there is a place to run or to wait."""
        return self._sandbox is not None and not self._queue.full

    def snapshot(self) -> EngineSnapshot:
        """All figures of now: `monitoring.prometheus` shows them, `monitoring.thresholds` judges them."""
        from crucible_tools.monitoring.snapshot import snapshot_of

        return snapshot_of(
            self.metrics, self.get_resource_usage(), datetime.now(UTC), running=self.is_running, since=self._since
        )

    async def self_test(self) -> list[Check]:
        """Checks the engine on this machine: versions, cache, a call, each limit. For `crucible doctor`."""
        return await run_self_test(self._open(), self._registry)
