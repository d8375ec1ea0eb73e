"""The short way to one tool gives what the long way gives, and does without SQLAlchemy."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from crucible_tools.errors import ToolNotFound
from crucible_tools.store.place import resolve
from crucible_tools.store.quick import load_tool
from crucible_tools.store.state import State
from tests.store.conftest import fill, source_of


def test_both_ways_give_the_same_tool(state: State, folder: Path) -> None:
    fill(state, "echo", "other")
    loaded = load_tool(resolve(folder), "echo")
    assert loaded.tool == state.tool("echo")
    assert loaded.source == source_of("echo").decode()


def test_an_unknown_tool_is_told_near_names(state: State, folder: Path) -> None:
    fill(state, "slugify", "agenda", "queue.add")
    with pytest.raises(ToolNotFound) as caught:
        load_tool(resolve(folder), "slugfy")
    assert caught.value.near == ("slugify",)
    assert caught.value.exit_code == 1


def test_a_missing_state_is_an_unknown_tool_with_a_hint_to_migrate(folder: Path) -> None:
    with pytest.raises(ToolNotFound) as caught:
        load_tool(resolve(folder), "echo")
    assert "crucible migrate" in (caught.value.hint or "")
    assert not folder.exists()


def test_the_short_way_does_not_import_sqlalchemy_or_pydantic(state: State, folder: Path) -> None:
    fill(state, "echo")
    code = (
        "import pickle, sys; from crucible_tools.store.quick import load_tool;"
        "load_tool(pickle.loads(bytes.fromhex(sys.argv[1])), 'echo');"
        "print([name for name in ('sqlalchemy', 'pydantic', 'rich', 'filelock') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, pickle.dumps(resolve(folder)).hex()], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
