"""`crucible rollback`, `restore`, `history` and `cleanup`: what was, and having it back."""

from collections.abc import Sequence
from pathlib import Path

from crucible_tools.cli.running import finished
from crucible_tools.cli.settings import configured
from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.migration.operations import Row
from crucible_tools.migration.rollback import Wanted
from crucible_tools.operations import history
from crucible_tools.operations.configuration import Flags
from crucible_tools.operations.history import RunSummary, ToolHistory
from crucible_tools.operations.restore import restore
from crucible_tools.store.hook_records import HookRecord
from crucible_tools.store.records import StoredOperation, StoredVersion


def run_rollback(terminal: Terminal, flags: Flags, what: Wanted, *, dry_run: bool) -> int:
    """`crucible rollback`."""
    done = finished(history.rollback(configured(terminal, flags), what, dry_run=dry_run))
    if terminal.json:
        terminal.document(done.to_json())
        return 0
    if not (done.changes or done.hooks):
        terminal.result("There is nothing to roll back: all is as it was already.")
        return 0
    lines = [f"{line(change.tool)}: {_standing(change.before)} -> {_standing(change.after)}" for change in done.changes]
    lines += [f"{line(change.record.file)}: {_hooks(change.record)}" for change in done.hooks]
    count = _count(len(done.changes), "tool")
    if done.hooks:
        count += f" and the hooks of {_count(len(done.hooks), 'file')}"
    if done.run_id is None:
        lines.append(f"{count} would be rolled back; nothing was changed.")
    else:
        lines.append(f"Rolled back {count} as run {done.run_id}; to undo that: crucible rollback --run {done.run_id}")
    terminal.result("\n".join(lines))
    return 0


def _hooks(record: HookRecord) -> str:
    """What a file's hooks are after a rollback."""
    names = ", ".join(line(handler.function) for handler in record.handlers)
    return f"the hooks {names}" if names else "no hooks"


def run_restore(
    terminal: Terminal, flags: Flags, to: Path, *, tools: Sequence[str], run: str | None, force: bool
) -> int:
    """`crucible restore`."""
    done = finished(restore(configured(terminal, flags), to, tools=tools, run=run, force=force))
    if terminal.json:
        terminal.document(done.to_json())
        return 0
    lines = [line(path) for path in done.written]
    there = f"; {len(done.unchanged)} were there already" if done.unchanged else ""
    lines.append(f"Wrote {_count(len(done.written), 'original')} below {line(done.folder)}{there}.")
    terminal.result("\n".join(lines))
    return 0


def run_cleanup(terminal: Terminal, flags: Flags) -> int:
    """`crucible cleanup`."""
    done = finished(history.cleanup(configured(terminal, flags)))
    if terminal.json:
        terminal.document(done.to_json())
    elif done.run_id is None:
        terminal.result("No tool is inactive.")
    else:
        names = [line(name) for name in done.removed]
        names.append(
            f"Forgot {_count(len(names), 'inactive tool')}; to undo that: crucible rollback --run {done.run_id}"
        )
        terminal.result("\n".join(names))
    return 0


def run_history(terminal: Terminal, flags: Flags, tool: str | None) -> int:
    """`crucible history`."""
    place = configured(terminal, flags).state.value
    if tool is None:
        runs = finished(history.runs(place))
        if terminal.json:
            terminal.document([run.to_json() for run in runs])
        elif runs:
            terminal.result("\n".join(_run_line(run) for run in runs))
        else:
            terminal.note(f"nothing was migrated to {line(place)} yet: run `crucible migrate` first")
        return 0
    found = finished(history.tool_history(place, tool))
    if terminal.json:
        terminal.document(found.to_json())
    else:
        terminal.result(_tool_text(terminal, found))
    return 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _standing(row: Row | None) -> str:
    """What a name stands for, in a few words."""
    if row is None:
        return "unknown"
    adopted = ", its file adopted" if row.adopted_hash else ""
    inactive = "" if row.active else f", inactive ({line(row.inactive_reason)})"
    return f"version {row.version_id}{adopted}{inactive}"


def _run_line(summary: RunSummary) -> str:
    run = summary.run
    failures = f", {_count(summary.failures, 'failure')}" if summary.failures else ""
    when = run.started_at.isoformat(timespec="seconds")
    what = f"{line(run.kind):<8}  {line(run.status):<11}"
    return f"{line(run.id)}  {when}  {what}  {_count(summary.operations, 'change')}{failures}"


def _tool_text(terminal: Terminal, found: ToolHistory) -> str:
    lines = [terminal.paint(line(found.name), "bold"), "Versions"]
    lines += [f"  {_version_line(version)}" for version in found.versions]
    lines += ["Changes", *(f"  {_change_line(change)}" for change in found.changes)]
    return "\n".join(lines)


def _version_line(stored: StoredVersion) -> str:
    version = stored.version
    now = "" if not stored.current else "  (now)" if stored.active else "  (now, inactive)"
    when = version.migrated_at.isoformat(timespec="seconds")
    return (
        f"{stored.version_id:>4}  {when}  run {line(stored.run_id)}  {version.policy.level}  "
        f"sha256 {version.original_hash[:12]}  {line(version.file)}{now}"
    )


def _change_line(change: StoredOperation) -> str:
    rows = [_standing(Row.from_json(row)) for row in (change.before, change.after)]
    when = change.at.isoformat(timespec="seconds")
    run = f"(run {line(change.run_id)}, {line(change.run_kind)})"
    return f"{when}  {line(change.kind):<10}  {rows[0]} -> {rows[1]}  {run}"
