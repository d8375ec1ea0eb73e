"""Paths that lead nowhere are told as what they are, wherever one can be named; none is a bug."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Crucible

LONG = "a" * 300
"""Longer than a name may be on any file system."""


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("check {}", "the folder {} does not exist"),
        ("plan {}", "the folder {} does not exist"),
        ("migrate {}", "the folder {} does not exist"),
        ("trust {}", "{} is no folder"),
        ("list --config {}", "the configuration file {} does not exist"),
        ("list --config tools", "the configuration file tools can't be read: Is a directory"),
        ("list --config {}/x", "the configuration file {}/x does not exist"),
        ("check --baseline {}", "the baseline {} can't be read: File name too long"),
        ("check --output-file {}", "{} can't be written: File name too long"),
        ("check --output-file {}/x", "{}/x can't be written: File name too long"),
        ("check --output-file none/x", "none/x can't be written: there is no such folder"),
        ("check --output-file tools", "tools can't be written: it is a folder"),
        ("migrate --report {}.json", "{}.json can't be written: File name too long"),
        ("plan --out {}", "{} can't be written: File name too long"),
        ("report --out {}.json", "{}.json can't be written: File name too long"),
        ("migrate --plan {}", "the plan {} can't be read: File name too long"),
        ("restore echo --to {}", "{}/echo.rn can't be looked at: File name too long"),
        ("restore echo --to loop", "loop/echo.rn can't be looked at: Too many levels of symbolic links"),
        ("list --state {}", "the state folder * can't be used: File name too long"),
        ("list --state loop", "the state loop is nowhere: there is a link that leads back to itself"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(crucible: Crucible, command: str, message: str) -> None:
    crucible.tool("echo")
    crucible.root.joinpath("loop").symlink_to("loop")
    assert crucible("migrate").code == 0
    done = crucible(*(word.format(LONG) for word in command.split()), "--format", "json")
    assert done.code == 2
    error = done.document["error"]
    before, _, after = message.format(*[LONG] * message.count("{}")).partition("*")
    assert before in error["message"]
    assert after in error["message"]
    assert error["code"] != "internal"


def test_a_source_that_became_a_link_to_itself_drifts(crucible: Crucible) -> None:
    file = crucible.tool("echo")
    crucible("migrate")
    file.unlink()
    file.symlink_to(file.name)
    done = crucible("status", "--drift", "--format", "json")
    assert [(found["kind"], found["tool"]) for found in done.document["drift"]] == [("unreadable", "echo")]
    folder = file.parent
    file.unlink()
    folder.rmdir()
    folder.symlink_to(folder.name)
    for command in ("status --drift", "migrate", "plan", "check", "reload echo", "validate"):
        done = crucible(*command.split(), "--format", "json")
        assert "internal" not in done.out, command
    assert crucible("reload", "echo").code == 2


def test_a_baseline_may_name_what_no_file_can_be_called(crucible: Crucible) -> None:
    crucible.tool("echo")
    finding = {"path": f"{LONG}.rn", "code": "RN001", "fingerprint": "0", "count": 1}
    crucible.write("known.json", json.dumps({"version": 1, "findings": [finding]}))
    done = crucible("check", "--baseline", "known.json")
    assert (done.code, done.err) == (0, "")
    assert "1 finding of the baseline gone" in done.out


@pytest.mark.parametrize("folder", ["~nobody-has-this-name/x", "{root}/loop/x"])
def test_a_folder_of_a_policy_that_is_nowhere_is_told(crucible: Crucible, folder: str) -> None:
    Path("loop").symlink_to("loop")
    crucible.tool("echo")
    named = folder.format(root=crucible.root)
    crucible.write("c.toml", f'level = "development"\n[policy]\nread_folders = ["{named}"]\n')
    done = crucible("migrate", "--config", "c.toml", "--format", "json")
    assert "internal" not in done.out
    assert done.code in (0, 2)
