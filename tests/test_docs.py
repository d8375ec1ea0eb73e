"""The documentation says what is there: every command, option and error code; and its examples run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

import crucible_tools
from crucible_tools.cli.app import app

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
COMMANDS = ROOT / "docs" / "commands.md"
ERRORS = ROOT / "docs" / "errors.md"


def commands() -> dict[str, Any]:
    """Every command that a user can type, by its name."""
    group: Any = typer.main.get_command(app)
    return {name: command for name, command in group.commands.items() if not command.hidden}


def section(text: str, heading: str) -> str:
    """The text below a second-level heading."""
    _, found, rest = text.partition(f"\n## {heading}\n")
    assert found, f"there is no section {heading!r}"
    return rest.partition("\n## ")[0]


def python_blocks(path: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_a_section_and_is_in_the_readme(name: str) -> None:
    assert section(COMMANDS.read_text(encoding="utf-8"), f"crucible {name}").strip()
    assert f"`crucible {name}" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_of_a_command_is_in_its_section_or_among_the_common_ones(name: str) -> None:
    text = COMMANDS.read_text(encoding="utf-8")
    described = section(text, f"crucible {name}") + section(text, "Common options")
    options = [
        option
        for parameter in commands()[name].params
        if not getattr(parameter, "hidden", False)
        for option in parameter.opts
        if option.startswith("-") and option != "--help"
    ]
    assert [option for option in options if f"`{option}" not in described] == []


def test_no_command_is_documented_that_does_not_exist() -> None:
    documented = re.findall(r"^## crucible (.+)$", COMMANDS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(commands())


def test_every_error_code_is_documented() -> None:
    text = ERRORS.read_text(encoding="utf-8")
    assert [code for code in codes(crucible_tools.CrucibleError) if f"| `{code}` |" not in text] == []


def codes(root: type[crucible_tools.CrucibleError]) -> list[str]:
    return [root.code, *(code for sub in root.__subclasses__() for code in codes(sub))]


def test_links_inside_the_documentation_lead_somewhere() -> None:
    pages = [README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("number", range(len(python_blocks(README))))
def test_the_python_examples_of_the_readme_run(number: int, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "legacy_tools", tmp_path / "examples" / "legacy_tools")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", python_blocks(README)[number]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
