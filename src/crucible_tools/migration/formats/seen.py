"""Where files are for who reads a report: a state's paths are its own, and its folder may be anywhere."""

import posixpath
from pathlib import Path
from typing import Final

from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationError, MigrationReport, PlannedTool, SkippedFile
from crucible_tools.store.place import path_text

_HERE: Final = "."


def seen_from(report: MigrationReport, folder: Path) -> MigrationReport:
    """The report with the path of each file as it is called in a folder: relative below it, absolute elsewhere.

    Code hosts and build servers look paths up from the root of a checkout, which is where commands run.

    Args:
        report: of any run; one that does not say what its paths are relative to stays as it is.
        folder: mostly the working directory.
    """
    if report.base is None:
        return report
    seen = _Seen(report.base, path_text(folder.resolve()))
    if report.base == seen.folder:
        return report
    errors = tuple(seen.error(error) for error in report.failed_tools)
    return report.model_copy(
        update={
            "plan": tuple(seen.tool(tool) for tool in report.plan),
            "failed_tools": errors,
            "state": report.state.model_copy(
                update={"errors": tuple(seen.error(error) for error in report.state.errors)}
            ),
            "skipped_files": tuple(seen.skipped(file) for file in report.skipped_files),
        }
    )


class _Seen:
    def __init__(self, base: str, folder: str) -> None:
        self._base = base
        self.folder = folder
        self._below = folder if folder.endswith("/") else f"{folder}/"

    def tool(self, tool: PlannedTool) -> PlannedTool:
        return tool.model_copy(update={"directory": _HERE, "path": self._path(tool.directory, tool.path)})

    def skipped(self, file: SkippedFile) -> SkippedFile:
        return file.model_copy(update={"directory": _HERE, "path": self._path(file.directory, file.path)})

    def error(self, error: MigrationError) -> MigrationError:
        path = error.context.get("path")
        if not isinstance(path, str) or not path:
            return error
        directory = error.context.get("directory")
        shown = self._path(directory if isinstance(directory, str) else _HERE, path)
        context: JsonObject = {**error.context, "directory": _HERE, "path": shown}
        return error.model_copy(update={"context": context})

    def _path(self, directory: str, path: str) -> str:
        whole = posixpath.normpath(posixpath.join(self._base, directory, path))
        return whole.removeprefix(self._below)
