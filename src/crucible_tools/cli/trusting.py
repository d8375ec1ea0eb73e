"""`crucible trust`."""

from pathlib import Path

from crucible_tools.cli.terminal import Terminal, line
from crucible_tools.config import DEFAULT_STATE
from crucible_tools.errors import StateError, UsageError
from crucible_tools.operations.audit import record_trust
from crucible_tools.store.trusted import TrustedFolder, distrust, trust, trust_file, trusted_folders


def run_trust(terminal: Terminal, folder: Path | None, *, remove: bool, listed: bool) -> int:
    """`crucible trust`.

    Raises:
        UsageError: it is not clear what is wanted.
        ConfigurationError: the record of trust can't be read or written.
    """
    if listed:
        if folder is not None or remove:
            raise UsageError("--list shows everything that is trusted", hint="leave out the folder and --remove")
        _show(terminal, trusted_folders())
        return 0
    if folder is None:
        raise UsageError("no folder is named", hint="name it: `crucible trust .` trusts this one")
    if remove:
        return _remove(terminal, folder)
    done = trust(folder)
    _account(terminal, folder, trusted=True, sha256=done.sha256)
    if terminal.json:
        terminal.document(done.to_json())
    else:
        what = "its crucible.toml as it is now" if done.sha256 else "no crucible.toml yet"
        terminal.result(f"{line(done.path)} is trusted, with {what}.")
        terminal.note(f"to trust it no more: crucible trust --remove {line(folder)}")
    return 0


def _remove(terminal: Terminal, folder: Path) -> int:
    removed = distrust(folder)
    if removed:
        _account(terminal, folder, trusted=False)
    if terminal.json:
        terminal.document({"path": str(folder), "removed": removed})
    else:
        terminal.result(f"{line(folder)} is trusted no more." if removed else f"{line(folder)} was not trusted.")
    return 0


def _account(terminal: Terminal, folder: Path, *, trusted: bool, sha256: str | None = None) -> None:
    """Tells the audit of the folder's own state, if it has one."""
    try:
        record_trust(str(folder / DEFAULT_STATE), folder.resolve(), trusted=trusted, sha256=sha256)
    except StateError as error:
        terminal.warn(f"the audit could not be told: {error.message}")


def _show(terminal: Terminal, folders: list[TrustedFolder]) -> None:
    if terminal.json:
        terminal.document([folder.to_json() for folder in folders])
    elif folders:
        changed = "  (its crucible.toml changed: trust it again)"
        terminal.result(
            "\n".join(f"{line(it.path)}  since {line(it.since)}{'' if it.valid else changed}" for it in folders)
        )
    else:
        terminal.note(f"no folder is trusted; what is, is recorded in {line(trust_file())}")
