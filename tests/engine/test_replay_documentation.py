"""What `docs/replay.md` shows and says is so."""

import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

from crucible_tools import RecordConfig
from crucible_tools.engine.record_redaction import NAMES
from crucible_tools.model.replays import What

PAGE = (Path(__file__).parent.parent.parent / "docs" / "replay.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_example_runs() -> None:
    [example] = blocks("python")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        '{"n":1,"pin":"[redacted]"} [\'crucible::time_now\', \'crucible::time_format\']',
        "True True 2",
        "result the result is another one",
    ]


def test_every_setting_is_shown_with_its_default() -> None:
    [example] = blocks("toml")
    table = tomllib.loads(example)["record"]
    assert set(table) == {field.name for field in fields(RecordConfig)}
    chosen = {"enabled", "redact", "redact_prefixes"}
    usual = RecordConfig().to_json()
    assert {name: value for name, value in table.items() if name not in chosen} == {
        name: value for name, value in usual.items() if name not in chosen
    }


def test_every_difference_and_every_name_that_is_redacted_is_named() -> None:
    assert [what for what in What if f"`{what.value}`" not in PAGE] == []
    assert [name for name in NAMES if f"`{name}`" not in PAGE] == []
