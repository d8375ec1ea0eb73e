"""The original service runs the tools of folders as they are, and says what is wrong with those that it can't run."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crucible_tools import (
    CompileFailed,
    DirectoryNotFound,
    EngineClosed,
    HostModule,
    RuneService,
    RuneServiceConfig,
    ServiceStatus,
    ToolError,
    ToolExecutionContext,
    ToolNotFound,
)
from tests.legacy.conftest import Folder, names, value
from tests.migration.conftest import tool

ASYNC = 'pub async fn call(args) { helper(args.n).await }\nasync fn helper(n) { n * 2 }\npub fn NAME() { "twice" }'


async def test_it_lists_describes_and_runs_tools_without_a_state(service: RuneService, folder: Folder) -> None:
    assert await names(service) == ["greet", "one"]
    assert (await service.get_tool("greet")).description == "The tool greet"
    assert await value(service, "greet", name="Ada") == "Hello Ada"
    assert sorted(path.name for path in folder.root.iterdir()) == ["tools"]


async def test_new_gives_a_started_service_and_stopping_twice_is_fine(folder: Folder) -> None:
    folder.write("one.rn", tool("one", "1"))
    service = await RuneService.new(folder.config())
    await service.start()
    assert service.is_running
    assert await value(service, "one") == 1
    await service.stop()
    await service.stop()
    assert not service.is_running


async def test_a_stopped_service_says_how_to_start_it_and_can_be_started_again(folder: Folder) -> None:
    folder.write("one.rn", tool("one", "1"))
    service = folder.service()
    for request in (service.list_tools, service.reload):
        with pytest.raises(EngineClosed, match="not running") as caught:
            await request()
        assert caught.value.hint is not None
    async with service:
        pass
    with pytest.raises(EngineClosed):
        await service.execute_tool("one", {})
    async with service:
        assert await value(service, "one") == 1


async def test_parameters_of_any_json_type_reach_the_tool_and_come_back(folder: Folder) -> None:
    folder.write("same.rn", tool("same", "args.value"))
    async with folder.service() as service:
        for given in (None, True, 7, 2.5, "text", [1, [2]], {"deep": {"list": [{}]}}):
            assert await value(service, "same", value=given) == given
        result = await service.execute_tool("same", b'{"value": "as text"}')
    assert result.result == "as text"


async def test_async_tools_are_awaited(folder: Folder) -> None:
    folder.write("twice.rn", ASYNC)
    async with folder.service() as service:
        assert await value(service, "twice", n=21) == 42


async def test_ok_gives_its_value_and_err_is_an_error_with_its_data(folder: Folder) -> None:
    folder.write("ok.rn", tool("ok", "Ok(#{ count: 3 })"))
    folder.write("err.rn", tool("err", 'Err(#{ message: "no", code: 7 })'))
    async with folder.service() as service:
        assert await value(service, "ok") == {"count": 3}
        result = await service.execute_tool("err", {})
    assert result.error is not None
    assert (result.success, result.error.kind, result.error.data) == (False, "tool", {"message": "no", "code": 7})


async def test_a_call_carries_its_context_through(service: RuneService) -> None:
    context = ToolExecutionContext(call_id="call-7", context_ref="order-9")
    result = await service.execute_tool("one", {}, context)
    assert (result.metadata["call_id"], result.context_ref) == ("call-7", "order-9")
    late = ToolExecutionContext(deadline=datetime.now(UTC) - timedelta(seconds=1))
    result = await service.execute_tool("one", {}, late)
    assert result.error is not None
    assert result.error.kind == "timed_out"


async def test_tools_do_not_share_anything(folder: Folder) -> None:
    folder.write("a.rn", tool("a", "loop {}"))
    folder.write("b.rn", tool("b", "2"))
    async with folder.service() as service:
        deadline = datetime.now(UTC) + timedelta(seconds=0.2)
        stuck = asyncio.create_task(service.execute_tool("a", {}, ToolExecutionContext(deadline=deadline)))
        assert await value(service, "b") == 2
        result = await stuck
    assert result.error is not None
    assert result.error.kind == "timed_out"


async def test_many_first_calls_at_once_load_a_tool_once(service: RuneService) -> None:
    results = await asyncio.gather(*(service.execute_tool("greet", {"name": str(number)}) for number in range(20)))
    assert [result.result for result in results] == [f"Hello {number}" for number in range(20)]


async def test_an_unknown_tool_is_told_near_names(service: RuneService) -> None:
    for request in (service.get_tool("gret"), service.execute_tool("gret", {}), service.validate_tool("gret")):
        with pytest.raises(ToolNotFound) as caught:
            await request
        assert caught.value.near == ("greet",)


async def test_one_bad_file_never_breaks_the_rest(folder: Folder) -> None:
    folder.write("a_binary.rn", b"\xff\xfe\x00\x01" * 50)
    folder.write("b_broken.rn", tool("broken", "let let"))
    folder.write("c_empty.rn", "")
    folder.write("d_endless.rn", "pub fn NAME() { loop {} }\npub fn call(args) { 1 }")
    folder.write("e_schema.rn", 'pub fn NAME() { "schema" }\npub fn INPUT_SCHEMA() { 7 }\npub fn call(args) { 1 }')
    folder.write("f_other.rn", "<html>no Rune</html>")
    folder.write("g_fine.rn", tool("fine", "1"))
    async with folder.service() as service:
        assert await names(service) == ["fine"]
        assert await value(service, "fine") == 1
        by_path = {file.path: file for file in service.files}
    assert list(by_path) == sorted(by_path)
    assert len(by_path) == 7
    assert {path for path, file in by_path.items() if file.problems} == {
        "a_binary.rn",
        "b_broken.rn",
        "d_endless.rn",
        "e_schema.rn",
    }
    assert all(file.problems or file.reasons for path, file in by_path.items() if path != "g_fine.rn")
    assert "UTF-8" in by_path["a_binary.rn"].problems[0].message


async def test_a_tool_whose_file_is_broken_is_an_error_that_says_why_and_where(folder: Folder) -> None:
    folder.write("broken.rn", tool("broken", "let let"))
    folder.write("schema.rn", 'pub fn NAME() { "schema" }\npub fn INPUT_SCHEMA() { 7 }\npub fn call(args) { 1 }')
    async with folder.service() as service:
        with pytest.raises(CompileFailed, match=r"broken can't be called: .*does not compile") as caught:
            await service.execute_tool("broken", {})
        assert caught.value.location is not None
        assert caught.value.location.line == 4
        with pytest.raises(ToolError, match="schema can't be called"):
            await service.get_tool("schema")
        (problem,) = (await service.validate_tool("broken")).errors
    assert "does not compile" in problem


async def test_a_name_used_twice_stays_with_the_first_file_and_the_problem_names_both(folder: Folder) -> None:
    first = folder.write("a.rn", tool("same", "1"))
    second = folder.write("b.rn", tool("same", "2"))
    async with folder.service() as service:
        assert await value(service, "same") == 1
        [problem] = service.files[1].problems
    assert problem.code == "RN905"
    assert str(first) in problem.message
    assert str(second) in problem.message


async def test_hooks_libraries_and_other_files_are_listed_with_their_kind_and_no_problem(folder: Folder) -> None:
    folder.write("hook.rn", '#[hook(event = "tool:after")]\npub fn after(ctx, event) { event }')
    folder.write("library.rn", "pub fn helper(x) { x }")
    async with folder.service() as service:
        assert [(file.kind.value, file.problems) for file in service.files] == [("hook", ()), ("library", ())]
        assert await service.list_tools() == []


async def test_an_applications_module_is_what_its_tools_call(folder: Folder) -> None:
    folder.write("rows.rn", tool("rows", "db::rows(args.table)"))
    db = HostModule("db", capability="db")
    db.add("rows", lambda table: [table], params={"table": "string"})
    async with folder.service(modules=[db]) as service:
        assert await value(service, "rows", table="notes") == ["notes"]
    async with folder.service() as service:
        with pytest.raises(ToolError, match="db::rows"):
            await service.execute_tool("rows", {"table": "notes"})


async def test_a_missing_named_folder_is_an_error_and_missing_default_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    missing = RuneService(RuneServiceConfig(directories=(tmp_path / "missing",)))
    with pytest.raises(DirectoryNotFound, match="missing"):
        await missing.start()
    assert not missing.is_running
    async with RuneService() as service:
        assert await service.list_tools() == []


async def test_validation_warns_of_a_file_that_changed_and_fails_what_cannot_work(folder: Folder) -> None:
    changed = folder.write("changed.rn", tool("changed", "1"))
    gone = folder.write("gone.rn", tool("gone", "1"))
    folder.write("fine.rn", tool("fine", "1"))
    folder.write("wrong.rn", tool("wrong", '"text".no_such_method()'))
    async with folder.service() as service:
        changed.write_text(tool("changed", "2"))
        gone.unlink()
        fine, late, lost, wrong = [await service.validate_tool(name) for name in ("fine", "changed", "gone", "wrong")]
    assert (fine.valid, fine.warnings) == (True, ())
    assert (late.valid, len(late.warnings)) == (True, 1)
    assert "has changed" in late.warnings[0]
    assert "is gone" in lost.warnings[0]
    assert not wrong.valid


async def test_validation_runs_no_effect_of_a_tool(folder: Folder) -> None:
    folder.write("send.rn", tool("send", "mail::send(args.to)"))
    sent: list[object] = []
    mail = HostModule("mail", capability="mail")
    mail.add("send", sent.append, params={"to": "any"})
    async with folder.service(modules=[mail]) as service:
        assert (await service.validate_tool("send")).valid
    assert sent == []


async def test_metrics_count_calls_by_their_outcome(service: RuneService) -> None:
    before = await service.get_metrics()
    assert (before.calls, before.average_time, before.loaded_vms) == (0, timedelta(0), 0)
    await value(service, "greet", name="Ada")
    await value(service, "one")
    await service.execute_tool("greet", {})
    await service.execute_tool("greet", b"no JSON")
    metrics = await service.get_metrics()
    assert (metrics.calls, metrics.succeeded, metrics.failed) == (4, 2, 2)
    assert metrics.tools["greet"]["reasons"] == {"finished": 1, "invalid_arguments": 1, "script_error": 1}
    assert metrics.average_time > timedelta(0)
    assert metrics.loaded_vms == 2
    assert metrics.since <= datetime.now(UTC)


async def test_health_says_what_is_wrong_and_since_when(folder: Folder) -> None:
    folder.write("one.rn", tool("one"))
    service = folder.service()
    assert (await service.health()).status is ServiceStatus.UNHEALTHY
    async with service:
        assert ((await service.health()).status, (await service.health()).details) == (ServiceStatus.HEALTHY, ())
        broken = folder.write("broken.rn", tool("broken", "let let"))
        await service.reload()
        first = await service.health()
        assert first.status is ServiceStatus.DEGRADED
        assert str(broken) in first.details[0].what
        assert (await service.health()).details == first.details
        broken.unlink()
        await service.reload()
        assert (await service.health()).status is ServiceStatus.HEALTHY
        (folder.tools / "one.rn").unlink()
        folder.tools.rmdir()
        gone = await service.health()
    assert gone.status is ServiceStatus.UNHEALTHY
    assert str(folder.tools) in gone.details[0].what
