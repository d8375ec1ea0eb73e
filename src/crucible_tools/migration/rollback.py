"""Undoing what runs did: names go back to what they stood for, in a run of its own that can be undone likewise.

What is undone is told by the records alone: each operation has the rows before and after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from crucible_tools.errors import RollbackConflict, RunNotFound, ToolNotFound, UsageError
from crucible_tools.events import Publisher
from crucible_tools.migration.hooks import HookChange, back_before_run, back_to
from crucible_tools.migration.migration import new_run_id
from crucible_tools.migration.operations import Row, SetTool
from crucible_tools.migration.recording import recorded
from crucible_tools.migration.telling import tell_rolled_back
from crucible_tools.model.json import JsonObject
from crucible_tools.model.near import near
from crucible_tools.store.records import StoredOperation
from crucible_tools.store.state import State

ROLLED_BACK: Final = "was rolled back"
"""Why a tool is inactive whose first migration was undone."""

_NO_CHANGES: Final = ("restore", "validate")
"""Kinds of operations that one tool's rollback does not undo: those of rollbacks, and what changes no tool."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Each of these tools goes back to what it was before its present version or standing."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneRun:
    """All that this run did is undone, whatever the run was for."""

    run_id: str


@dataclass(frozen=True, slots=True)
class Until:
    """Every tool goes back to what it was at this time (timezone-aware)."""

    time: datetime


@dataclass(frozen=True, slots=True)
class Everything:
    """Every tool goes back to before it was first migrated."""


Wanted: TypeAlias = Tools | OneRun | Until | Everything


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackReport:
    """What a rollback did, or would do.

    Args:
        run_id: the run that it was, which can be rolled back itself; None when nothing was recorded.
        dry_run: whether it was only asked what would be done.
        changes: one a tool, by name.
        hooks: one a file whose hooks change, by file.
    """

    run_id: str | None
    dry_run: bool
    changes: tuple[SetTool, ...]
    hooks: tuple[HookChange, ...] = ()

    def to_json(self) -> JsonObject:
        """`{run, dry_run, tools: [{tool, before, after}], hooks: [{file, functions}]}`.

        `before` and `after` are rows of `tools`, None where the name is not known; `functions` are those of the hooks
        that the file has then.
        """
        return {
            "run": self.run_id,
            "dry_run": self.dry_run,
            "tools": [
                {
                    "tool": change.tool,
                    "before": change.before.to_json() if change.before else None,
                    "after": change.after.to_json() if change.after else None,
                }
                for change in self.changes
            ],
            "hooks": [
                {"file": change.record.file, "functions": [hook.function for hook in change.record.handlers]}
                for change in self.hooks
            ],
        }


async def roll_back(
    state: State,
    wanted: Wanted,
    *,
    dry_run: bool = False,
    lock_timeout_s: float = 0.0,
    events: Publisher | None = None,
) -> RollbackReport:
    """Undo what is wanted, all in one transaction.

    Args:
        state: the state.
        wanted: what is undone.
        dry_run: only say what would be done.
        lock_timeout_s: seconds to wait for another run.
        events: where what was done is published, if anywhere.

    Raises:
        ToolNotFound, RunNotFound: there is no such tool or run.
        RollbackConflict: later runs changed tools of the run.
        UsageError: a tool has nothing to go back to.
        StateError: the state is locked, damaged, too new, or can't be written.
    """
    changes, hooks = plan_rollback(state, wanted), plan_hooks_back(state, wanted)  # what is refused makes no run
    if dry_run or not (changes or hooks):
        return RollbackReport(run_id=None, dry_run=dry_run, changes=changes, hooks=hooks)
    run_id = new_run_id()
    async with recorded(state, run_id, _told(wanted), kind="rollback", lock_timeout_s=lock_timeout_s) as run:
        # From now on nobody else changes anything.
        changes, hooks = plan_rollback(state, wanted), plan_hooks_back(state, wanted)
        with run.together() as batch:
            for change in changes:
                change.commit_in(batch)
            for hook in hooks:
                hook.commit_in(batch)
        report = RollbackReport(run_id=run_id, dry_run=False, changes=changes, hooks=hooks)
        run.finish("completed", report.to_json(), full_report=report.to_json())
    if events is not None:
        tell_rolled_back(events, run_id, changes)
    return report


def plan_hooks_back(state: State, wanted: Wanted) -> tuple[HookChange, ...]:
    """What undoes what is wanted of hooks; they are no tools, so that a tool's rollback leaves them alone."""
    match wanted:
        case Tools():
            return ()
        case OneRun(run_id):
            return back_before_run(state.hook_history(), run_id)
        case Until(time):
            return back_to(state.hook_history(), time)
        case Everything():
            return back_to(state.hook_history(), None)


def plan_rollback(state: State, wanted: Wanted) -> tuple[SetTool, ...]:
    """The operations that undo what is wanted, one a tool, by name; those that would change nothing are left out.

    Raises:
        ToolNotFound, RunNotFound, RollbackConflict, UsageError: as `roll_back`.
    """
    present = {name: Row.from_json(row) for name, row in state.rows().items()}
    match wanted:
        case Tools(names):
            targets = {name: _before_present(state, name, present.get(name)) for name in names}
        case OneRun(run_id):
            targets = _before_run(state, run_id, present)
        case Until(time):
            then = state.tools_at(time)
            targets = {name: _target(Row.from_json(then.get(name)), present.get(name)) for name in {*present, *then}}
        case Everything():
            targets = {name: _target(None, row) for name, row in present.items()}
    changes = (_change(name, present.get(name), targets[name]) for name in sorted(targets))
    return tuple(change for change in changes if change is not None)


def _change(name: str, before: Row | None, after: Row | None) -> SetTool | None:
    if before is not None and after is not None and before.version_id == after.version_id:
        after = replace(after, validated_engine=before.validated_engine)
    return None if before == after else SetTool("restore", name, before, after)


def _target(then: Row | None, present: Row | None) -> Row | None:
    """What a name goes back to that stood for `then`: one that was not known yet stays known, and inactive."""
    if then is not None or present is None or not present.active:
        return then or present
    return Row(present.version_id, active=False, inactive_reason=ROLLED_BACK)


def _same(one: Row | None, other: Row | None) -> bool:
    """Whether two rows say the same of a tool; which engine it was found to work with is no change of it."""
    if one is None or other is None:
        return one is other
    return replace(one, validated_engine=None) == replace(other, validated_engine=None)


def _is_inactive_already(row: Row | None, target: Row | None) -> bool:
    """Whether a tool that would become inactive is so, for whatever reason."""
    if row is None or target is None or row.active or target.active:
        return False
    return row.version_id == target.version_id


def _undone(operation: StoredOperation, left: Row | None) -> Row | None:
    """What undoing an operation, and those after it that made `left` of its tool, makes of the tool."""
    before = Row.from_json(operation.before)
    return _target(before, left) if operation.kind == "migrate" else before


def _before_present(state: State, name: str, present: Row | None) -> Row | None:
    """What a tool was before it became what it is; rollbacks in between are not looked at."""
    changes = state.changes(name)
    if not changes and present is None:
        raise ToolNotFound(name, near=near(name, state.names()))
    for operation in changes:
        if operation.kind not in _NO_CHANGES and _same(Row.from_json(operation.after), present):
            return _undone(operation, present)
    raise UsageError(
        f"the tool {name!r} has nothing to go back to: its first migration was rolled back",
        hint=f"`crucible history {name}` shows what happened; `crucible rollback --run ID` undoes a rollback, too",
    )


def _before_run(state: State, run_id: str, present: Mapping[str, Row | None]) -> dict[str, Row | None]:
    """What each tool of a run was before it.

    Raises:
        RunNotFound: there is no such run.
        RollbackConflict: a tool is neither what the run made of it nor what it was before.
    """
    if state.find_run(run_id) is None:
        raise RunNotFound(run_id, near=near(run_id, state.run_ids()))
    newest_first = state.changes(run_id=run_id)
    targets: dict[str, Row | None] = {}
    conflicts: dict[str, list[str]] = {}
    for name, operations in _by_tool(newest_first, run_id).items():
        row, left = present.get(name), Row.from_json(operations[0].after)
        target = _undone(operations[-1], left)
        if _same(row, left):
            targets[name] = target
        elif _same(row, target) or _is_inactive_already(row, target):
            targets[name] = row
        else:
            later = (operation.run_id for operation in newest_first if operation.tool == name)
            conflicts[name] = [other for other in dict.fromkeys(later) if other != run_id]
    if conflicts:
        newest = next(item.run_id for item in newest_first if item.run_id in conflicts.get(item.tool, ()))
        raise _conflict(run_id, conflicts, newest)
    return targets


def _by_tool(operations: Iterable[StoredOperation], run_id: str) -> dict[str, list[StoredOperation]]:
    found: dict[str, list[StoredOperation]] = {}
    for operation in operations:
        if operation.run_id == run_id:
            found.setdefault(operation.tool, []).append(operation)
    return found


def _conflict(run_id: str, conflicts: Mapping[str, Sequence[str]], newest: str) -> RollbackConflict:
    told = [f"{name} by {', '.join(runs)}" for name, runs in sorted(conflicts.items())]
    more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return RollbackConflict(
        f"run {run_id} can't be rolled back: later runs changed its tools: {'; '.join(told[:_TOLD])}{more}",
        conflicts=conflicts,
        hint=f"roll those back first, the newest first (`crucible rollback --run {newest}`), "
        "or go back to a time: `crucible rollback --to TIME`",
    )


_TOLD: Final = 5
"""Tools that a message names; the error's `conflicts` have all."""


def _told(wanted: Wanted) -> JsonObject:
    """What a rollback was asked for, for its record."""
    match wanted:
        case Tools(names):
            return {"tools": list(names)}
        case OneRun(run_id):
            return {"run": run_id}
        case Until(time):
            return {"to": time.isoformat()}
        case Everything():
            return {"all": True}
