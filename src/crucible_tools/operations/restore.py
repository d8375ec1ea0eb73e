"""Writing originals back, byte for byte, as they were when they were migrated.

Recorded paths are not believed: a state may have come from anywhere, and must not write where nobody asked it to.
"""

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from crucible_tools.errors import RestoreConflict, UsageError
from crucible_tools.migration.loading import known_tool
from crucible_tools.model.json import JsonObject
from crucible_tools.operations.configuration import Configuration
from crucible_tools.operations.replacing import replace_file
from crucible_tools.operations.runs import named_run
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.records import ToolVersion, content_hash
from crucible_tools.store.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was written.

    Args:
        folder: below which.
        written: paths relative to it, with slashes, in their order.
        unchanged: those that were there already, byte for byte.
    """

    folder: Path
    written: tuple[str, ...]
    unchanged: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """`{to, written, unchanged}`."""
        return {"to": str(self.folder), "written": list(self.written), "unchanged": list(self.unchanged)}


async def restore(
    configuration: Configuration, to: Path, *, tools: Sequence[str] = (), run: str | None = None, force: bool = False
) -> RestoreReport:
    """Write originals below a folder, under their paths relative to the migration directory.

    Nothing is written unless everything can be; each file is written as a whole or not at all.

    Args:
        configuration: where the state is.
        to: the folder; it is made when it is not there.
        tools: names; every tool, inactive ones too, and every file of hooks, when empty.
        run: the originals as they were when this run had ended, in place of those of now.
        force: whether files that are there already, and are others, are overwritten.

    Raises:
        ToolNotFound, RunNotFound: there is no such tool or run.
        UsageError: both tools and a run are named, or a file can't be written.
        RestoreConflict: other files are there already, recorded paths lead out of the folder, or two originals have
            the same path.
        StateDamaged: an original is not what was recorded.
    """
    if tools and run is not None:
        raise UsageError("both tools and a run are named", hint="give names of tools, or --run ID")
    with State(configuration.state.value) as state:
        until = named_run(state, run).id if run is not None else None
        hooks = [] if tools else _hooks(state, until)
        return _Restoring(state, to, _originals(_versions(state, tools, until), hooks)).perform(force=force)


@dataclass(frozen=True, slots=True)
class _Original:
    """A file that is wanted back.

    Args:
        path: below the folder that it was migrated from.
        file: its whole path.
        digest: of its bytes.
        what: was migrated from it: a tool's name, or hooks.
    """

    path: str
    file: str
    digest: str
    what: str


class _Restoring:
    """One restoration.

    Args:
        state: has the originals.
        to: the folder that they are written below.
        originals: their digests by their paths below it.
    """

    def __init__(self, state: State, to: Path, originals: Mapping[str, str]) -> None:
        self._state = state
        self._to = to
        self._originals = originals

    def perform(self, *, force: bool) -> RestoreReport:
        """Check everything, then write everything."""
        self._check_places(force=force)
        for digest in set(self._originals.values()):
            self._state.blob(digest)  # a damaged one keeps the others from being written
        written: list[str] = []
        unchanged: list[str] = []
        for path, digest in sorted(self._originals.items()):
            if _content_hash(self._to / path) == digest:
                unchanged.append(path)
                continue
            self._write(self._to / path, self._state.blob(digest), len(written))
            written.append(path)
        return RestoreReport(folder=self._to, written=tuple(written), unchanged=tuple(unchanged))

    def _write(self, target: Path, content: bytes, before: int) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(target, content)
        except OSError as error:
            raise UsageError(
                f"{target} can't be written: {error.strerror or error}",
                hint=f"{before} files were written before it; the same command goes on from there",
            ) from error

    def _check_places(self, *, force: bool) -> None:
        """Refuse everything when one file can't be put into its place.

        Raises:
            RestoreConflict: naming each.
        """
        wrong: dict[str, str] = {}
        hint = "restore to another folder"
        for path, digest in self._originals.items():
            if problem := _way_problem(self._to, path):
                wrong[path] = problem
            elif not force and _content_hash(self._to / path) not in (None, digest):
                wrong[path] = "another file is there"
                hint = "restore to another folder, or overwrite them: --force"
        if wrong:
            raise _refused(wrong, hint)


def _versions(state: State, tools: Sequence[str], until: str | None) -> list[ToolVersion]:
    """The versions whose originals are wanted: those of now, or those when a run had ended."""
    if until is None:
        return [known_tool(state, name).version for name in tools] or [tool.version for tool in state.tools()]
    versions = [state.version(row["version_id"]) for _, row in sorted(state.rows_after(until).items())]
    return [version for version in versions if version is not None]


def _hooks(state: State, until: str | None) -> list[HookRecord]:
    """Each file of hooks as it was recorded last, though it may be gone; or as a run had left it."""
    if until is None:
        found = {row.record.file: row.record for row in state.hook_history() if row.record.original_hash is not None}
        return list(found.values())
    runs = state.run_ids()
    meant = {*runs[runs.index(until) :]}
    left = {row.record.file: row.record for row in state.hook_history() if row.run_id in meant}
    return [record for record in left.values() if record.original_hash is not None]


def _originals(versions: Sequence[ToolVersion], hooks: Sequence[HookRecord]) -> dict[str, str]:
    """The digest of each original by its path below the folder that it was migrated from.

    A file that has tools is what its tools were migrated from, whatever was recorded of its hooks.

    Raises:
        RestoreConflict: two have the same path, or one leads out of the folder.
    """
    files = {version.file for version in versions}
    wanted = [_Original(version.path, version.file, version.original_hash, version.tool) for version in versions]
    wanted += [
        _Original(hook.path, hook.file, hook.original_hash or "", "hooks") for hook in hooks if hook.file not in files
    ]
    found: dict[str, _Original] = {}
    wrong: dict[str, str] = {}
    for original in wanted:
        path = original.path
        if not _is_below(path):
            wrong[path] = "the recorded path leads out of the folder"
            continue
        first = found.setdefault(path, original)
        if first.digest != original.digest:
            wrong[path] = (
                f"{original.what} was migrated from {original.file} and {first.what} from {first.file}, "
                "which were different"
            )
    if wrong:
        raise _refused(wrong, "name the tools whose originals are wanted, or restore as of a run: --run ID")
    return {path: original.digest for path, original in found.items()}


def _is_below(path: str) -> bool:
    """Whether a recorded path stays below the folder that it is put into."""
    pure = Path(path)
    return bool(pure.parts) and not (pure.drive or pure.root or ".." in pure.parts or "\0" in path)


def _way_problem(folder: Path, path: str) -> str | None:
    """Why the way to a file can't be gone: through links it would lead elsewhere."""
    try:
        return _obstacle(folder, path)
    except OSError as error:
        return f"{folder / path} can't be looked at: {error.strerror or error}"


def _obstacle(folder: Path, path: str) -> str | None:
    at = folder
    if at.exists() and not at.is_dir():
        return f"{at} is no folder"
    parts = PurePosixPath(path).parts
    for part in parts[:-1]:
        at = at / part
        if at.is_symlink():
            return f"{at} is a link"
        if at.exists() and not at.is_dir():
            return f"{at} is no folder"
    target = at / parts[-1]
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return None
    return None if stat.S_ISREG(mode) else f"{target} is no regular file"


def _content_hash(target: Path) -> str | None:
    """The digest of a file; None when it is not there."""
    try:
        return content_hash(target.read_bytes())
    except FileNotFoundError:
        return None
    except OSError:
        return ""  # it is there, and is not ours


_TOLD: Final = 5
"""Files that a message names; the error's `files` have all."""


def _refused(wrong: Mapping[str, str], hint: str) -> RestoreConflict:
    told = [f"{path} ({why})" for path, why in sorted(wrong.items())]
    more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return RestoreConflict(
        f"originals can't be restored: {'; '.join(told[:_TOLD])}{more}", files=dict(sorted(wrong.items())), hint=hint
    )
