"""Files that results are written to."""

import os
import stat
from pathlib import Path

from crucible_tools.errors import ConfigurationError


def check_writable(file: Path) -> None:
    """Refuse a place where no file can be.

    Raises:
        ConfigurationError: it is a folder, its folder does not exist, or it may not be written.
    """
    if why := _unwritable(file):
        raise ConfigurationError(f"{file} can't be written: {why}", hint="name a file in a folder that you may write")


def _unwritable(file: Path) -> str | None:
    """Why no file can be written there; None where nothing is known that keeps it from being written."""
    try:
        mode = os.stat(file).st_mode
    except FileNotFoundError:
        folder = file.absolute().parent
        if not os.path.isdir(folder):
            return "there is no such folder"
        return None if os.access(folder, os.W_OK | os.X_OK) else "its folder may not be written"
    except OSError as error:
        return error.strerror or str(error)
    if stat.S_ISDIR(mode):
        return "it is a folder"
    return None if os.access(file, os.W_OK) else "it may not be written"
