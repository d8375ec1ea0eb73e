"""Which policies an application puts in force at run time is in the audit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crucible_tools import (
    MigrationConfig,
    Policy,
    RuneServiceConfig,
    ScriptEngine,
    ScriptEngineConfig,
    SecurityLevel,
    ToolMigrationBridge,
)
from crucible_tools.store.state import State
from tests.migration.conftest import Project, tool

SAFE = Policy.for_level(SecurityLevel.SAFE)


def changes(place: Path) -> list[dict[str, Any]]:
    with State(place) as state:
        assert state.audit.verify().flaw is None
        return [told for record in state.audit.records() if (told := record.to_json())["kind"] == "policy_changed"]


async def test_a_policy_that_is_set_while_the_engine_runs_is_in_the_audit_with_what_differs(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    place = project.root / ".crucible"
    async with ScriptEngine(ScriptEngineConfig()) as engine:
        bridge = ToolMigrationBridge(
            RuneServiceConfig(directories=(project.tools,)), MigrationConfig(state=place), engine=engine
        )
        await bridge.discover_and_migrate_tools()
        await bridge.execute_migrated_tool("one", {})
        await engine.set_security_policy(replace(SAFE, timeout_s=1.0), "one")
        await engine.set_security_policy(replace(SAFE, timeout_s=1.0), "one")
        await engine.set_security_policy(Policy.for_level(SecurityLevel.PRODUCTION))
        await bridge.close()
    of_one, of_all = changes(place)
    assert (of_one["tool"], of_one["before"], of_one["after"]) == ("one", {"timeout_s": 10.0}, {"timeout_s": 1.0})
    assert of_all["tool"] is None
    assert (of_all["before"]["level"], of_all["after"]["level"]) == ("safe", "production")
