"""What is different between two versions of a tool."""

from dataclasses import dataclass

from crucible_tools.errors import ToolNotFound, UsageError
from crucible_tools.formats.diffs import unified_diff
from crucible_tools.model.json import JsonObject
from crucible_tools.model.near import near
from crucible_tools.store.place import Place
from crucible_tools.store.records import StoredVersion
from crucible_tools.store.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """What is different between two sources.

    Args:
        tool: whose they are.
        before: the version of the first; None for the original of the second.
        after: the version of the second.
        diff: as `diff -u` writes it; empty when they are the same.
        shows: the tools whose sources may be in it: all of the same files.
    """

    tool: str
    before: int | None
    after: int
    diff: str
    shows: frozenset[str]

    def to_json(self) -> JsonObject:
        """`{tool, from, to, diff}`."""
        return {"tool": self.tool, "from": self.before, "to": self.after, "diff": self.diff}


def version_diff(place: str | Place, name: str, before: int | None = None, after: int | None = None) -> VersionDiff:
    """What is different between two versions of a tool, as the engine runs them.

    Args:
        place: the state's folder or URL.
        name: the tool, also one that was forgotten.
        before: a version; the original that `after` was made of when None.
        after: a version; the newest when None.

    Raises:
        ToolNotFound: no run ever migrated a tool of this name.
        UsageError: it has no such version.
        StateError: the state can't be read.
    """
    with State(place) as state:
        history = state.history(name)
        if not history:
            raise ToolNotFound(name, near=near(name, state.names()))
        second = _found(history, name, after) if after is not None else history[0]
        first = second if before is None else _found(history, name, before)
        path, changed = second.version.path, state.text(second.version.migrated_hash)
        if before is None:
            original = state.blob(second.version.original_hash).decode("utf-8", "replace")
            diff = unified_diff(original, changed, f"{path} (original)", f"{path} (version {second.version_id})")
        else:
            diff = unified_diff(
                state.text(first.version.migrated_hash),
                changed,
                f"{first.version.path} (version {before})",
                f"{path} (version {second.version_id})",
            )
        shows = frozenset(state.names_in_files_of((first.version, second.version)))
        return VersionDiff(tool=name, before=before, after=second.version_id, diff=diff, shows=shows)


def _found(history: list[StoredVersion], name: str, version: int) -> StoredVersion:
    for stored in history:
        if stored.version_id == version:
            return stored
    known = ", ".join(str(stored.version_id) for stored in history[:10])
    raise UsageError(f"the tool {name!r} has no version {version}", hint=f"it has {known}")
