"""The command line in a project folder of its own, with the real engine and the real state."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.cli import main


@dataclass(frozen=True)
class Done:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


class Crucible:
    """Runs commands in this process."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capture = capture

    def __call__(self, *arguments: str) -> Done:
        """Run `crucible` with these arguments."""
        self._capture.readouterr()
        code = main(arguments)
        captured = self._capture.readouterr()
        return Done(code, captured.out, captured.err)

    def write(self, path: str, content: str | bytes) -> Path:
        """A file below the project folder."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def tool(self, name: str, body: str = "args", *, schema: str = '#{ type: "object" }') -> Path:
        """A legacy tool of the direct form below `tools/`."""
        return self.write(
            f"tools/{name}.rn",
            f'pub fn NAME() {{ "{name}" }}\npub fn DESCRIPTION() {{ "The tool {name}" }}\n'
            f"pub fn INPUT_SCHEMA() {{ {schema} }}\npub async fn call(args) {{ {body} }}\n",
        )


@pytest.fixture
def crucible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Crucible:
    """A project folder as the working directory, and no setting from outside."""
    monkeypatch.chdir(tmp_path)
    names = ("STATE", "CONFIG", "DIRECTORIES", "MODE", "LEVEL", "VALIDATION", "LOCK_TIMEOUT", "FORMAT")
    for name in (*names, "JOBS", "ATOMIC", "CHECK_SELECT", "CHECK_IGNORE", "CHECK_BASELINE"):
        monkeypatch.delenv(f"CRUCIBLE_{name}", raising=False)
    return Crucible(tmp_path, capsys)
