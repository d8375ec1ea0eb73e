"""`crucible audit`: what has to be accounted for, and whether it is as it was written."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from crucible_tools.cli.commands.auditing import audit
from tests.cli.conftest import Crucible

FILES = '[tool."leak".policy]\nmodules = ["crucible::basic", "crucible::file"]\nread_folders = ["data"]\n'


@pytest.fixture
def project(crucible: Crucible) -> Crucible:
    """A folder with two migrated tools; one asks for what its policy does not allow."""
    crucible.tool("hello", '"Hello"')
    crucible.tool("leak", 'crucible::file_read("/etc/passwd").await')
    crucible.write("data/x", "x")
    crucible.write("crucible.toml", FILES)
    assert crucible("migrate", "--config", "crucible.toml").code == 0
    return crucible


def records(project: Crucible, *arguments: str) -> list[dict[str, Any]]:
    return project("audit", "list", *arguments, "--format", "json").document


def execute(root: Path, statement: str) -> None:
    connection = sqlite3.connect(root / ".crucible" / "crucible.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_migration_is_listed_with_the_versions_that_it_registered(project: Crucible) -> None:
    found = records(project)
    assert [record["number"] for record in found] == list(range(1, len(found) + 1))
    registered = records(project, "--kind", "tool_registered")
    assert [record["tool"] for record in registered] == ["hello", "leak"]
    assert records(project, "--tool", "leak", "--limit", "1") == [found[-2]]
    assert "tool_registered" in project("audit", "list").out


def test_a_rollback_and_a_changed_policy_are_listed(project: Crucible) -> None:
    project.write("crucible.toml", FILES.replace('"data"', '"data", "more"'))
    assert project("migrate", "--config", "crucible.toml").code == 0
    [change] = records(project, "--kind", "policy_changed")
    assert change["tool"] == "leak"
    assert change["before"] != change["after"]
    assert project("rollback", "hello").code == 0
    assert records(project, "--tool", "hello")[-1]["operation"] == "restore"
    assert project("audit", "verify").code == 0


def test_a_denied_call_is_recorded_with_who_wanted_what(project: Crucible) -> None:
    assert project("call", "leak", "--state", ".crucible").code == 1
    [denial] = records(project, "--kind", "denial")
    assert (denial["tool"], denial["function"], denial["capability"]) == ("leak", "crucible::file_read", "file")
    assert denial["target"] == "read /etc/passwd"
    assert denial["call"]


def test_a_call_that_is_allowed_everything_adds_nothing(project: Crucible) -> None:
    before = records(project)
    assert project("call", "hello", "--state", ".crucible").code == 0
    assert records(project) == before


def test_an_intact_audit_gives_its_head_and_the_head_is_accepted_later(project: Crucible) -> None:
    done = project("audit", "verify")
    assert done.code == 0
    assert "records are intact" in done.out
    head = project("audit", "verify", "--format", "json").document["head"]
    assert f"head: {head}" in done.out
    project("call", "leak", "--state", ".crucible")
    assert project("audit", "verify", "--head", head).code == 0


def test_a_changed_record_ends_with_1_and_says_where(project: Crucible) -> None:
    execute(project.root, "UPDATE audit SET body = replace(body, 'leak', 'kale') WHERE number = 5")
    done = project("audit", "verify")
    assert done.code == 1
    assert "is broken: record 5" in done.err
    assert done.out == ""
    told = project("audit", "verify", "--format", "json")
    assert (told.code, told.document["valid"], told.document["flaw"]["number"]) == (1, False, 5)
    assert told.document["flaw"]["what"] == "changed"


def test_an_audit_that_was_cut_with_its_head_does_not_fit_a_head_that_was_kept(project: Crucible) -> None:
    head = project("audit", "verify", "--format", "json").document["head"]
    execute(project.root, "DELETE FROM audit WHERE number > 2")
    execute(project.root, "UPDATE audit_head SET number = 2, digest = (SELECT digest FROM audit WHERE number = 2)")
    told = project("audit", "verify", "--head", head, "--format", "json").document
    assert (told["flaw"]["what"], told["flaw"]["number"]) == ("truncated", 3)


def test_a_policy_that_was_raised_past_the_audit_is_found(project: Crucible) -> None:
    execute(
        project.root, "UPDATE tool_versions SET policy = replace(policy, 'safe', 'development') WHERE tool = 'hello'"
    )
    done = project("audit", "verify")
    assert done.code == 1
    assert "hello has another policy than record" in done.err


def test_every_option_of_its_commands_is_documented() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "commands.md").read_text("utf-8")
    described = page.partition("## crucible audit\n")[2].partition("\n## ")[0] + page.partition("## Common options")[2]
    group: Any = typer.main.get_command(audit)
    options = {
        option
        for command in group.commands.values()
        for parameter in command.params
        for option in parameter.opts
        if option != "--help"
    }
    assert [option for option in sorted(options) if f"`{option}" not in described] == []


@pytest.mark.parametrize("head", ["x", "3:abc", ":"])
def test_what_is_no_head_is_wrong_usage(project: Crucible, head: str) -> None:
    done = project("audit", "verify", "--head", head)
    assert done.code == 2
    assert "NUMBER:DIGEST" in done.err


def test_where_there_is_no_state_there_is_nothing_to_show_or_to_be_wrong(crucible: Crucible) -> None:
    assert crucible("audit", "list", "--format", "json").document == []
    assert crucible("audit", "verify").code == 0
    assert crucible("audit", "verify", "--head", f"3:{'0' * 64}").code == 2
    assert not (crucible.root / ".crucible").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="XDG_CONFIG_HOME is for Linux")
def test_trust_is_recorded_in_the_folders_own_state(
    project: Crucible, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    project("trust", ".")
    project("trust", "--remove", ".")
    project("trust", "--remove", ".")
    found = [record for record in records(project) if str(record["kind"]).endswith("trusted")]
    assert [(record["kind"], record["folder"]) for record in found] == [
        ("trusted", str(project.root)),
        ("distrusted", str(project.root)),
    ]
    assert found[0]["settings"]


def test_a_state_that_cannot_be_written_does_not_fail_the_call(project: Crucible) -> None:
    execute(project.root, "DROP TABLE audit_head")
    done = project("call", "leak", "--state", ".crucible", "--format", "json")
    assert done.document["error"]["kind"] == "denied"
