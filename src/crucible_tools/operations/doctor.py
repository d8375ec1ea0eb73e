"""Whether everything works here, and where each setting comes from."""

import platform
from dataclasses import dataclass
from typing import Final

from crucible_tools import __version__
from crucible_tools.engine import ScriptEngine
from crucible_tools.errors import CrucibleError, StateDamaged
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.json import JsonObject
from crucible_tools.operations.configuration import Configuration
from crucible_tools.operations.serving.size import size_of
from crucible_tools.operations.serving.tool import served
from crucible_tools.store.dialect import server_facts
from crucible_tools.store.lock import is_held, read_holder
from crucible_tools.store.place import Place, ServerPlace
from crucible_tools.store.state import State

_MOST_RISKS: Final = 20
"""Remarks about tools that are shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and how it is."""

    check: str
    ok: bool
    detail: str

    def to_json(self) -> JsonObject:
        """`{check, ok, detail}`."""
        return {"check": self.check, "ok": self.ok, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Settings with their origins, and all findings; `state_damaged` decides the exit code."""

    settings: list[JsonObject]
    findings: list[Finding]
    warnings: tuple[str, ...]
    state_damaged: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.ok for finding in self.findings)

    def to_json(self) -> JsonObject:
        """`{ok, settings, checks, warnings}`."""
        return {
            "ok": self.ok,
            "settings": self.settings,
            "checks": [finding.to_json() for finding in self.findings],
            "warnings": list(self.warnings),
        }


async def doctor(configuration: Configuration) -> Diagnosis:
    """Look at the installation, the engine and the state; nothing is changed and nothing raised."""
    versions = engine_versions()
    findings = [
        Finding("crucible-tools", True, f"{__version__} on Python {platform.python_version()}, {platform.platform()}"),
        Finding("guest", True, f"Rune {versions['rune']}, guest {versions['guest']}"),
    ]
    findings += await _engine_findings()
    state_findings, damaged = _state_findings(configuration.state.value)
    return Diagnosis(
        settings=configuration.to_json(),
        findings=findings + state_findings,
        warnings=configuration.warnings,
        state_damaged=damaged,
    )


async def _engine_findings() -> list[Finding]:
    try:
        async with ScriptEngine() as engine:
            checks = await engine.self_test()
    except CrucibleError as error:
        return [Finding("engine", False, error.message)]
    return [Finding(f"engine: {check.check}", check.ok, check.detail) for check in checks]


def _state_findings(place: str) -> tuple[list[Finding], bool]:
    try:
        with State(place) as state:
            if not state.exists():
                return [Finding("state", True, f"{place}: nothing was migrated yet")], False
            active, known = state.count_tools()
            problems = state.problems()
            findings = [
                Finding("state", True, f"{place}: schema {state.schema_version()}, {active} of {known} tools active"),
                Finding("state: integrity", not problems, "; ".join(problems) or "intact"),
                Finding("state: lock", True, _lock(state)),
                *_server(state.place),
                *_catalogue(state),
            ]
            return findings, bool(problems)
    except CrucibleError as error:
        return [Finding("state", False, error.message)], isinstance(error, StateDamaged)


def _server(place: Place) -> list[Finding]:
    """What a server says of itself, and whether it keeps what was committed."""
    if not isinstance(place, ServerPlace):
        return []
    facts = server_facts(place)
    kept = "keeps what was committed" if facts.durable else "loses what was committed when it fails: fsync is off"
    return [Finding("state: server", True, f"PostgreSQL {facts.version}, schema {place.schema}; it {kept}")]


def _catalogue(state: State) -> list[Finding]:
    """What the tools come to for agents, and those that some host may refuse: nothing is wrong with them here."""
    tools = [served(tool) for tool in state.tools() if tool.active]
    risks = [(tool.name, problem) for tool in tools for problem in tool.problems]
    shown = [
        Finding(f"catalogue: {name}", True, f"{problem.advice.value.replace('_', ' ')}: {problem.message}")
        for name, problem in risks[:_MOST_RISKS]
    ]
    if len(risks) > _MOST_RISKS:
        shown.append(Finding("catalogue", True, f"{len(risks) - _MOST_RISKS:,} more such remarks"))
    return [Finding("catalogue", True, str(size_of(tools))), *shown]


def _lock(state: State) -> str:
    if not is_held(state.place):
        return "free"
    holder = read_holder(state.place)
    return f"held by process {holder.pid} on {holder.host}, run {holder.run_id}" if holder else "held"
