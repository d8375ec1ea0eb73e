"""What a plan was made from, and whether a saved plan is still what would be planned.

A saved plan is compared, never believed: what it says about tools counts for nothing, beside whether it says the same
as a plan that is made anew.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from crucible_tools.config import MAX_FILE_BYTES, MIB, MigrationManagerConfig
from crucible_tools.errors import ConfigurationError, PlanStale
from crucible_tools.migration.plan import PlanEntry
from crucible_tools.migration.readings import reading_version
from crucible_tools.migration.settings import Settings
from crucible_tools.migration.sources import SourceFile, joined
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.enums import PlanAction
from crucible_tools.model.json import Json
from crucible_tools.model.migration import MigrationReport, PlanBasis
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.source import read_source
from crucible_tools.store.place import Place
from crucible_tools.store.records import StoredTool

_MOST_NAMED: Final = 20
"""Changes of one kind that are named; the others are counted."""

_MOST_BYTES: Final = 256 * MIB
"""Of a saved plan; that of 10,000 repaired tools has a tenth of it."""

_PLANNED: Final = ("security_level", "migration_directories", "validation_mode", "repair", "policy", "tool_policies")
"""Fields of the configuration that a plan depends on."""


def make_basis(
    sources: Mapping[str, str | None],
    stored: Iterable[StoredTool],
    settings: Settings,
    place: Place,
    only: Collection[str],
) -> PlanBasis:
    """What a plan for these sources, this state and these settings is made from.

    Args:
        sources: SHA-256 of each file's bytes by its path; None for one that can't be read.
        stored: every tool of the state.
        settings: of the migration.
        place: the state, which paths are relative to.
        only: names of the tools that are migrated; all when empty.
    """
    rows: Json = [[tool.name, tool.version_id, tool.active, tool.inactive_reason, tool.adopted_hash] for tool in stored]
    search = settings.search
    configuration: Json = {
        "policy": settings.policy.to_json(),
        "policies": {name: policy.to_json() for name, policy in settings.policies.items()},
        "roots": [place.portable(root) for root in search.roots],
        "recursive": search.recursive,
        "extensions": list(search.extensions),
        "excluded": sorted(search.excluded),
        "max_file_size": search.max_file_size,
        "repair": settings.repair.value,
        "validation": settings.validation.value,
        "only": sorted(only),
    }
    return PlanBasis(
        sources=dict(sources),
        state=_digest(rows),
        engine={**engine_versions(), "reading": reading_version()},
        configuration=_digest(configuration),
    )


def hashes_of(sources: Iterable[SourceFile]) -> dict[str, str | None]:
    """The digest of each file as it was read."""
    return {source.file: source.content_hash or None for source in sources}


def hashes_on_disk(files: Iterable[DiscoveredFile], place: Place) -> dict[str, str | None]:
    """The digest of each file as it is now."""
    found: dict[str, str | None] = {}
    for file in files:
        name = joined(place.portable(file.root), file.relative)
        found[name] = None if file.problem else read_source(file.path, MAX_FILE_BYTES).sha256
    return found


def read_plan(file: Path) -> MigrationReport:
    """A plan that `crucible plan --out` saved.

    Raises:
        ConfigurationError: the file can't be read, or is no plan.
    """
    try:
        with file.open("rb") as opened:
            plan = MigrationReport.model_validate_json(opened.read(_MOST_BYTES))  # one that is cut is no JSON
    except OSError as error:
        raise ConfigurationError(f"the plan {file} can't be read: {error.strerror or error}") from error
    except (ValidationError, ConfigurationError, ValueError) as error:
        raise ConfigurationError(f"{file} is no plan", hint=f"make one: crucible plan --out {file}") from error
    if plan.basis is None:
        raise ConfigurationError(
            f"{file} is a report that does not say what it was made from",
            hint=f"make a plan: crucible plan --out {file}",
        )
    return plan


def check_basis(saved: MigrationReport, basis: PlanBasis, config: MigrationManagerConfig) -> None:
    """Refuse a saved plan that was made from something else.

    Raises:
        PlanStale: with all that changed since.
    """
    assert saved.basis is not None, "a plan without a basis is refused when it is read"
    changes = [*_of_configuration(saved, basis, config), *_of_engine(saved.basis, basis)]
    changes += _of_sources(saved.basis.sources, basis.sources)
    if saved.basis.state != basis.state:
        changes.append("the state: tools were migrated, rolled back or removed since")
    if changes:
        raise _stale(changes)


def check_entries(saved: MigrationReport, entries: Sequence[PlanEntry]) -> None:
    """Refuse a saved plan that says something else than this one, although it was made from the same.

    Raises:
        PlanStale: with the tools that differ.
    """
    before = {(tool.name, tool.directory, tool.path): tool.action for tool in saved.plan}
    now = {(item.name, item.planned.directory, item.planned.path): item.action for item in entries}
    changes: list[str] = []
    for key in dict.fromkeys((*before, *now)):
        old, new = before.get(key), now.get(key)
        # What a validation refused is planned again, and validated again.
        if old != new and not (
            old is PlanAction.BLOCKED and new in (PlanAction.NEW, PlanAction.CHANGED, PlanAction.REPAIRED)
        ):
            changes.append(f"{key[0]}: the plan says {old or 'nothing'}, and it would be {new or 'nothing'}")
    if changes:
        raise _stale(_limited(changes))


def _stale(changes: Sequence[str]) -> PlanStale:
    return PlanStale(
        f"the plan is not what would be planned now; changed since: {'; '.join(changes)}",
        changes=changes,
        hint="look at a new one: crucible plan --out FILE",
    )


def _of_configuration(saved: MigrationReport, basis: PlanBasis, config: MigrationManagerConfig) -> list[str]:
    assert saved.basis is not None
    if saved.basis.configuration == basis.configuration:
        return []
    before, now = saved.config.to_json(), config.to_json()
    told = [f"{name} (was {before[name]}, is {now[name]})" for name in _PLANNED if before[name] != now[name]]
    return [f"the configuration: {', '.join(told) or 'other tools are named, or other files count'}"]


def _of_engine(before: PlanBasis, now: PlanBasis) -> list[str]:
    names = dict.fromkeys((*before.engine, *now.engine))
    told = [
        f"{name} (was {before.engine.get(name)}, is {now.engine.get(name)})"
        for name in names
        if before.engine.get(name) != now.engine.get(name)
    ]
    return [f"the engine: {', '.join(told)}"] if told else []


def _of_sources(before: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[str]:
    told: list[str] = []
    for file in dict.fromkeys((*before, *now)):
        if file not in now:
            told.append(f"{file} is gone")
        elif file not in before:
            told.append(f"{file} is new")
        elif before[file] != now[file]:
            told.append(f"{file} has other contents")
    return _limited(told)


def _limited(told: list[str]) -> list[str]:
    if len(told) <= _MOST_NAMED:
        return told
    return [*told[:_MOST_NAMED], f"and {len(told) - _MOST_NAMED} more"]


def _digest(value: Json) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
