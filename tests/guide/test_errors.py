"""What the guide says of errors and of ways to recover from them."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crucible_tools import (
    MigrationError,
    MigrationErrorType,
    MigrationManagerConfig,
    MigrationMode,
    Phase51MigrationManager,
    Policy,
    RetryPolicy,
    SecurityLevel,
)
from crucible_tools.migration.validation import Validator
from crucible_tools.rune.check.examining import Examiner
from tests.migration.conftest import Project, actions, migrate, tool


def unreadable(project: Project) -> None:
    project.write("it.rn", tool("it", '"caf\xe9"').encode("latin-1"))


def uncompilable(project: Project) -> None:
    project.write("it.rn", tool("it", "let let"))


def taken(project: Project) -> None:
    project.write("a.rn", tool("it", "1"))
    project.write("b.rn", tool("it", "2"))


def uncallable(project: Project) -> None:
    project.write("it.rn", tool("it", "args.no_such_method()"))


@pytest.mark.seed("error.configuration")
async def test_a_module_that_the_application_has_to_register_is_an_error_of_the_configuration(project: Project) -> None:
    project.write("it.rn", tool("it", "db::find(args.query)?"))
    [error] = (await migrate(project, security_level=SecurityLevel.DEVELOPMENT)).failed_tools
    assert error.error_type is MigrationErrorType.CONFIGURATION_ERROR
    assert error.context["hint"] == "give the migration the application's modules"


PRODUCTION = Policy.for_level(SecurityLevel.PRODUCTION)
SAFE = Policy.for_level(SecurityLevel.SAFE)


@pytest.mark.seed("error.configuration")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tool_policies": {"it": SAFE}}, MigrationErrorType.CONFIGURATION_ERROR),
        ({"policy": replace(PRODUCTION, capabilities=frozenset({"basic"}))}, MigrationErrorType.CONFIGURATION_ERROR),
        ({"security_level": SecurityLevel.SAFE}, MigrationErrorType.VALIDATION_FAILED),
        ({"policy": replace(SAFE, timeout_s=1.0)}, MigrationErrorType.VALIDATION_FAILED),
    ],
)
async def test_a_policy_that_takes_away_what_the_level_has_is_an_error_of_the_configuration(
    project: Project, fields: dict[str, Any], expected: MigrationErrorType
) -> None:
    project.write("it.rn", tool("it", "json::to_string(args)"))
    project.write("other.rn", tool("other"))
    report = await migrate(project, **{"security_level": SecurityLevel.PRODUCTION, **fields})
    [error] = report.failed_tools
    assert (error.tool_name, error.error_type) == ("it", expected)
    assert report.migrated_tools == ("other",)
    told = "policy" if expected is MigrationErrorType.CONFIGURATION_ERROR else "--level production"
    assert told in error.context["hint"]


@pytest.mark.seed("error.unknown")
@pytest.mark.parametrize("step", ["reading", "validating"])
async def test_what_nobody_foresaw_in_one_tool_is_logged_and_the_run_goes_on(
    project: Project, step: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    owner, method = (Examiner, "examine") if step == "reading" else (Validator, "validate")
    whole = getattr(owner, method)

    async def faulty(self: Any, of: Any) -> Any:
        if getattr(of, "name", None) == "it" or getattr(of, "relative", None) == "it.rn":
            raise ZeroDivisionError("nobody foresaw this")
        return await whole(self, of)

    caplog.set_level(logging.DEBUG, "crucible_tools")
    monkeypatch.setattr(owner, method, faulty)
    project.write("it.rn", tool("it"))
    project.write("other.rn", tool("other"))
    report = await migrate(project)
    [error] = report.failed_tools
    assert (error.tool_name, error.error_type) == ("it", MigrationErrorType.UNKNOWN)
    assert "ZeroDivisionError: nobody foresaw this" in error.message
    assert report.migrated_tools == ("other",)
    assert "Traceback" in caplog.text
    assert 'raise ZeroDivisionError("nobody foresaw this")' in caplog.text
    monkeypatch.setattr(owner, method, whole)
    assert (await migrate(project)).migrated_tools == ("it", "other")


@pytest.mark.seed("error.discovery", "error.compilation", "error.registration", "error.validation")
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (unreadable, MigrationErrorType.DISCOVERY_FAILED),
        (uncompilable, MigrationErrorType.COMPILATION_FAILED),
        (taken, MigrationErrorType.REGISTRATION_FAILED),
        (uncallable, MigrationErrorType.VALIDATION_FAILED),
    ],
)
async def test_each_step_that_fails_has_its_type_of_error(
    project: Project, make: Callable[[Project], None], expected: MigrationErrorType
) -> None:
    make(project)
    report = await migrate(project)
    [error] = report.failed_tools
    assert (error.tool_name, error.error_type) == ("it", expected)
    assert error.message
    assert error.context["path"].endswith(".rn")


@pytest.mark.seed("recovery.automatic", "incremental.rollback")
@pytest.mark.parametrize("mode", [MigrationMode.INCREMENTAL, MigrationMode.FULL])
async def test_rollback_on_failure_reverts_the_whole_run(project: Project, mode: MigrationMode) -> None:
    project.write("before.rn", tool("before", "1"))
    await migrate(project)
    project.write("before.rn", tool("before", "2"))
    project.write("broken.rn", tool("broken", "let let"))
    async with project.manager(mode=mode, rollback_on_failure=True) as manager:
        report = await manager.execute_migration()
        assert (report.migrated_tools, report.rolled_back) == ((), ("before",))
        assert (await manager.bridge.execute_migrated_tool("before", {})).result == 1


@pytest.mark.seed("recovery.manual", "rollback.procedure")
async def test_one_tool_can_be_rolled_back_by_hand(project: Project) -> None:
    project.write("one.rn", tool("one", "1"))
    async with project.manager() as manager:
        await manager.execute_migration()
        project.write("one.rn", tool("one", "2"))
        await manager.execute_migration()
        assert (await manager.bridge.execute_migrated_tool("one", {})).result == 2
        assert (await manager.rollback_tool_migration("one")).active
        assert (await manager.bridge.execute_migrated_tool("one", {})).result == 1
        assert not (await manager.rollback_tool_migration("one")).active


@pytest.mark.seed("recovery.retry")
async def test_a_retry_of_ones_own_decides_about_each_failure(project: Project) -> None:
    source = project.write("one.rn", tool("one", "args.no_such_method()"))
    told: list[tuple[str, MigrationErrorType, int]] = []

    def on_failure(error: MigrationError, attempt: int) -> float | None:
        told.append((error.tool_name, error.error_type, attempt))
        return 0.0 if attempt < 3 else None

    config = MigrationManagerConfig(state=project.root / ".crucible", retry=RetryPolicy(attempts=1))
    async with Phase51MigrationManager(config, on_failure=on_failure) as manager:
        report = await manager.execute_migration()
    assert told == [("one", MigrationErrorType.VALIDATION_FAILED, attempt) for attempt in (1, 2, 3)]
    assert report.state.failed_migrations == 1
    assert source.exists()


@pytest.mark.seed("recovery.partial")
async def test_a_failing_tool_does_not_keep_the_others_from_being_migrated(project: Project) -> None:
    project.write("a.rn", tool("a", "1"))
    uncompilable(project)
    project.write("z.rn", tool("z", "1"))
    report = await migrate(project)
    assert report.migrated_tools == ("a", "z")
    assert list(actions(report)) == ["a", "it", "z"]
