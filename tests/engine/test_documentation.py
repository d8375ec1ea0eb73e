"""What `docs/engine.md` shows and says is so."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from crucible_tools import ScriptEngine, ScriptEngineConfig

PAGE = (Path(__file__).parent.parent.parent / "docs" / "engine.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_run(number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EXAMPLES[number]],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["6", "print adding 2 numbers", "50% half done", "9", "42"]


def test_every_method_is_in_the_table() -> None:
    public = {name for name in dir(ScriptEngine) if not name.startswith("_")}
    assert {name for name in public if not re.search(rf"`{name}[(`]", PAGE)} == set()


def test_no_method_is_in_the_table_that_does_not_exist() -> None:
    table = PAGE.partition("## Methods")[2].partition("\n## ")[0]
    named = {name for name in re.findall(r"`(\w+)[(`]", table) if name not in {"ToolExecutionResult", "script_id"}}
    assert {name for name in named if not hasattr(ScriptEngine, name)} == set()


def test_every_field_of_the_configuration_is_in_its_table_with_its_default() -> None:
    assert {field.name for field in fields(ScriptEngineConfig) if f"| `{field.name}` |" not in PAGE} == set()
