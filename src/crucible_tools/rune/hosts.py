"""Which host functions a source names, what they need, and which of them exist nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.host_functions import APPLICATION_ROOTS, KNOWN, NEVER_IMPLEMENTED, near_names
from crucible_tools.model.locations import Location
from crucible_tools.model.policy import lowest_level
from crucible_tools.rune.facts import HostCall
from crucible_tools.rune.report import Reason

CapabilityOf: TypeAlias = Callable[[str], str | None]
"""Gives the capability of a function that an application registered, or None if nobody did."""

_MOST_REASONS: Final = 20


@dataclass(frozen=True, slots=True)
class HostUse:
    """What a source needs of its host.

    Args:
        functions: canonical names of functions that exist, or that an application can register; sorted.
        unknown: names that exist nowhere, sorted.
        capabilities: what the functions need, sorted.
        lowest_level: the lowest level that has them; None when a function exists nowhere.
        reasons: one for each unknown function.
        needs: capability, function and line of each place where a function is named, by line.
    """

    functions: tuple[str, ...]
    unknown: tuple[str, ...]
    capabilities: tuple[str, ...]
    lowest_level: SecurityLevel | None
    reasons: tuple[Reason, ...]
    needs: tuple[tuple[str, str, int], ...] = ()


def canonical(name: str) -> str:
    """The name that the table knows a function by: `crucible::http::http_get` is `crucible::http_get`."""
    if name in KNOWN or not name.startswith("crucible::"):
        return name
    _, _, inner = name.partition("::")
    _, _, last = inner.partition("::")
    for other in (f"crucible::{last}", inner):
        if last and (other in KNOWN or other in NEVER_IMPLEMENTED):
            return other
    return name


def host_use(calls: Iterable[HostCall], path: str, *, compiles: bool, capability_of: CapabilityOf | None) -> HostUse:
    """Sorts the paths that lead out of a source.

    Args:
        calls: those paths.
        path: the source's path, for places.
        compiles: whether it compiles: then every function is one that somebody registered.
        capability_of: what the application registered.
    """
    functions: set[str] = set()
    capabilities: set[str] = set()
    unknown: dict[str, HostCall] = {}
    needs: set[tuple[int, str, str]] = set()
    for call in calls:
        name = canonical(call.name)
        known = KNOWN.get(name)
        if known:
            functions.add(name)
            capabilities.add(known.capability)
            needs.add((call.line, name, known.capability))
            continue
        registered = capability_of(name) if capability_of else None
        root = name.partition("::")[0]
        if registered is not None or root in APPLICATION_ROOTS or (compiles and not call.guessed):
            functions.add(name)
            capabilities.add(registered or root)
            needs.add((call.line, name, registered or root))
        elif not call.guessed:
            unknown.setdefault(name, call)
    return HostUse(
        functions=tuple(sorted(functions)),
        unknown=tuple(sorted(unknown)),
        capabilities=tuple(sorted(capabilities)),
        lowest_level=None if unknown else lowest_level(capabilities),
        reasons=tuple(_unknown(name, call, path) for name, call in list(unknown.items())[:_MOST_REASONS]),
        needs=tuple((capability, name, line) for line, name, capability in sorted(needs)),
    )


def _unknown(name: str, call: HostCall, path: str) -> Reason:
    near = near_names(name)
    what = "was documented once and exists in no host" if name in NEVER_IMPLEMENTED else "exists in no host"
    hint = f"did you mean {' or '.join(f'`{other}`' for other in near)}?" if near else None
    place = Location(path, call.line, call.column, call.length)
    return Reason("RN201", "error", f"`{name}` {what}", hint=hint, location=place)
