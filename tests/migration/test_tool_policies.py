"""Policies of single tools, in place of the one that all have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import (
    ConfigurationError,
    MigrationManagerConfig,
    MigrationReport,
    PlanAction,
    Policy,
    SecurityLevel,
)
from tests.migration.conftest import Project, actions, failures, migrate, tool

SAFE = Policy.for_level(SecurityLevel.SAFE)
WITH_JSON = replace(SAFE, capabilities=frozenset({"basic", "json"}))


def fill(project: Project) -> None:
    for name in ("one", "two"):
        project.write(f"{name}.rn", tool(name, "json::to_string(args)"))


async def test_a_tools_own_policy_allows_that_tool_and_no_other(project: Project) -> None:
    fill(project)
    report = await migrate(project, tool_policies={"one": WITH_JSON})
    assert actions(report) == {"one": PlanAction.NEW, "two": PlanAction.BLOCKED}
    assert "needs the capability json" in failures(report)["two"]
    stored = project.state.tool("one")
    assert stored is not None
    assert stored.version.policy == WITH_JSON


async def test_a_tool_runs_under_its_own_policy(project: Project) -> None:
    project.write("loop.rn", tool("loop", "if args.n > 0 { loop {} } 1"))
    policy = replace(SAFE, timeout_s=0.05)
    async with project.manager(tool_policies={"loop": policy}) as manager:
        await manager.execute_migration()
        result = await manager.bridge.execute_migrated_tool("loop", {"n": 1})
    assert result.error is not None
    assert result.error.kind == "timed_out"


async def test_another_policy_of_one_tool_changes_that_tool_alone(project: Project) -> None:
    fill(project)
    policy = replace(WITH_JSON, timeout_s=1.0)
    await migrate(project, policy=WITH_JSON)
    report = await migrate(project, policy=WITH_JSON, tool_policies={"two": policy})
    assert actions(report) == {"one": PlanAction.UNCHANGED, "two": PlanAction.CHANGED}
    assert report.plan[1].policy_diff is not None
    assert '+  "timeout_s": 1.0' in report.plan[1].policy_diff


async def test_a_tools_own_policy_may_allow_a_longer_source_or_none_as_long(project: Project) -> None:
    for name in ("long", "other"):
        project.write(f"{name}.rn", f"// {'x' * 3000}\n{tool(name)}")
    short = replace(SAFE, max_source_bytes=2000)
    report = await migrate(project, policy=short, tool_policies={"long": SAFE})
    assert report.migrated_tools == ("long",)
    assert "the limit is 2,000" in failures(report)["other"]


async def test_the_report_with_policies_of_tools_comes_back_from_its_json(project: Project) -> None:
    fill(project)
    report = await migrate(project, tool_policies={"one": WITH_JSON})
    again = MigrationReport.model_validate_json(report.model_dump_json())
    assert again == report
    assert again.config.tool_policies == {"one": WITH_JSON}


@pytest.mark.parametrize("value", [5, {"one": "safe"}, {1: SAFE}, [SAFE]])
def test_what_is_no_mapping_of_names_to_policies_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="tool_policies"):
        MigrationManagerConfig(tool_policies=value)


def test_the_policies_do_not_change_with_what_they_were_made_from(tmp_path: Path) -> None:
    given = {"one": SAFE}
    config = MigrationManagerConfig(state=tmp_path, tool_policies=given)
    given["two"] = SAFE
    assert dict(config.tool_policies) == {"one": SAFE}
