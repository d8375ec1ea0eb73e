"""The pools that keep something for the next call: which, for how long, and how often that helped."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.images import ImageStore
from crucible_tools.events import CacheCleared, EventBus, ScriptCached
from crucible_tools.model.enums import Isolation
from crucible_tools.model.scripts import CacheStats

if TYPE_CHECKING:
    from crucible_tools.config import ScriptEngineConfig
    from crucible_tools.engine.pool import Pool

_MOST_AT_ONCE: Final = 64
"""VMs that one sweep frees: each takes some 20 µs, and the event loop waits."""


class Pools:
    """The pools that keep something, the least recently used first, bounded by their number and their memory.

    Args:
        config: the bounds, and whether anything is kept.
        now: the engine's own clock, in seconds.
        events: where it is published what is kept.
    """

    def __init__(self, config: ScriptEngineConfig, now: Callable[[], float], events: EventBus | None = None) -> None:
        self.now = now
        self._events = events or EventBus()
        self.hits = 0
        self.misses = 0
        self._bytes = 0
        self._evictions = 0
        self._kept: OrderedDict[Pool, None] = OrderedDict()
        self.configure(config)

    def configure(self, config: ScriptEngineConfig) -> None:
        """Other bounds from now on; what is beyond them is freed."""
        self._most = config.max_cache_size
        self._most_bytes = config.max_cache_bytes
        self._idle_s = config.idle_timeout
        self.isolation = config.isolation
        self.keeps = config.enable_caching and config.max_cache_size > 0
        """Whether anything is kept between calls."""
        self.keeps_vms = self.keeps and config.isolation is Isolation.PER_TOOL
        """Whether a VM that has had a call may have another one."""
        folder = config.image_cache if self.keeps else None
        self.images = ImageStore(folder, config.max_cache_size) if folder is not None else None
        """Where images outlive the engine."""
        for pool in tuple(self._kept) if not self.keeps_vms else ():
            pool.free_vms()
            self.used(pool)
        self._make_room()

    def used(self, pool: Pool) -> None:
        """Notes a use: the pool is the last one now to give up what it keeps, unless it is beyond the bounds itself."""
        pool.used_at = self.now()
        kept = self._kept
        change = pool.bytes - pool.charged
        if change:
            self._bytes += change
            pool.charged = pool.bytes
        if not pool.bytes:
            kept.pop(pool, None)
            return
        if pool in kept:
            kept.move_to_end(pool)
        else:
            kept[pool] = None
            if self._events.heard:
                self._events.publish(ScriptCached(identifier=pool.name))
        if len(kept) > self._most or self._bytes > self._most_bytes:
            self._make_room()

    def forget(self, pool: Pool) -> None:
        """The pool keeps nothing any more."""
        self._bytes -= pool.charged
        pool.charged = 0
        self._kept.pop(pool, None)

    def _make_room(self) -> None:
        while self._kept and (len(self._kept) > self._most or self._bytes > self._most_bytes):
            pool = next(iter(self._kept))
            pool.free_idle()
            self.forget(pool)
            self._evictions += 1

    def release_idle(self) -> tuple[int, bool]:
        """Frees what was used last longer ago than the configuration says, a bounded number of VMs at once.

        Returns:
            How many VMs were freed, and whether there may be more of them.
        """
        if self._idle_s is None:
            return 0, False
        before, freed = self.now() - self._idle_s, 0
        for pool in tuple(self._kept):
            freed += pool.free_idle(before=before)
            self._bytes += pool.bytes - pool.charged
            pool.charged = pool.bytes
            if not pool.bytes:
                del self._kept[pool]
            if freed >= _MOST_AT_ONCE:
                return freed, True
        return freed, False

    def clear(self) -> int:
        """Frees everything that no call uses; how many VMs there were."""
        freed, count = 0, len(self._kept)
        for pool in tuple(self._kept):
            freed += pool.free_idle()
            self.forget(pool)
        self._events.publish(CacheCleared(count=count))
        return freed

    def clear_one(self, pool: Pool) -> int:
        """Frees what one pool keeps and no call uses; how many VMs there were."""
        count = int(pool in self._kept)
        freed = pool.free_idle()
        self.forget(pool)
        self._events.publish(CacheCleared(identifier=pool.name, count=count))
        return freed

    @property
    def has_room(self) -> bool:
        """Whether one more can be kept without another being let go."""
        return self.keeps and len(self._kept) < self._most and self._bytes < self._most_bytes

    def stats(self) -> CacheStats:
        """The figures now."""
        return CacheStats(len(self._kept), self._bytes, self.hits, self.misses, self._evictions)
