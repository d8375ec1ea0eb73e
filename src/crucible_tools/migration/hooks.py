"""Hooks in a migration: found with the tools, recorded with them, rolled back with them. Nothing here enables one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crucible_tools.migration.sources import SourceFile
from crucible_tools.model.policy import Policy
from crucible_tools.store.hook_records import HookRecord, StoredHook
from crucible_tools.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class HookChange:
    """What becomes of the hooks of one file.

    Args:
        record: what is recorded.
        source: the file; None for one that has no hooks any more, or whose sources are recorded already.
    """

    record: HookRecord
    source: SourceFile | None = None

    def commit_in(self, transaction: Transaction) -> None:
        """Records it as part of a transaction."""
        record, source = self.record, self.source
        if source is not None and record.original_hash is not None and record.migrated_hash is not None:
            transaction.put_blob(record.original_hash, source.content)
            if record.migrated_hash != record.original_hash:
                transaction.put_blob(record.migrated_hash, source.text.encode())
        transaction.put_hooks(record)


def plan_hooks(
    sources: Sequence[SourceFile], stored: Sequence[StoredHook], policy: Policy, covers: Callable[[str], bool]
) -> tuple[HookChange, ...]:
    """What a run would record of hooks, by file; what is recorded already is left out.

    Args:
        sources: every file that was found.
        stored: what the state has.
        policy: what hooks run under: the run's own, whatever the policies of single tools are.
        covers: whether this run looks where a file is, or was.
    """
    known = {hook.record.file: hook.record for hook in stored}
    changes: list[HookChange] = []
    found: set[str] = set()
    for source in sources:
        if source.hooks:
            found.add(source.file)
            record = _record(source, policy)
            if known.get(source.file) != record:
                changes.append(HookChange(record, source))
        elif source.is_broken:
            # A file that does not compile now is no file without hooks: what is recorded holds.
            found.add(source.file)
    gone = (record for file, record in known.items() if file not in found and covers(file))
    return (*changes, *(HookChange(record.gone()) for record in gone))


def known_only(changes: Iterable[HookChange]) -> set[str]:
    """Files of hooks that would be recorded, and that only an earlier run has read."""
    return {change.record.file for change in changes if change.source is not None and change.source.kept}


def _record(source: SourceFile, policy: Policy) -> HookRecord:
    return HookRecord(
        directory=source.directory,
        path=source.path,
        original_hash=source.content_hash,
        migrated_hash=source.migrated_hash,
        handlers=source.hooks,
        policy=policy,
    )


def back_before_run(history: Sequence[StoredHook], run_id: str) -> tuple[HookChange, ...]:
    """What undoes a run's changes of hooks; a file that a later run changed stays as that one left it.

    Args:
        history: everything that became of hooks, the oldest first.
        run_id: the run.
    """
    changes: list[HookChange] = []
    for rows in _by_file(history):
        own = [number for number, row in enumerate(rows) if row.run_id == run_id]
        if own and rows[-1].record == rows[own[-1]].record:
            changes += _back(rows[-1].record, rows[own[0] - 1].record if own[0] else None)
    return tuple(changes)


def back_to(history: Sequence[StoredHook], time: datetime | None) -> tuple[HookChange, ...]:
    """What brings hooks back to what they were at a time; with None, to before there were any."""
    changes: list[HookChange] = []
    for rows in _by_file(history):
        earlier = [row.record for row in rows if time is not None and row.at <= time]
        changes += _back(rows[-1].record, earlier[-1] if earlier else None)
    return tuple(changes)


def _back(present: HookRecord, wanted: HookRecord | None) -> list[HookChange]:
    target = wanted or present.gone()
    same = target == present or (target.original_hash is None and present.original_hash is None)
    return [] if same else [HookChange(target)]


def _by_file(history: Sequence[StoredHook]) -> Iterable[list[StoredHook]]:
    found: dict[str, list[StoredHook]] = {}
    for row in history:
        found.setdefault(row.record.file, []).append(row)
    return [found[file] for file in sorted(found)]
