"""The metrics of a service: what its engine did, how it is, and what its state has recorded."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from crucible_tools.engine import ScriptEngine
from crucible_tools.operations.metrics import MetricsPage, recorded_in
from crucible_tools.store.state import State
from tests.engine.support import tool
from tests.store.conftest import add_tool


def filled(folder: Path) -> State:
    """A state with a completed migration of two tools, one of them inactive, and a failed rollback."""
    state = State(folder)
    with state.run("run-1", {}) as run:
        add_tool(run, "alpha")
        add_tool(run, "beta")
        with run.transaction() as transaction:
            transaction.set_tool("beta", {"active": False})
            transaction.record("deactivate", "beta", None, {"version_id": 2, "active": False})
        run.finish("completed", {})
    with state.run("run-2", {}, kind="rollback") as run:
        run.finish("failed", {})
    return state


async def test_one_page_has_the_engine_its_health_and_the_state(tmp_path: Path) -> None:
    async with ScriptEngine() as engine:
        await engine.register_tool(tool("alpha"), "pub fn call(args) { 1 }")
        await engine.execute_tool("alpha", {})
        page = MetricsPage(engine, filled(tmp_path / "state"), engine.health)
        text = (await page.text()).decode()
    found = {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["crucible_calls_total", "finished", "alpha"] == 1
    assert found["crucible_health_status", "healthy"] == 1
    assert found["crucible_health_status", "unhealthy"] == 0
    assert found["crucible_runs_total", "migrate", "completed"] == 1
    assert found["crucible_runs_total", "rollback", "failed"] == 1
    assert (found["crucible_migrated_tools", "active"], found["crucible_migrated_tools", "inactive"]) == (1, 1)
    assert ("process_resident_memory_bytes",) in found


def test_without_a_state_nothing_is_recorded_and_none_is_made(tmp_path: Path) -> None:
    recorded = recorded_in(State(tmp_path / "none"))
    assert (recorded.runs, recorded.active, recorded.inactive) == ({}, 0, 0)
    assert not (tmp_path / "none").exists()
