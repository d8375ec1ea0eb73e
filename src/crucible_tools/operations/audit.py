"""The audit: reading it, checking it, and adding what happens outside of runs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crucible_tools.errors import StateError, UsageError
from crucible_tools.migration.denials import facts_of, facts_of_act
from crucible_tools.model.audit import Head, Verification
from crucible_tools.model.enums import AuditKind
from crucible_tools.model.json import JsonObject
from crucible_tools.store.state import State

if TYPE_CHECKING:
    from crucible_tools.engine import Effect
    from crucible_tools.model.hooks import HookAct

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records are wanted.

    Args:
        kind: only those about this.
        tool: only those about this tool.
        most: only the last ones, so many.
    """

    kind: AuditKind | None = None
    tool: str | None = None
    most: int | None = None


async def records(place: str, wanted: Wanted) -> list[JsonObject]:
    """Records of the audit, the oldest first; none where there is no state yet.

    Raises:
        StateError: the state can't be read.
    """
    with State(place) as state:
        found = [record.to_json() for record in state.audit.records()] if state.exists() else []
    if wanted.kind is not None:
        found = [record for record in found if record.get("kind") == wanted.kind.value]
    if wanted.tool is not None:
        found = [record for record in found if record.get("tool") == wanted.tool]
    return found if wanted.most is None else found[len(found) - min(wanted.most, len(found)) :]


async def verify(place: str, known: str | None = None) -> Verification:
    """Check every record of the audit, and that the state is what they tell.

    Args:
        place: the state's folder or URL.
        known: a head that `verify` gave before, and that was kept elsewhere.

    Raises:
        UsageError: `known` is no head.
        StateError: the state can't be read.
    """
    try:
        head = None if known is None else Head.parse(known)
    except ValueError as error:
        raise UsageError(f"--head: {error}", hint="`crucible audit verify` prints it") from None
    with State(place) as state:
        if state.exists():
            return state.audit.verify(head)
    if head is not None and head.number:
        raise UsageError(f"--head: there is no state at {place}, and so no record {head.number:,}")
    return Verification(records=0, head=Head())


def record_denials(place: str, denied: Iterable[Effect], *, lost: int = 0) -> None:
    """Add what a policy did not allow. A state that can't be written is told in the log: the call has its result.

    Args:
        place: the state's folder or URL.
        denied: what was not allowed.
        lost: how often more was not allowed than could be remembered.
    """
    found = [facts_of(effect) for effect in denied]
    if lost:
        found.append({"lost": lost})
    try:
        with State(place) as state:
            if state.exists():
                state.audit.append((AuditKind.DENIAL, facts) for facts in found)
    except StateError as error:
        _log.warning("denials of a call could not be recorded: %s", error.message)


def record_acts(place: str, acts: Iterable[HookAct]) -> None:
    """Add what hooks did to a call. A state that can't be written is told in the log, as by `record_denials`."""
    try:
        with State(place) as state:
            if state.exists():
                state.audit.append([(AuditKind.HOOK_ACTED, facts_of_act(act)) for act in acts])
    except StateError as error:
        _log.warning("what hooks did could not be recorded: %s", error.message)


def record_trust(place: str, folder: Path, *, trusted: bool, sha256: str | None = None) -> None:
    """Add that a folder is trusted, or is no more; nothing where there is no state yet.

    Args:
        place: the state's folder or URL.
        folder: which.
        trusted: whether it is from now on.
        sha256: of its settings, when it has some.

    Raises:
        StateError: the state can't be written.
    """
    kind = AuditKind.TRUSTED if trusted else AuditKind.DISTRUSTED
    with State(place) as state:
        if state.exists():
            state.audit.append([(kind, {"folder": str(folder), "settings": sha256})])
