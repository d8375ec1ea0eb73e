"""What a plan says of each tool: needs with their lines, differences, the policy that would do, and its basis."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import (
    ConfigurationError,
    MigrationMode,
    MigrationReport,
    Need,
    PlanAction,
    PlannedTool,
    PlanStale,
    SecurityLevel,
    ValidationMode,
)
from crucible_tools.migration import basis
from crucible_tools.migration.basis import read_plan
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.operations.migrate import plan as plan_with
from crucible_tools.store.records import content_hash
from tests.migration.conftest import Project, actions, migrate, tool

FETCH = tool(
    "fetch", "\n    let a = crucible::http_get(args.url).await?;\n    json::to_string(a)\n", "pub async fn call(args)"
)


async def plan(project: Project, **fields: object) -> MigrationReport:
    return await migrate(project, mode=MigrationMode.DRY_RUN, **fields)


async def planned(project: Project, **fields: object) -> PlannedTool:
    (entry,) = (await plan(project, **fields)).plan
    return entry


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


async def test_each_line_that_needs_a_capability_is_named_with_its_function(project: Project) -> None:
    project.write("fetch.rn", FETCH)
    entry = await planned(project)
    assert entry.needs == (
        Need(capability="http", function="crucible::http_get", line=5),
        Need(capability="json", function="json::to_string", line=6),
    )
    assert (entry.capabilities, entry.lowest_level) == (("http", "json"), SecurityLevel.PRODUCTION)


async def test_lines_are_those_of_the_repaired_source(project: Project) -> None:
    project.write("fetch.rn", f"use crucible::http;\n{FETCH.replace('let a', 'let mut a')}")
    entry = await planned(project)
    assert entry.diff is not None
    migrated = await migrate(project, security_level=SecurityLevel.PRODUCTION)
    stored = project.state.tool("fetch")
    assert stored is not None, migrated
    lines = project.state.blob(stored.version.migrated_hash).decode().splitlines()
    assert [lines[need.line - 1].strip() for need in entry.needs if "http_get" in need.function] == [
        "let a = crucible::http_get(args.url).await?;"
    ]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        (
            tool("echo", "\n    let mut n = args.a; // crucible: allow RN001\n    n\n"),
            "a comment allows RN001, so that it is not repaired; `crucible rule RN001` explains it",
        ),
        (
            tool("e cho", "args.a").replace('"e cho"', '"e cho" /* crucible: allow RN305 */'),
            "a comment allows RN305, so that `crucible check` leaves it out; `crucible rule RN305` explains it",
        ),
    ],
)
async def test_what_a_comment_allows_still_stops_a_migration_and_the_comment_is_named(
    project: Project, source: str, hint: str
) -> None:
    project.write("echo.rn", source)
    entry = await planned(project)
    assert (entry.action, entry.hint) == (PlanAction.BLOCKED, hint)


@pytest.mark.parametrize("level", [SecurityLevel.SAFE, SecurityLevel.PRODUCTION])
async def test_the_policy_snippet_is_what_the_plan_needs_to_allow_the_tool(
    project: Project, level: SecurityLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    body = "crucible::http_get(args.url).await?; crucible::file_read(args.path)"
    project.write("fetch.rn", tool("fetch", body, "pub async fn call(args)"))
    entry = await planned(project, security_level=level)
    assert entry.action is PlanAction.BLOCKED
    assert entry.policy_snippet is not None
    file = project.root / "allow.toml"
    file.write_text(entry.policy_snippet)
    configuration = read_configuration(Flags(config=file, directories=(project.tools,), level=level), {}, project.root)
    again = await plan_with(configuration)
    assert [(tool.action, tool.policy_snippet) for tool in again.plan] == [(PlanAction.REPAIRED, None)]
    allowed = set(tomllib.loads(entry.policy_snippet)["tool"]["fetch"]["policy"]["modules"])
    for module in (f"crucible::{name}" for name in entry.missing_capabilities):
        file.write_text(f"[tool.fetch.policy]\nmodules = {sorted(allowed - {module})}\n")
        configuration = read_configuration(
            Flags(config=file, directories=(project.tools,), level=level), {}, project.root
        )
        assert (await plan_with(configuration)).plan[0].action is PlanAction.BLOCKED, "a smaller one would not do"


async def test_a_tool_that_the_target_allows_or_nothing_can_allow_has_no_snippet(project: Project) -> None:
    project.write("a.rn", tool("a"))
    project.write("b.rn", tool("b", "crucible::read_note(args.path)"))
    assert [entry.policy_snippet for entry in (await plan(project)).plan] == [None, None]


async def test_where_no_policy_would_help_none_is_shown(project: Project) -> None:
    schema = 'pub fn INPUT_SCHEMA() { json::from_string(`{"type": "object"}`).unwrap() }'
    project.write("a.rn", tool("a").replace('pub fn INPUT_SCHEMA() { #{ type: "object" } }', schema))
    project.write("b.rn", FETCH.replace("json::to_string(a)", "a +"))
    project.write("c.rn", tool("same", "args.a"))
    project.write("d.rn", FETCH.replace('"fetch"', '"same"'))
    entries = (await plan(project)).plan
    assert [(entry.path, entry.code, entry.missing_capabilities) for entry in entries] == [
        ("a.rn", "RN304", ("json",)),
        ("b.rn", "compile", ("http",)),
        ("c.rn", None, ()),
        ("d.rn", "RN905", ("http", "json")),
    ]
    assert [entry.policy_snippet for entry in entries] == [None] * 4
    assert "metadata is read under the level safe, whatever the tool may do" in (entries[0].hint or "")


async def test_a_changed_schema_and_a_changed_policy_are_shown_as_differences(project: Project) -> None:
    project.write("one.rn", tool("one"))
    first = await planned(project)
    assert (first.schema_diff, first.policy_diff, first.previous_hash) == (None, None, None)
    await migrate(project)
    before = (project.tools / "one.rn").read_bytes()
    wanted = '#{ type: "object", properties: #{ a: #{ type: "integer" } } }'
    project.write("one.rn", tool("one").replace('#{ type: "object" }', wanted))
    entry = await planned(project, security_level=SecurityLevel.PRODUCTION)
    assert entry.action is PlanAction.CHANGED
    assert entry.schema_diff is not None
    assert '+    "properties"' in entry.schema_diff
    assert entry.policy_diff is not None
    assert '-  "level": "safe"' in entry.policy_diff
    assert '+  "level": "production"' in entry.policy_diff
    assert entry.previous_hash == content_hash(before)
    assert entry.source_hash == content_hash((project.tools / "one.rn").read_bytes())


async def test_a_change_of_the_body_alone_shows_no_difference_of_schema_or_policy(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    await migrate(project)
    project.write("one.rn", tool("one", "2"))
    entry = await planned(project)
    assert (entry.action, entry.schema_diff, entry.policy_diff) == (PlanAction.CHANGED, None, None)


async def test_a_dry_run_changes_no_byte_of_tree_and_state(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    project.write("two.rn", tool("two", "let mut a = 1; a"))
    project.write("gone.rn", tool("gone"))
    await migrate(project)
    project.state.close()
    (project.tools / "gone.rn").unlink()
    project.write("one.rn", tool("one", "11"))
    project.write("new.rn", tool("new"))
    project.write("broken.rn", tool("broken", "let let"))
    before = digests(project.root)
    report = await plan(project)
    assert actions(report) == {
        "one": PlanAction.CHANGED,
        "two": PlanAction.UNCHANGED,
        "gone": PlanAction.VANISHED,
        "new": PlanAction.NEW,
        "broken": PlanAction.BLOCKED,
    }
    assert digests(project.root) == before


async def test_a_dry_run_finds_what_the_real_run_finds(project: Project) -> None:
    project.write("a.rn", tool("a"))
    project.write("b.rn", tool("b", "args.no_such_method()"))
    project.write("c.rn", FETCH)
    dry = await plan(project)
    real = await migrate(project)
    assert dry.plan == real.plan
    assert [error.message for error in dry.failed_tools] == [error.message for error in real.failed_tools]
    assert dry.validation is not None
    assert real.validation is not None
    assert dry.validation.issues == real.validation.issues


# Saved plans


async def follow(project: Project, saved: MigrationReport, **fields: object) -> MigrationReport:
    async with project.manager(**fields) as manager:
        return await manager.execute_migration(plan=saved)


async def saved_plan(project: Project, **fields: object) -> MigrationReport:
    """A plan that was written and read back."""
    file = project.root / "plan.json"
    file.write_text((await plan(project, **fields)).model_dump_json())
    return read_plan(file)


async def test_a_plan_that_is_still_right_is_followed(project: Project) -> None:
    project.write("a.rn", tool("a"))
    project.write("b.rn", tool("b", "args.no_such_method()"))
    saved = await saved_plan(project)
    report = await follow(project, saved)
    assert report.migrated_tools == ("a",)
    assert (await follow(project, await saved_plan(project))).migrated_tools == ("a",)


async def test_a_plan_is_refused_with_every_source_that_changed_since(project: Project) -> None:
    for name in ("a", "b", "c"):
        project.write(f"{name}.rn", tool(name))
    saved = await saved_plan(project)
    project.write("a.rn", tool("a", "1"))
    (project.tools / "b.rn").unlink()
    project.write("d.rn", tool("d"))
    with pytest.raises(PlanStale) as caught:
        await follow(project, saved)
    assert caught.value.changes == ("tools/a.rn has other contents", "tools/b.rn is gone", "tools/d.rn is new")
    assert not project.state.exists(), "a stale plan makes no run"


async def test_a_plan_is_refused_when_the_state_changed_since(project: Project) -> None:
    project.write("a.rn", tool("a"))
    saved = await saved_plan(project)
    await migrate(project)
    with pytest.raises(PlanStale, match="the state"):
        await follow(project, saved)


async def test_a_plan_is_refused_for_another_configuration_which_is_named(project: Project) -> None:
    project.write("a.rn", tool("a"))
    saved = await saved_plan(project)
    with pytest.raises(PlanStale, match=r"security_level \(was safe, is production\)"):
        await follow(project, saved, security_level=SecurityLevel.PRODUCTION)
    with pytest.raises(PlanStale, match=r"validation_mode \(was basic, is skip\)"):
        await follow(project, saved, validation_mode=ValidationMode.SKIP)
    async with project.manager() as manager:
        with pytest.raises(PlanStale, match="other tools are named"):
            await manager.execute_migration(plan=saved, tools=["a"])


async def test_a_plan_of_another_engine_is_refused(project: Project) -> None:
    project.write("a.rn", tool("a"))
    saved = await saved_plan(project)
    assert saved.basis is not None
    older = saved.basis.model_copy(update={"engine": {**saved.basis.engine, "rune": "0.13.0"}})
    with pytest.raises(PlanStale, match=r"rune \(was 0.13.0, is "):
        await follow(project, saved.model_copy(update={"basis": older}))


async def test_a_plan_that_was_edited_is_not_believed(project: Project) -> None:
    project.write("a.rn", FETCH)
    saved = await saved_plan(project)
    edited = [tool.model_copy(update={"action": PlanAction.NEW, "capabilities": ()}) for tool in saved.plan]
    with pytest.raises(PlanStale, match="fetch: the plan says new, and it would be blocked"):
        await follow(project, saved.model_copy(update={"plan": tuple(edited)}))
    assert project.state.names() == []


async def test_what_changes_behind_the_first_comparison_is_found_by_the_second(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("a.rn", tool("a"))
    saved = await saved_plan(project)
    async with project.manager() as manager:
        started = type(project.state).run

        def change_and_start(*arguments: object, **named: object) -> object:
            project.write("a.rn", tool("a", "1"))
            return started(*arguments, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(type(project.state), "run", change_and_start)
        with pytest.raises(PlanStale, match=r"tools/a.rn has other contents"):
            await manager.execute_migration(plan=saved)
    assert project.state.names() == []


@pytest.mark.parametrize("content", ["", "{}", "[1]", "no json"])
def test_what_is_no_plan_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match="is no plan"):
        read_plan(file)
    with pytest.raises(ConfigurationError, match="can't be read"):
        read_plan(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    "edits",
    [
        {"duration": 1e308},
        {"config": {"policy": {"level": "safe"}}},
        {"config": {"policy": 5}},
        {"config": {"tool_policies": {"a": {}}}},
        {"config": {"tool_policies": {"a": 5}}},
        {"config": {"retry": {"attempts": "x"}}},
        {"config": {"migration_directories": 5}},
    ],
    ids=str,
)
async def test_an_edited_plan_is_no_plan(project: Project, edits: dict[str, Any]) -> None:
    project.write("a.rn", tool("a"))
    edited = json.loads((await plan(project)).model_dump_json())
    for name, value in edits.items():
        edited[name] = {**edited[name], **value} if isinstance(value, dict) else value
    file = project.root / "plan.json"
    file.write_text(json.dumps(edited))
    with pytest.raises(ConfigurationError, match="is no plan"):
        read_plan(file)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
def test_a_plan_without_an_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basis, "_MOST_BYTES", 1000)
    with pytest.raises(ConfigurationError, match="is no plan"):
        read_plan(Path("/dev/zero"))


async def test_the_report_of_a_run_is_no_plan(project: Project) -> None:
    project.write("a.rn", tool("a"))
    file = project.root / "report.json"
    file.write_text((await migrate(project)).model_dump_json())
    with pytest.raises(ConfigurationError, match="does not say what it was made from"):
        read_plan(file)


async def test_a_file_that_was_read_while_it_was_written_anew_has_not_lost_its_tools(project: Project) -> None:
    file = project.write("a.rn", tool("a"))
    await migrate(project)
    text = file.read_text("utf-8")
    file.write_text("", "utf-8")  # what whoever opens a file for writing does first

    def finish(_: object) -> None:
        file.write_text(text + "// edited\n", "utf-8")

    async with project.manager() as manager:
        report = await manager.execute_migration(finish)
    assert actions(report) == {"a": PlanAction.CHANGED}
    assert actions(await migrate(project)) == {"a": PlanAction.UNCHANGED}, "what was read last is what is known"


async def test_a_file_that_is_empty_has_lost_its_tools(project: Project) -> None:
    file = project.write("a.rn", tool("a"))
    await migrate(project)
    file.write_text("", "utf-8")
    assert actions(await migrate(project)) == {"a": PlanAction.VANISHED}
