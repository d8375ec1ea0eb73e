"""What a VM may use and do: limits and capabilities, and the three security levels.

The figures are the table "Security levels (exact, enforced)" of the contract; MB is 2**20 bytes.
What its rows on files, network and processes allow is in the grants (`model.grants`).
Compile time, host calls and sizes are not in that table: they are the engine's own limits, which
hold on every level unless the table says "unlimited".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, TypeVar

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.grants import (
    ALL,
    NO_FILES,
    NO_HTTP,
    NO_PROGRAMS,
    Everything,
    FileGrant,
    HttpGrant,
    ProcessGrant,
    file_grant,
    grant_to_json,
    http_grant,
    process_grant,
)

_Number = TypeVar("_Number", int, float)

KIB: Final = 2**10
MIB: Final = 2**20
GIB: Final = 2**30

Capabilities: TypeAlias = frozenset[str] | Everything
"""Last segments of module names (`basic json http file process`, an application's `db`), or ALL."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits and capabilities that one VM runs under; `None` means unlimited.

    Args:
        level: the security level that it started from.
        memory_bytes: the VM's whole linear memory, compiled code included.
        timeout_s: wall time of a call, host calls included, in seconds.
        compile_timeout_s: wall time of compiling one source, in seconds.
        concurrent_calls: calls of one tool that may run at the same time.
        capabilities: modules whose functions the host answers.
        max_source_bytes: length of one source.
        max_argument_bytes: length of a call's arguments as JSON.
        max_result_bytes: length of a call's result as JSON.
        max_depth: nesting of arguments and of the result.
        max_host_calls: host calls in one call of a tool.
        max_host_call_bytes: length of one host call's arguments, or of its reply, as JSON.
        max_log_bytes: length of everything that one call logs or prints.
        http: what the capability `http` may be used for.
        files: the same of `file`.
        programs: the same of `process`.
    """

    level: SecurityLevel
    memory_bytes: int
    timeout_s: float | None
    compile_timeout_s: float
    concurrent_calls: int | None
    capabilities: Capabilities
    max_source_bytes: int = MIB
    max_argument_bytes: int = 4 * MIB
    max_result_bytes: int = 4 * MIB
    max_depth: int = 64
    max_host_calls: int | None = 10_000
    max_host_call_bytes: int = 4 * MIB
    max_log_bytes: int = 256 * KIB
    http: HttpGrant = NO_HTTP
    files: FileGrant = NO_FILES
    programs: ProcessGrant = NO_PROGRAMS

    @staticmethod
    def for_level(level: SecurityLevel) -> "Policy":
        """The policy of a security level, exactly as the contract's table has it."""
        return _LEVELS[level]

    def allows(self, capability: str) -> bool:
        """Whether the host answers functions of this capability."""
        return self.capabilities is ALL or capability in self.capabilities

    def missing(self, capabilities: Iterable[str]) -> tuple[str, ...]:
        """Those of `capabilities` that this policy lacks, sorted."""
        return tuple(sorted(name for name in set(capabilities) if not self.allows(name)))

    def narrowed(
        self,
        *,
        memory_bytes: int | None = None,
        timeout_s: float | None = None,
        compile_timeout_s: float | None = None,
        concurrent_calls: int | None = None,
        capabilities: Capabilities | None = None,
        max_source_bytes: int | None = None,
        max_argument_bytes: int | None = None,
        max_result_bytes: int | None = None,
        max_depth: int | None = None,
        max_host_calls: int | None = None,
        max_host_call_bytes: int | None = None,
        max_log_bytes: int | None = None,
        http: HttpGrant | None = None,
        files: FileGrant | None = None,
        programs: ProcessGrant | None = None,
    ) -> "Policy":
        """This policy with some limits set; of two limits the stricter one holds.

        `None` leaves a limit as it is: the result never allows more than this policy does
        (contract.md: "A limit left unset is the level's; one that is set holds where it is stricter").
        """
        return replace(
            self,
            memory_bytes=_smaller(self.memory_bytes, memory_bytes),
            timeout_s=_stricter(self.timeout_s, timeout_s),
            compile_timeout_s=_smaller(self.compile_timeout_s, compile_timeout_s),
            concurrent_calls=_stricter(self.concurrent_calls, concurrent_calls),
            capabilities=_common(self.capabilities, capabilities),
            max_source_bytes=_smaller(self.max_source_bytes, max_source_bytes),
            max_argument_bytes=_smaller(self.max_argument_bytes, max_argument_bytes),
            max_result_bytes=_smaller(self.max_result_bytes, max_result_bytes),
            max_depth=_smaller(self.max_depth, max_depth),
            max_host_calls=_stricter(self.max_host_calls, max_host_calls),
            max_host_call_bytes=_smaller(self.max_host_call_bytes, max_host_call_bytes),
            max_log_bytes=_smaller(self.max_log_bytes, max_log_bytes),
            http=self.http if http is None else self.http.narrowed(http),
            files=self.files if files is None else self.files.narrowed(files),
            programs=self.programs if programs is None else self.programs.narrowed(programs),
        )

    def to_json(self) -> dict[str, Any]:
        """The policy as a JSON object; capabilities as a sorted list, or `"all"`."""
        return {
            "level": self.level.value,
            "memory_bytes": self.memory_bytes,
            "timeout_s": self.timeout_s,
            "compile_timeout_s": self.compile_timeout_s,
            "concurrent_calls": self.concurrent_calls,
            "capabilities": "all" if self.capabilities is ALL else sorted(self.capabilities),
            "max_source_bytes": self.max_source_bytes,
            "max_argument_bytes": self.max_argument_bytes,
            "max_result_bytes": self.max_result_bytes,
            "max_depth": self.max_depth,
            "max_host_calls": self.max_host_calls,
            "max_host_call_bytes": self.max_host_call_bytes,
            "max_log_bytes": self.max_log_bytes,
            "http": grant_to_json(self.http),
            "files": grant_to_json(self.files),
            "programs": grant_to_json(self.programs),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Policy":
        """The policy that `to_json` wrote. One that was written before there were grants has its level's.

        Raises:
            KeyError, TypeError, ValueError: the object is not one that `to_json` wrote.
        """
        values: dict[str, Any] = dict(data)
        values["level"] = SecurityLevel(data["level"])
        values["capabilities"] = ALL if data["capabilities"] == "all" else frozenset(data["capabilities"])
        level = _LEVELS[values["level"]]
        values["http"] = http_grant(data["http"]) if "http" in data else level.http
        values["files"] = file_grant(data["files"]) if "files" in data else level.files
        values["programs"] = process_grant(data["programs"]) if "programs" in data else level.programs
        return Policy(**values)


def lowest_level(capabilities: Iterable[str]) -> SecurityLevel:
    """The lowest security level that has all of `capabilities`.

    An application's own capability is in no level's list, and DEVELOPMENT allows every registered one.
    """
    wanted = frozenset(capabilities)
    for level in (SecurityLevel.SAFE, SecurityLevel.PRODUCTION):
        if not _LEVELS[level].missing(wanted):
            return level
    return SecurityLevel.DEVELOPMENT


def _smaller(held: _Number, wanted: _Number | None) -> _Number:
    return held if wanted is None else min(held, wanted)


def _stricter(held: _Number | None, wanted: _Number | None) -> _Number | None:
    if held is None or wanted is None:
        return wanted if held is None else held
    return min(held, wanted)


def _common(held: Capabilities, wanted: Capabilities | None) -> Capabilities:
    if wanted is None or wanted is ALL:
        return held
    return wanted if held is ALL else held & wanted


_LEVELS: Final[dict[SecurityLevel, Policy]] = {
    SecurityLevel.SAFE: Policy(
        level=SecurityLevel.SAFE,
        memory_bytes=50 * MIB,
        timeout_s=10.0,
        compile_timeout_s=10.0,
        concurrent_calls=10,
        capabilities=frozenset({"basic"}),
    ),
    SecurityLevel.PRODUCTION: Policy(
        level=SecurityLevel.PRODUCTION,
        memory_bytes=100 * MIB,
        timeout_s=30.0,
        compile_timeout_s=10.0,
        concurrent_calls=50,
        capabilities=frozenset({"basic", "http", "json"}),
        http=HttpGrant(hosts=ALL),
    ),
    SecurityLevel.DEVELOPMENT: Policy(
        level=SecurityLevel.DEVELOPMENT,
        memory_bytes=4 * GIB,
        timeout_s=None,
        compile_timeout_s=60.0,
        concurrent_calls=None,
        capabilities=ALL,
        max_host_calls=None,
        http=HttpGrant(hosts=ALL, private=ALL),
        files=FileGrant(read=ALL, write=ALL),
        programs=ProcessGrant(programs=ALL, environment=ALL),
    ),
}
