"""Accepting sources that changed as they are, without migrating them."""

from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from crucible_tools.config import MAX_FILE_BYTES
from crucible_tools.errors import ToolError
from crucible_tools.migration.drift import Drift, DriftKind, Present, find_drift
from crucible_tools.migration.loading import active_tool
from crucible_tools.migration.migration import new_run_id
from crucible_tools.migration.operations import Row, SetTool
from crucible_tools.migration.recording import recorded
from crucible_tools.model.json import JsonObject
from crucible_tools.rune.source import Unreadable, read_source
from crucible_tools.store.records import StoredTool, content_hash
from crucible_tools.store.state import State

_ADOPTABLE: Final = (DriftKind.CODE, DriftKind.COMMENTS)
_IMPOSSIBLE: Final = (DriftKind.VANISHED, DriftKind.UNREADABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionReport:
    """What was adopted.

    Args:
        run_id: the run that it was; None when there was nothing to adopt.
        adopted: names.
    """

    run_id: str | None
    adopted: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """`{run, adopted}`."""
        return {"run": self.run_id, "adopted": list(self.adopted)}


async def adopt(
    state: State, present: Present, names: Sequence[str] = (), *, lock_timeout_s: float = 0.0
) -> AdoptionReport:
    """Accept the present bytes of tools' files as they are: until a file changes again, its tool does not drift.

    The tools stay what they were migrated to. All is recorded in one transaction, and `crucible rollback` undoes it.

    Args:
        state: has the tools.
        present: reads the files that changed.
        names: of tools; all whose sources changed when empty.
        lock_timeout_s: seconds to wait for another run.

    Raises:
        ToolNotFound, ToolInactive: one that was named is not there, or can't be called.
        ToolError: the file of one that was named is gone, can't be read, or does not define it any more.
        StateError: the state is locked, damaged, too new, or can't be written.
    """
    for name in names:
        active_tool(state, name)
    chosen = _adoptable(await find_drift(state, present, names), named=bool(names))
    if not chosen:
        return AdoptionReport(run_id=None, adopted=())
    run_id = new_run_id()
    config: JsonObject = {"tools": [drift.tool for drift in chosen]}
    async with recorded(state, run_id, config, kind="adopt", lock_timeout_s=lock_timeout_s) as run:
        contents = {drift.tool: _content(state, drift) for drift in chosen}
        changes = [_adoption(active_tool(state, name), content) for name, content in contents.items()]
        with run.together() as batch:
            for content in contents.values():
                batch.put_blob(content_hash(content), content)
            for change in changes:
                change.commit_in(batch)
        report = AdoptionReport(run_id=run_id, adopted=tuple(drift.tool for drift in chosen))
        run.finish("completed", report.to_json(), full_report=report.to_json())
    return report


def _adoptable(found: Sequence[Drift], *, named: bool) -> list[Drift]:
    """What can be adopted of this drift.

    Raises:
        ToolError: what was named can't be.
    """
    for drift in found:
        if named and drift.kind in _IMPOSSIBLE:
            raise ToolError(
                f"the tool {drift.tool!r} can't be adopted: {drift.message}",
                hint="`crucible restore` gives back the file that was migrated; `crucible reload` takes up its absence",
            )
    return [drift for drift in found if drift.kind in _ADOPTABLE]


def _adoption(tool: StoredTool, content: bytes) -> SetTool:
    before = Row.of(tool)
    assert before is not None, "it is there"
    return SetTool("adopt", tool.name, before, replace(before, adopted_hash=content_hash(content)))


def _content(state: State, drift: Drift) -> bytes:
    """The bytes of a file that drifted.

    Raises:
        ToolError: they are others than a moment ago.
    """
    source = read_source(state.place.base / drift.file, MAX_FILE_BYTES)
    if isinstance(source, Unreadable) or source.sha256 != drift.content_hash:
        raise ToolError(
            f"the tool {drift.tool!r} can't be adopted: {drift.file} changed while it was read",
            hint="try again once nobody writes it",
        )
    return (BOM_UTF8 if source.bom else b"") + source.text.encode()
