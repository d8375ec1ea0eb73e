"""The compiled guest on disk: compiling takes seconds, loading it again milliseconds.

Loading runs native code from the file, and wasmtime accepts many damaged files (13 of 24 in a test, 11 of which
killed the process). So a file is used only when it and its folder belong to this user alone, are no links, and the
very bytes that are loaded have the digest that was written beside them. Anything else is compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
from pathlib import Path
from typing import Final

import platformdirs

from crucible_tools.engine.wasm import SUPPORTED, Runtime
from crucible_tools.errors import EngineUnavailable

GUEST: Final = Path(__file__).with_name("guest.wasm")
"""The guest of this package."""

GUEST_VARIABLE: Final = "CRUCIBLE_GUEST"
"""Environment variable that names another guest: how the tests run on a rebuilt one."""

_MOST_BYTES: Final = 256 << 20
_DIGEST_BYTES: Final = 32


def load_runtime(*, cache: Path | None = None, guest: Path | None = None) -> Runtime:
    """The guest, compiled: out of the cache when that is sound, else compiled now and put there.

    Args:
        cache: folder of the compiled guest; the user's cache folder if not given.
        guest: file of the guest; `CRUCIBLE_GUEST`, else the package's own, if not given.

    Raises:
        EngineUnavailable: the guest cannot be read or loaded.
    """
    path = guest or Path(os.environ.get(GUEST_VARIABLE) or GUEST)
    try:
        wasm = path.read_bytes()
    except OSError as error:
        raise EngineUnavailable(
            f"the guest {path} cannot be read: {error.strerror}", hint="install the package again, or run: make guest"
        ) from error
    folder = cache if cache is not None else cache_folder()
    entry = folder / f"{_key(wasm)}.cwasm"
    compiled = read_entry(entry)
    if compiled is not None:
        # A file of another CPU or build of wasmtime is refused when it is loaded: compile again.
        with contextlib.suppress(EngineUnavailable):
            return Runtime(compiled, serialized=True)
    runtime = Runtime(wasm)
    write_entry(entry, runtime.serialize())
    return runtime


def cache_folder() -> Path:
    """The user's cache folder of this package."""
    return platformdirs.user_cache_path("crucible-tools") / "modules"


def _key(wasm: bytes) -> str:
    machine = hashlib.sha256(f"{platform.system()} {platform.machine()} {_cpu()}".encode()).hexdigest()[:12]
    return f"{hashlib.sha256(wasm).hexdigest()[:24]}-{SUPPORTED}-{machine}"


def _cpu() -> str:
    """What distinguishes this processor: compiled code uses its features."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
            for line in info:
                if line.startswith(("flags", "Features")):
                    return line
    except OSError:
        pass
    return platform.processor()


def read_entry(entry: Path) -> bytes | None:
    """The bytes of a cache entry, or nothing when it is missing, damaged, or could be somebody else's."""
    if not _is_private_folder(entry.parent):
        return None
    data = _read_private(entry, _MOST_BYTES)
    digest = _read_private(entry.with_suffix(".sha256"), _DIGEST_BYTES)
    if data is None or digest is None or hashlib.sha256(data).digest() != digest:
        return None
    return data


def write_entry(entry: Path, data: bytes) -> bool:
    """Puts a compiled module into the cache; False when there is no safe place for it (it stays in memory then)."""
    folder = entry.parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_private_folder(folder):
            return False
        # The digest goes last: an interrupted write leaves a pair that does not fit, which is never loaded.
        for path, content in ((entry, data), (entry.with_suffix(".sha256"), hashlib.sha256(data).digest())):
            temporary = path.with_name(f".{path.name}.{os.getpid()}")
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.replace(path)
    except OSError:
        return False
    return True


def _is_private_folder(folder: Path) -> bool:
    try:
        info = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(info.st_mode) and _mine(info)


def _read_private(path: Path, most: int) -> bytes | None:
    """Reads a plain file of this user's, without following links; the checks are on the opened file itself."""
    try:
        handle = os.open(
            path,
            os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0),
        )
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode) or not _mine(info) or info.st_size > most:
            return None
        return file.read(most + 1)


def _mine(info: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        # Windows has no such owner and mode: the user's own cache folder is private by its access list.
        return True
    return info.st_uid == os.getuid() and info.st_mode & 0o077 == 0
