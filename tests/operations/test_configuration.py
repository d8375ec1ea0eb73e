"""Each setting comes from the strongest place that has it, and a file that was merely found raises no powers."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from crucible_tools import (
    ALL,
    ConfigurationError,
    MigrationMode,
    Policy,
    RecordConfig,
    RetryPolicy,
    SecurityLevel,
    ValidationMode,
)
from crucible_tools.model.policy import MIB
from crucible_tools.operations.configuration import Configuration, Flags
from crucible_tools.operations.configuration_reader import read_configuration
from crucible_tools.store.event_log import Retention


def read(folder: Path, toml: str | None = None, flags: Flags | None = None, **environment: str) -> Configuration:
    """The configuration of a folder, with a `crucible.toml` in it."""
    if toml is not None:
        (folder / "crucible.toml").write_text(toml)
    variables = {f"CRUCIBLE_{name.upper()}": value for name, value in environment.items()}
    return read_configuration(flags or Flags(), variables, folder)


def test_without_anything_the_contracts_defaults_hold(tmp_path: Path) -> None:
    configuration = read(tmp_path)
    assert {setting["origin"] for setting in configuration.to_json()} == {"default"}
    assert configuration.manager_config().security_level is SecurityLevel.SAFE


def test_flags_beat_the_environment_which_beats_the_file_which_beats_defaults(tmp_path: Path) -> None:
    toml = 'state = "of-file"\nmode = "manual"\nvalidation = "skip"\n'
    by_file = read(tmp_path, toml)
    assert (by_file.state.value, by_file.mode.value) == ("of-file", MigrationMode.MANUAL)
    by_environment = read(tmp_path, toml, state="of-environment")
    assert by_environment.state.value == "of-environment"
    by_flag = read(tmp_path, toml, Flags(state="of-flag"), state="of-environment")
    assert (by_flag.state.value, by_flag.state.origin) == ("of-flag", "--state")
    assert by_flag.validation.value is ValidationMode.SKIP


def test_directories_come_from_arguments_environment_or_file(tmp_path: Path) -> None:
    toml = 'directories = ["a", "b"]\n'
    assert read(tmp_path, toml).directories.value == (Path("a"), Path("b"))
    assert read(tmp_path, toml, directories=os.pathsep.join(["c", "d"])).directories.value == (Path("c"), Path("d"))
    assert read(tmp_path, toml, Flags(directories=(Path("e"),))).directories.value == (Path("e"),)


@pytest.mark.parametrize("level", ["production", "development"])
def test_a_found_file_does_not_raise_the_level_and_a_named_one_does(tmp_path: Path, level: str) -> None:
    found = read(tmp_path, f'level = "{level}"\n')
    assert found.level.value is SecurityLevel.SAFE
    assert f"may not raise it to {level}" in found.level.origin
    assert "--config" in found.warnings[0]
    named = read(tmp_path, flags=Flags(config=tmp_path / "crucible.toml"))
    assert named.level.value == level
    assert named.warnings == ()
    by_variable = read(tmp_path, config=str(tmp_path / "crucible.toml"))
    assert by_variable.level.value == level


def test_a_found_file_may_lower_a_policy_and_not_raise_it(tmp_path: Path) -> None:
    lower = read(tmp_path, "[policy]\nmemory_mb = 20\ntime_s = 2.5\nmodules = []\nhost_calls = 0\n").policy.value
    safe = Policy.for_level(SecurityLevel.SAFE)
    assert lower is not None
    assert (lower.memory_bytes, lower.timeout_s, lower.max_host_calls) == (20 * MIB, 2.5, 0)
    assert lower.capabilities == frozenset()
    higher = read(tmp_path, '[policy]\nmemory_mb = 4000\ntime_s = 60\nmodules = ["basic", "http", "file"]\n')
    assert higher.policy.value == safe


@pytest.mark.parametrize("table", ["policy", 'tool."weather".policy'])
def test_a_found_file_that_would_raise_a_policy_is_warned_of_and_one_that_lowers_it_is_not(
    tmp_path: Path, table: str
) -> None:
    (warning,) = read(tmp_path, f'[{table}]\nmodules = ["crucible::http"]\nhttp_hosts = ["example.com"]\n').warnings
    assert all(part in warning for part in (f"[{table}]", "may not raise powers", "crucible trust"))
    assert read(tmp_path, f"[{table}]\ntime_s = 1.0\n").warnings == ()
    assert read(tmp_path, f'[{table}]\nmodules = ["crucible::basic"]\n').warnings == ()


def test_a_named_file_may_raise_a_policy(tmp_path: Path) -> None:
    toml = '[policy]\nmemory_mb = 200\ntime_s = 60\nmodules = ["crucible::basic", "crucible::http"]\n'
    policy = read(tmp_path, toml, Flags(config=tmp_path / "crucible.toml")).policy.value
    assert policy is not None
    assert (policy.memory_bytes, policy.timeout_s) == (200 * MIB, 60)
    assert policy.capabilities == {"basic", "http"}


def test_a_found_policy_lowers_whatever_level_the_flag_says(tmp_path: Path) -> None:
    policy = read(tmp_path, "[policy]\ntime_s = 1\n", Flags(level="development")).policy.value
    assert policy is not None
    assert (policy.level, policy.timeout_s, policy.capabilities) == (SecurityLevel.DEVELOPMENT, 1, ALL)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("stat = 'x'", "did you mean 'state'"),
        ("state = 5", "state"),
        ("level = 'best'", "one of safe, production, development"),
        ("lock_timeout = -1", "a number of seconds"),
        ("lock_timeout = nan", "a number of seconds"),
        ("directories = 'tools'", "a list of paths"),
        ("policy = 5", r"\[policy\]"),
        ("[policy]\nmemory = 5", "memory_mb"),
        ("[policy]\nmemory_mb = 0", "above 0"),
        ("[policy]\ntime_s = true", "above 0"),
        ("[policy]\nhost_calls = 1.5", "whole number"),
        ("[policy]\noutput_bytes = 0", "at least 1"),
        ("[policy]\nmodules = 'http'", "no list"),
        ("this is no toml", "can't be read"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_reason(tmp_path: Path, toml: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, toml)
    assert "crucible.toml" in caught.value.message
    assert re.search(told, f"{caught.value.message} {caught.value.hint}")


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        read(tmp_path, flags=Flags(config=tmp_path / "none.toml"))


def test_a_wrong_variable_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CRUCIBLE_MODE"):
        read(tmp_path, mode="sideways")


@pytest.mark.parametrize("state", ["../elsewhere", "/elsewhere", "sqlite:////elsewhere/x.db", "link/state"])
def test_a_found_file_does_not_lead_the_state_out_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path, target_is_directory=True)
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigurationError, match="outside of the working directory") as caught:
        read(folder, f'state = "{state}"\n')
    assert "--config" in (caught.value.hint or "")
    named = read(folder, flags=Flags(config=folder / "crucible.toml"))
    assert (named.state.value, named.state_is_named) == (state, True)
    assert read(folder, flags=Flags(state="mine")).state_is_named


def test_a_found_state_that_is_a_link_out_of_the_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".crucible").symlink_to(tmp_path, target_is_directory=True)
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigurationError, match="a link that leads out"):
        read(folder)
    assert read(folder, flags=Flags(state=".crucible")).state_is_named


def test_what_is_merely_found_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not read(tmp_path).state_is_named
    assert not read(tmp_path, 'state = "mine"\n').state_is_named
    assert read(tmp_path, state="mine").state_is_named


def test_the_rules_to_ask_come_from_flags_environment_or_a_table_of_the_file(tmp_path: Path) -> None:
    toml = '[check]\nselect = ["rn001", "RN1, RN2"]\nignore = "RN104 RN105"\nbaseline = "known.json"\n'
    by_file = read(tmp_path, toml).check
    assert by_file.select.value == ("RN001", "RN1", "RN2")
    assert (by_file.ignore.value, by_file.ignore.origin) == (("RN104", "RN105"), str(tmp_path / "crucible.toml"))
    assert by_file.baseline.value == Path("known.json")
    by_environment = read(tmp_path, toml, check_select="RN3", check_baseline="other.json").check
    assert (by_environment.select.value, by_environment.select.origin) == (("RN3",), "CRUCIBLE_CHECK_SELECT")
    assert by_environment.baseline.value == Path("other.json")
    by_flag = read(tmp_path, toml, Flags(select=("RN4",), baseline=Path("x")), check_select="RN3").check
    assert (by_flag.select.value, by_flag.select.origin) == (("RN4",), "--select")
    assert by_flag.baseline.origin == "--baseline"
    assert by_flag.ignore.value == ("RN104", "RN105")


def test_a_found_file_may_not_put_the_baseline_outside_and_a_named_one_may(tmp_path: Path) -> None:
    toml = f"[check]\nbaseline = '{tmp_path.parent / 'known.json'}'\n"
    with pytest.raises(ConfigurationError, match="outside of the working directory"):
        read(tmp_path, toml)
    named = read(tmp_path, flags=Flags(config=tmp_path / "crucible.toml"))
    assert named.check.baseline.value == tmp_path.parent / "known.json"


def test_jobs_are_readers_and_validations_at_the_same_time(tmp_path: Path) -> None:
    default = read(tmp_path).manager_config()
    assert (default.max_concurrent_migrations, default.enable_parallel_migration) == (5, False)
    three = read(tmp_path, "jobs = 3\n").manager_config()
    assert (three.max_concurrent_migrations, three.enable_parallel_migration) == (3, True)
    one = read(tmp_path, "jobs = 3\n", Flags(jobs=1), jobs="2").manager_config()
    assert (one.max_concurrent_migrations, one.enable_parallel_migration) == (1, False)
    assert read(tmp_path, "jobs = 3\n", jobs="2").jobs.value == 2


@pytest.mark.parametrize(
    ("toml", "flag", "variable", "expected"),
    [
        ("", None, None, False),
        ("atomic = true\n", None, None, True),
        ("atomic = true\n", None, "no", False),
        ("atomic = false\n", None, "TRUE", True),
        ("atomic = false\n", True, "0", True),
    ],
)
def test_an_atomic_run_is_asked_for_by_flag_variable_or_file(
    tmp_path: Path, toml: str, flag: bool | None, variable: str | None, expected: bool
) -> None:
    environment = {"atomic": variable} if variable else {}
    configuration = read(tmp_path, toml, Flags(atomic=flag), **environment)
    assert configuration.manager_config().rollback_on_failure is expected


def test_each_field_of_the_retry_policy_comes_from_its_strongest_place(tmp_path: Path) -> None:
    toml = "[retry]\nattempts = 7\ndelay_s = 0.5\nfactor = 3\nmax_delay_s = 9\n"
    assert read(tmp_path, toml).manager_config().retry == RetryPolicy(7, 0.5, 3.0, 9.0)
    mixed = read(tmp_path, toml, retry_attempts="2", retry_delay_s="1.5")
    assert mixed.retry.value == RetryPolicy(2, 1.5, 3.0, 9.0)
    assert "CRUCIBLE_RETRY_ATTEMPTS" in mixed.retry.origin
    assert "crucible.toml" in mixed.retry.origin


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("jobs = 0", "at least 1"),
        ("jobs = true", "at least 1"),
        ("jobs = 'many'", "at least 1"),
        ("atomic = 1", "true or false"),
        ("atomic = 'perhaps'", "true or false"),
        ("retry = 3", r"\[retry\]"),
        ("[retry]\nattempt = 3", "did you mean 'attempts'"),
        ("[retry]\nattempts = 0", "RetryPolicy.attempts"),
        ("[retry]\nfactor = 'two'", "RetryPolicy.factor"),
    ],
)
def test_a_wrong_number_of_jobs_or_a_wrong_retry_policy_is_refused(tmp_path: Path, toml: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, toml)
    assert re.search(told, f"{caught.value.message} {caught.value.hint}")


def test_which_events_are_kept_is_said_by_a_file_that_is_trusted_or_by_a_variable(tmp_path: Path) -> None:
    toml = "[events]\nkeep = 5\nkeep_days = 0.5\n"
    assert read(tmp_path, "").retention.value == Retention()
    found = read(tmp_path, toml)
    assert found.retention.value == Retention(), "what is merely found hides nothing and fills no disk"
    assert "which events are kept" in found.warnings[0]
    named = read(tmp_path, toml, Flags(config=tmp_path / "crucible.toml"))
    assert named.retention.value == Retention(count=5, age=timedelta(hours=12))
    assert read(tmp_path, "", events_keep="7").retention.value.count == 7
    rows = {row["name"]: row["value"] for row in named.to_json()}
    assert (rows["events.keep"], rows["events.keep_days"]) == (5, 0.5)


@pytest.mark.parametrize("wrong", ["keep = 0", "keep = 1.5", 'keep = "x"', "keep = true", "keep_days = -1", "age = 1"])
def test_what_is_no_number_of_events_or_days_is_refused(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "crucible.toml").write_text(f"[events]\n{wrong}\n")
    with pytest.raises(ConfigurationError, match="events"):
        read(tmp_path, None, Flags(config=tmp_path / "crucible.toml"))


def test_calls_are_recorded_where_a_named_file_a_variable_or_a_flag_says_so(tmp_path: Path) -> None:
    toml = '[record]\nenabled = true\nmax_calls = 20000\nredact = ["pin"]\n'
    assert read(tmp_path).record.value == RecordConfig()
    named = read(tmp_path, toml, Flags(config=tmp_path / "crucible.toml")).record
    assert named.value == RecordConfig(enabled=True, max_calls=20_000, redact=("pin",))
    assert named.origin == str(tmp_path / "crucible.toml")
    by_variable = read(tmp_path, "", record_enabled="yes", record_keep_days="1.5", record_redact="a, b").record.value
    assert by_variable == RecordConfig(enabled=True, keep_days=1.5, redact=("a", "b"))
    by_flag = read(tmp_path, toml, Flags(record=True)).record
    assert by_flag.value.enabled
    assert by_flag.origin.startswith("--record")
    assert not read(tmp_path, toml, Flags(record=False), record_enabled="true").record.value.enabled


def test_a_found_file_records_nothing_and_keeps_no_more_but_may_keep_less(tmp_path: Path) -> None:
    toml = '[record]\nenabled = true\nmax_calls = 20000\nmax_call_bytes = 10\nkeep_days = 400\nredact = ["pin"]\n'
    found = read(tmp_path, toml)
    assert found.record.value == RecordConfig(max_call_bytes=10, redact=("pin",))
    assert any("has calls recorded" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("enabled = 1", "enabled"),
        ("max_calls = 0", "max_calls"),
        ("keep_days = -1", "keep_days"),
        ('redact = ["*"]', "would replace everything"),
        ('redact_prefixes = [""]', "would replace everything"),
        ("redact = 7", "redact"),
        ("redakt = []", "redact"),
    ],
)
def test_a_wrong_setting_of_records_is_refused(tmp_path: Path, toml: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(tmp_path, f"[record]\n{toml}\n")
    assert told in f"{raised.value.message} {raised.value.hint}"
