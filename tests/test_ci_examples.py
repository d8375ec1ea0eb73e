"""The examples for CI do what they say: their commands run here as they stand, on the example tools."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent
CI = ROOT / "examples" / "ci"


def steps(workflow: Path) -> list[str]:
    """What the steps run, in their order; folded lines are one."""
    found = re.findall(r"^        run: (>-\n(?: {10}.*\n)+|.*\n)", workflow.read_text(encoding="utf-8"), re.MULTILINE)
    return [" ".join(step.removeprefix(">-\n").split()) for step in found]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with legacy tools below `tools/`."""
    shutil.copytree(ROOT / "examples" / "legacy_tools", tmp_path / "tools")
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
    commands = [step for step in steps(CI / "github.yml") if "pip install" not in step]
    done = {command: run(project, "bash", "-e", "-c", command) for command in commands}
    assert [done[command].returncode for command in commands] == [1, 0, 3, 3, 0, 1, 0], "as the examples' README has it"
    assert commands[0] == "crucible check tools --format github"
    assert done[commands[0]].stdout.startswith("::error file=tools/")
    for name in ("plan.json", "junit.xml", "report.html", "check.sarif", "report.sarif"):
        assert (project / name).stat().st_size > 0
        assert name in (CI / "github.yml").read_text(encoding="utf-8")
    assert ElementTree.parse(project / "junit.xml").getroot().get("failures") == "4"
    summary = (project / "step-summary.md").read_text(encoding="utf-8")
    assert summary.startswith("## Plan at SAFE")
    assert "## Migrated 0 of 22 tools" in summary
    assert not (project / ".crucible").exists(), "a rehearsal keeps nothing"


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
