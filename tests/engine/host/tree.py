"""Folders for the tests of files: one that the policy names, and what lies outside of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crucible_tools.engine.host.world import World
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolExecutionResult
from tests.engine.host.support import Heard, Stage
from tests.engine.support import level

SECRET = "what lies outside"
OPERATIONS = {
    "read": 'fs::read_to_string("{path}")?',
    "file_read": 'crucible::file_read("{path}").await?',
    "exists": 'fs::exists("{path}")',
    "file_exists": 'crucible::file_exists("{path}").await?',
    "is_file": 'fs::is_file("{path}")',
    "is_dir": 'fs::is_dir("{path}")',
    "list": 'fs::list_dir("{path}")?',
    "write": 'fs::write_file("{path}", "new")?',
    "file_write": 'crucible::file_write("{path}", "new").await?',
    "append": 'fs::append_file("{path}", "new")?',
    "mkdir": 'fs::mkdir("{path}")?',
    "remove": 'fs::remove("{path}")?',
    "copy_from": 'fs::copy("{path}", "copied")?',
    "copy_to": 'fs::copy("inside.txt", "{path}")?',
    "rename_from": 'fs::rename("{path}", "renamed")?',
    "rename_to": 'fs::rename("inside.txt", "{path}")?',
}


@dataclass
class Tree:
    """`root` is what the policy names, `outside` is beside it."""

    stage: Stage
    root: Path
    outside: Path

    @staticmethod
    def make(stage: Stage, base: Path) -> Tree:
        tree = Tree(stage, base / "root", base / "outside")
        for folder in (tree.root / "a" / "b", tree.outside / "deep", base / "rootbeside"):
            folder.mkdir(parents=True)
        (tree.root / "inside.txt").write_text("inside")
        (tree.root / "a" / "one.txt").write_text("one")
        (tree.outside / "secret.txt").write_text(SECRET)
        (base / "rootbeside" / "secret.txt").write_text(SECRET)
        return tree

    def path(self, text: str) -> str:
        return text.format(root=self.root, outside=self.outside, base=self.root.parent)

    def policy(self, **fields: Any) -> Policy:
        policy = level("development")
        named = frozenset({str(self.root)})
        files = replace(policy.files, **{"read": named, "write": named, **fields})
        return replace(policy, files=files)

    def outside_now(self) -> dict[str, str]:
        """All that lies outside, so that a test can see that nothing of it changed."""
        found: dict[str, str] = {}
        for folder in (self.outside, self.root.parent / "rootbeside"):
            for path in sorted(folder.rglob("*")):
                found[str(path)] = path.read_text() if path.is_file() else "a folder"
        found["beside"] = repr(sorted(os.listdir(self.root.parent)))
        return found

    async def run(
        self,
        expression: str,
        *,
        heard: Heard | None = None,
        opener: Callable[..., int] = os.open,
        policy: Policy | None = None,
        **fields: Any,
    ) -> ToolExecutionResult:
        """Evaluates an expression of Rune with the root as working directory."""
        world = World(working_directory=lambda: str(self.root), open=opener, **fields)
        source = f"pub async fn call(args) {{ Ok({expression}) }}"
        return await self.stage.call(source, policy=policy or self.policy(), world=world, heard=heard)

    async def do(self, operation: str, path: str, **given: Any) -> ToolExecutionResult:
        """One operation on a path."""
        written = self.path(path).replace("\\", "\\\\").replace('"', '\\"')
        return await self.run(OPERATIONS[operation].replace("{path}", written), **given)
