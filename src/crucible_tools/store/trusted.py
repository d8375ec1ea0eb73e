"""The folders that the user trusts: what is merely found in them may raise powers (contract.md, "Security levels").

They are recorded in the user's own configuration folder, never in what is trusted: a download that brings a state and
a `crucible.toml` can't bring trust in them. A folder is known by its real path, and trusted with the `crucible.toml`
that it had then, or without one: any other is not what somebody looked at.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

from crucible_tools.errors import ConfigurationError
from crucible_tools.model.json import JsonObject

CONFIG_NAME: Final = "crucible.toml"
"""The settings of a folder."""

_MISSING: Final = "missing"
"""What is recorded in place of a digest where there was no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedFolder:
    """A folder that was trusted.

    Args:
        path: its real path.
        sha256: of its `crucible.toml` at that time; None when it had none.
        since: when that was, in RFC 3339.
        valid: whether its `crucible.toml` still is that one.
    """

    path: Path
    sha256: str | None
    since: str
    valid: bool

    def to_json(self) -> JsonObject:
        """All of it."""
        return {"path": str(self.path), "sha256": self.sha256, "since": self.since, "valid": self.valid}


def trust_file() -> Path:
    """Where the user's trust is recorded."""
    import platformdirs  # not at once: few commands ask

    return platformdirs.user_config_path("crucible-tools") / "trusted.json"


def is_trusted(folder: Path, config: bytes | None = None) -> bool:
    """Whether the user trusts what is found in a folder.

    Args:
        folder: which.
        config: the bytes of its `crucible.toml` as they were read already; else they are read.
    """
    try:
        recorded = _read(trust_file()).get(_real(folder))
        return recorded is not None and recorded["sha256"] == _digest(folder, config)
    except (OSError, ConfigurationError):
        return False  # what can't be read trusts nothing


def trust(folder: Path) -> TrustedFolder:
    """Trust a folder, with the `crucible.toml` that it has now.

    Raises:
        ConfigurationError: it is no folder, or the record can't be written.
    """
    if not os.path.isdir(folder):
        raise ConfigurationError(f"{folder} is no folder", hint="name the folder that `crucible` is called in")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        entry = {"sha256": _digest(folder), "since": now}
    except OSError as error:
        raise ConfigurationError(f"{folder / CONFIG_NAME} can't be read: {error.strerror or error}") from error
    file = trust_file()
    _write(file, {**_read(file), _real(folder): entry})
    return _entry(_real(folder), entry)


def distrust(folder: Path) -> bool:
    """Trust a folder no more; it need not be there any more either.

    Returns:
        Whether it was trusted.

    Raises:
        ConfigurationError: the record can't be written.
    """
    file = trust_file()
    recorded = _read(file)
    if _real(folder) not in recorded:
        return False
    _write(file, {path: entry for path, entry in recorded.items() if path != _real(folder)})
    return True


def trusted_folders() -> list[TrustedFolder]:
    """Every folder that was trusted, by path.

    Raises:
        ConfigurationError: the record can't be read.
    """
    return [_entry(path, entry) for path, entry in sorted(_read(trust_file()).items())]


def _real(folder: Path) -> str:
    return os.path.realpath(folder)


def _digest(folder: Path, config: bytes | None = None) -> str:
    if config is None:
        try:
            config = (folder / CONFIG_NAME).read_bytes()
        except FileNotFoundError:
            return _MISSING
    return hashlib.sha256(config).hexdigest()


def _entry(path: str, recorded: Mapping[str, str]) -> TrustedFolder:
    digest = recorded["sha256"]
    return TrustedFolder(
        path=Path(path),
        sha256=None if digest == _MISSING else digest,
        since=recorded["since"],
        valid=is_trusted(Path(path)),
    )


def _read(file: Path) -> dict[str, dict[str, str]]:
    """What is recorded, by real path.

    Raises:
        ConfigurationError: it is not what was written.
    """
    try:
        data: Any = json.loads(file.read_text("utf-8"))
        folders = cast("dict[str, dict[str, str]]", data["folders"])
        return {str(path): {"sha256": str(it["sha256"]), "since": str(it["since"])} for path, it in folders.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{file}, which says what you trust, can't be read: {error}", hint="remove it, and trust folders again"
        ) from error


def _write(file: Path, folders: Mapping[str, Mapping[str, str]]) -> None:
    """Replace the record as a whole; it is the user's alone.

    Raises:
        ConfigurationError: it can't be written.
    """
    text = json.dumps({"folders": folders}, indent=2, sort_keys=True)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".trusted-", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as made:
                made.write(text)
                made.flush()
                os.fsync(made.fileno())
            os.replace(name, file)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise
    except OSError as error:
        raise ConfigurationError(
            f"{file}, which says what you trust, can't be written: {error.strerror or error}",
            hint="check its permissions, or set XDG_CONFIG_HOME",
        ) from error
