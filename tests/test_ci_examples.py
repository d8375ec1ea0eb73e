"""The examples for CI do what they say: their commands run here as they stand, on the example tools."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CI = ROOT / "examples" / "ci"
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
"""As GitHub's runners run a step; GitLab's do much the same."""


def jobs(workflow: Path) -> dict[str, Any]:
    """The jobs of a workflow, in their order."""
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    return document.get("jobs") or {name: job for name, job in document.items() if "script" in job}


def commands(job: dict[str, Any]) -> list[str]:
    """What the steps of a job run, in their order, but for installing the package."""
    return [step["run"] for step in job["steps"] if "run" in step and "pip install" not in step["run"]]


def uploads(job: dict[str, Any]) -> list[str]:
    """The files that a job uploads."""
    given = [step["with"] for step in job["steps"] if "upload" in step.get("uses", "")]
    return [path for options in given for path in (options.get("path") or options["sarif_file"]).split()]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with legacy tools below `tools/`."""
    shutil.copytree(ROOT / "examples" / "legacy_tools", tmp_path / "tools")
    return tmp_path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout with one tool that is good and one that is broken."""
    (tmp_path / "tools").mkdir()
    for name in ("rota.rn", "night_shift.rn"):
        shutil.copy(ROOT / "examples" / "legacy_tools" / "ops" / name, tmp_path / "tools")
    return tmp_path


def run(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRUCIBLE_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=project,
        env={**kept, "PATH": path, "GITHUB_STEP_SUMMARY": str(project / "step-summary.md")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_commands_of_the_workflow_run_and_leave_what_it_uploads(project: Path) -> None:
    job = jobs(CI / "github.yml")["tools"]
    done = [(command, run(project, *BASH, command)) for command in commands(job)]
    assert [ended.returncode for _, ended in done] == [1, 0, 3, 3, 0], "as the examples' README has it"
    for verb, (command, _) in zip(("check", "check", "plan", "migrate"), done, strict=False):
        assert command.startswith(f"crucible {verb} tools")
    assert done[0][1].stdout.startswith("::error file=tools/")
    assert uploads(job) == ["plan.json", "junit.xml", "report.html", "check.sarif", "report.sarif"]
    assert [name for name in uploads(job) if not (project / name).stat().st_size] == []
    for name in ("check.sarif", "report.sarif"):
        assert json.loads((project / name).read_text(encoding="utf-8"))["runs"][0]["results"]
    assert ElementTree.parse(project / "junit.xml").getroot().get("failures") == "4"
    summary = (project / "step-summary.md").read_text(encoding="utf-8")
    assert summary.startswith("## Plan at SAFE")
    assert not (project / ".crucible").exists(), "a rehearsal keeps nothing"


def test_the_workflow_goes_on_to_its_reports_after_a_command_that_failed() -> None:
    job = jobs(CI / "github.yml")["tools"]
    first = next(number for number, step in enumerate(job["steps"]) if "crucible check" in step.get("run", ""))
    assert {step.get("if") for step in job["steps"][first + 1 :]} == {"${{ !cancelled() }}"}


def test_on_the_main_branch_the_workflow_migrates_all_or_nothing_into_a_state_that_it_uploads(small: Path) -> None:
    job = jobs(CI / "github.yml")["migrate"]
    assert [run(small, *BASH, command).returncode for command in commands(job)] == [1, 0]
    assert "## Migrated 0 of 2 tools" in (small / "step-summary.md").read_text(encoding="utf-8")
    (small / "tools" / "night_shift.rn").unlink()
    assert [run(small, *BASH, command).returncode for command in commands(job)] == [0, 0]
    assert uploads(job) == ["migrated"]
    assert (small / "migrated" / "crucible.db").stat().st_size > 0


@pytest.mark.parametrize(("name", "expected"), [("tools", 3), ("migrate", 1)])
def test_the_jobs_of_the_other_workflow_run_and_leave_their_artifacts(small: Path, name: str, expected: int) -> None:
    job = jobs(CI / "gitlab.yml")[name]
    done = run(small, *BASH, "\n".join(job["script"]))
    assert done.returncode == expected, done.stderr
    artifacts = job["artifacts"]
    kept = artifacts["paths"] + artifacts.get("reports", {}).get("junit", [])
    assert [path for path in kept if not (small / path).exists()] == []


def test_the_script_leaves_its_reports_and_ends_as_the_first_failure(project: Path) -> None:
    done = run(project, "sh", str(CI / "check-tools.sh"))
    assert done.returncode == 1, done.stderr
    assert {path.name for path in (project / "reports").iterdir()} == {
        "check.xml",
        "plan.json",
        "migration.xml",
        "migration.html",
        "migration.json",
    }


def test_the_script_ends_with_0_where_all_is_well(project: Path) -> None:
    (project / "good").mkdir()
    shutil.copy(project / "tools" / "ops" / "rota.rn", project / "good")
    done = run(project, "sh", str(CI / "check-tools.sh"), "good", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "out" / "migration.html").exists()
