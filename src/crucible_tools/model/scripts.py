"""What the engine tells about the scripts that it holds, and about what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptInfo:
    """A script that was compiled, or could not be.

    Args:
        script_id: names it to the engine; the same source under the same name has the same id.
        name: what it is called in messages.
        source_hash: SHA-256 of its source, hexadecimal.
        source_bytes: length of its source in UTF-8.
        valid: whether it compiled when that was tried last.
        message: why not; empty when it did.
        diagnostics: all that the compiler said, warnings too.
        compiled_at: when that was tried last, in UTC.
        calls: how often it was executed.
        last_called: when it was executed last, in UTC.
        loaded: whether its next call finds it compiled.
        kept: whether it stays until it is deleted; one that was only executed by its source goes when it gets old.
    """

    script_id: str
    name: str
    source_hash: str
    source_bytes: int
    valid: bool
    message: str
    diagnostics: tuple[Diagnostic, ...]
    compiled_at: datetime
    calls: int = 0
    last_called: datetime | None = None
    loaded: bool = False
    kept: bool = True

    def to_json(self) -> JsonObject:
        """The facts as a JSON object."""
        return {
            "script_id": self.script_id,
            "name": self.name,
            "source_hash": self.source_hash,
            "source_bytes": self.source_bytes,
            "valid": self.valid,
            "message": self.message,
            "diagnostics": [diagnostic.to_json() for diagnostic in self.diagnostics],
            "compiled_at": self.compiled_at.isoformat(),
            "calls": self.calls,
            "last_called": self.last_called.isoformat() if self.last_called else None,
            "loaded": self.loaded,
            "kept": self.kept,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSecurity:
    """What a script needs to be allowed, compared with a policy; the host checks each call all the same.

    Args:
        allowed: whether the policy has everything that the script names, and the script compiles.
        capabilities: what its host functions need, sorted.
        missing: those of them that the policy lacks.
        host_functions: the host functions that it names, sorted.
        unknown_functions: those that nobody registered.
        lowest_level: the lowest level that has all capabilities; None when a function exists nowhere.
        message: why it could not be read; empty when it could.
    """

    allowed: bool
    capabilities: tuple[str, ...]
    missing: tuple[str, ...]
    host_functions: tuple[str, ...]
    unknown_functions: tuple[str, ...]
    lowest_level: SecurityLevel | None
    message: str = ""

    def to_json(self) -> JsonObject:
        """The facts as a JSON object."""
        return {
            "allowed": self.allowed,
            "capabilities": list(self.capabilities),
            "missing": list(self.missing),
            "host_functions": list(self.host_functions),
            "unknown_functions": list(self.unknown_functions),
            "lowest_level": self.lowest_level.value if self.lowest_level else None,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class CacheStats:
    """How well compiled scripts are kept.

    Args:
        entries: tools and scripts that are kept loaded.
        bytes: estimated memory of what is kept.
        hits: calls that found their script loaded.
        misses: calls that had to compile it.
        evictions: tools and scripts that gave up what they kept, to make room.
    """

    entries: int = 0
    bytes: int = 0
    hits: int = 0
    misses: int = 0
    evictions: int = 0

    @property
    def hit_rate(self) -> float:
        """Part of the calls that found their script loaded; 0 without calls."""
        calls = self.hits + self.misses
        return self.hits / calls if calls else 0.0

    def to_json(self) -> JsonObject:
        """The figures as a JSON object."""
        return {
            "entries": self.entries,
            "bytes": self.bytes,
            "hits": self.hits,
            "misses": self.misses,
            "evictions": self.evictions,
            "hit_rate": self.hit_rate,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionStats:
    """What the calls of an engine came to, tools and scripts together.

    Args:
        calls: those that ended, refused ones too.
        succeeded: those that gave a value.
        failed: those that gave none, whyever.
        refused: those that were refused because too many waited.
        average_time: of a call that was not sent away (busy, or refused by a hook), waiting included; 0 without such.
        running: calls that run now.
        waiting: calls that wait now.
        cache: how often a call found its script compiled.
    """

    calls: int = 0
    succeeded: int = 0
    failed: int = 0
    refused: int = 0
    average_time: timedelta = timedelta(0)
    running: int = 0
    waiting: int = 0
    cache: CacheStats = field(default_factory=CacheStats)

    def to_json(self) -> JsonObject:
        """The figures as a JSON object; `average_time` in seconds."""
        return {
            "calls": self.calls,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "refused": self.refused,
            "average_time": self.average_time.total_seconds(),
            "running": self.running,
            "waiting": self.waiting,
            "cache": self.cache.to_json(),
        }
