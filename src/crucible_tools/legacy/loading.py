"""Reading the folders of the original service, each file again only when it changed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from crucible_tools.errors import RegistrationError
from crucible_tools.legacy.catalog import Catalog, Cataloguer, ToolProblem
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.reader import read_file
from crucible_tools.rune.report import SourceReport
from crucible_tools.rune.search import Search, find_files
from crucible_tools.rune.source import Unreadable, read_source

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.model.policy import Policy


class Folders:
    """Reads folders, and remembers what it read.

    Args:
        engine: compiles and describes each source, under SAFE, and knows the registered modules.
        policy: what the tools run under.
    """

    def __init__(self, engine: ScriptEngine, policy: Policy) -> None:
        self._engine = engine
        self._policy = policy
        self._reports: dict[Path, SourceReport] = {}

    async def read(self, search: Search) -> Catalog:
        """All that a search finds. Nothing is raised for what is in a file.

        Raises:
            DirectoryNotFound: a root that was named does not exist.
        """
        cataloguer = Cataloguer()
        reports: dict[Path, SourceReport] = {}
        for file in await asyncio.to_thread(find_files, search):
            report = await self._report(file)
            reports[file.path] = report
            cataloguer.add(report, self._refused(report))
            await asyncio.sleep(0)  # quick reads never wait for anything: let calls have their turn
        self._reports = reports
        return cataloguer.finish()

    async def _report(self, file: DiscoveredFile) -> SourceReport:
        known = self._reports.get(file.path)
        if known is not None and known.file == file and is_unchanged(known):
            return known
        return await read_file(
            file,
            self._engine,
            max_source_bytes=self._policy.max_source_bytes,
            capability_of=self._engine.capability_of,
        )

    def _refused(self, report: SourceReport) -> dict[str, ToolProblem]:
        """Tools whose name or schema the engine does not take, by name."""
        found: dict[str, ToolProblem] = {}
        for tool in report.tools:
            try:
                self._engine.check_tool(tool, policy=self._policy)
            except RegistrationError as error:
                found[tool.name] = ToolProblem(tool=tool.name, message=error.message, code=error.code, hint=error.hint)
        return found


def is_unchanged(report: SourceReport) -> bool:
    """Whether a file is what it was when it was read; what could not be read is never."""
    if report.source is None:
        return False
    now = read_source(report.file.path, report.source.size)
    return not isinstance(now, Unreadable) and now.sha256 == report.sha256
