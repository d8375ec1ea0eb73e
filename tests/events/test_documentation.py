"""docs/events.md says what is there: every type with its class and its fields; and its example runs."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from crucible_tools import events
from crucible_tools.events import CustomEvent, Event, EventType

PAGE = (Path(__file__).parent.parent.parent / "docs" / "events.md").read_text(encoding="utf-8")

CLASSES = {
    kind.kind: kind
    for kind in vars(events).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind not in (Event, CustomEvent)
}


@pytest.mark.parametrize("kind", EventType)
def test_a_type_has_a_class_and_both_are_documented_with_what_they_tell(kind: EventType) -> None:
    (row,) = re.findall(rf"^\| `{kind.value}` \| .*$", PAGE, re.MULTILINE)

    assert f"`{CLASSES[kind].__name__}`" in row
    told = [field.name for field in fields(CLASSES[kind]) if field.name != "identifier"]
    assert not told or f"`{' '.join(told)}`" in row


def test_the_example_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.stdout.split()[1:], done.stderr) == (["just_build", "finished"], "")
