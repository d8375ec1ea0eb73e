"""What `docs/rune-service.md` shows and says is so."""

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from crucible_tools import RuneService, RuneServiceConfig

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "rune-service.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_run(number: int, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "legacy_tools", tmp_path / "examples" / "legacy_tools")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EXAMPLES[number]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_every_method_is_in_the_table() -> None:
    public = {name for name in vars(RuneService) if not name.startswith("_")} - {"redirected_to"}
    assert {name for name in public if not re.search(rf"`(RuneService\.)?{name}[(`]|\.{name}\(", PAGE)} == set()


def test_every_field_of_the_configuration_is_in_the_table() -> None:
    assert {field.name for field in fields(RuneServiceConfig) if f"| `{field.name}` |" not in PAGE} == set()
