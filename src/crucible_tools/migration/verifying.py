"""Whether a migration can be undone: it is applied, rolled back, compared, and applied again."""

from collections.abc import Awaitable, Callable, Sequence

from crucible_tools.errors import StateError
from crucible_tools.events import Publisher
from crucible_tools.migration.operations import Row
from crucible_tools.migration.rollback import ROLLED_BACK, OneRun, roll_back
from crucible_tools.model.json import JsonObject
from crucible_tools.model.migration import MigrationReport
from crucible_tools.store.hook_records import StoredHook
from crucible_tools.store.state import State


async def verified(
    state: State,
    migrate: Callable[[MigrationReport | None], Awaitable[MigrationReport]],
    saved: MigrationReport | None,
    lock_timeout_s: float,
    events: Publisher,
) -> MigrationReport:
    """Migrate; where that changed anything, undo it, compare the state with what it was, and migrate again.

    Args:
        state: what is migrated to.
        migrate: one run, each time that it is called; with a plan that has to be the plan of now.
        saved: such a plan, for the first run.
        lock_timeout_s: seconds to wait for another run, each time.
        events: where the rollback is published.

    Returns:
        The report of the last run; a warning says what was done.

    Raises:
        StateError: the rolled-back state is not what it was; it stays rolled back.
    """
    before, hooks = state.rows(), state.hooks()
    first = await migrate(saved)
    if not state.operations(first.migration_id) and state.hooks() == hooks:
        return first
    undone = await roll_back(state, OneRun(first.migration_id), lock_timeout_s=lock_timeout_s, events=events)
    if wrong := [*_differences(before, state.rows()), *_other_hooks(hooks, state.hooks())]:
        raise StateError(
            f"rolling back the run {first.migration_id} did not bring back what was there before: {', '.join(wrong)}",
            hint="the tools are as the rollback left them; `crucible history` shows what each run did",
        )
    second = await migrate(None)
    told = (
        f"the rollback was verified: the run {first.migration_id} was applied, rolled back by {undone.run_id} with "
        f"every tool as before, and applied again"
    )
    warned = second.state.model_copy(update={"warnings": (*second.state.warnings, told)})
    return second.model_copy(update={"state": warned})


def _other_hooks(before: Sequence[StoredHook], after: Sequence[StoredHook]) -> list[str]:
    """Files whose hooks are not what they were."""
    then, now = ({hook.record.file: hook.record for hook in hooks} for hooks in (before, after))
    return sorted(file for file in then.keys() | now.keys() if then.get(file) != now.get(file))


def _differences(before: dict[str, JsonObject], after: dict[str, JsonObject]) -> list[str]:
    """Names that are not what they were. A name that was new stays known, and can't be called."""
    wrong: list[str] = []
    for name in sorted({*before, *after}):
        row = Row.from_json(after.get(name))
        if name in before:
            same = row == Row.from_json(before[name])
        else:
            same = row is not None and not row.active and row.inactive_reason == ROLLED_BACK
        if not same:
            wrong.append(name)
    return wrong
