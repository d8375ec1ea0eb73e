"""The compiled guest on disk: compiling takes seconds, loading it again milliseconds.

Loading runs native code from the file, and wasmtime accepts many damaged files (13 of 24 in a test, 11 of which
killed the process). So a file is used only when it and its folder belong to this user alone, are no links, and the
very bytes that are loaded have the digest that was written beside them. Anything else is compiled again.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import platform
import stat
import sys
from collections.abc import Generator
from io import BufferedReader
from pathlib import Path
from typing import Final

import platformdirs

from crucible_tools.engine.spare import give_back
from crucible_tools.engine.wasm.capi import SUPPORTED
from crucible_tools.engine.wasm.runtime import Runtime
from crucible_tools.errors import EngineUnavailable

if sys.platform == "linux":
    import fcntl

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
    path = guest_file(guest)
    try:
        identity = guest_identity(path)
        entry = (cache if cache is not None else cache_folder()) / f"{identity}-{SUPPORTED}-{_machine()}.cwasm"
        runtime = _load_entry(entry)
        if runtime is not None:
            return runtime
        runtime = Runtime(path.read_bytes())
    except OSError as error:
        raise EngineUnavailable(
            f"the guest {path} cannot be read: {error.strerror}", hint="install the package again, or run: make guest"
        ) from error
    write_entry(entry, runtime.serialize())
    # The compiler's memory: 150 MB.
    give_back()
    return runtime


def _load_entry(entry: Path) -> Runtime | None:
    """The runtime of a cache entry, or nothing when the entry is not sound.

    Where the system has memory files, the bytes are copied into one, sealed, checked and mapped from there: that
    spares each process some 40 ms of copying, and nobody can change them between the check and the use.
    """
    # A file of another CPU or build of wasmtime is refused when it is loaded: compile again.
    with contextlib.suppress(EngineUnavailable):
        if sys.platform != "linux":
            return _copied(entry)
        with _opened(entry, _MOST_BYTES) as source, _opened(entry.with_suffix(".sha256"), _DIGEST_BYTES) as digest:
            if source is None or digest is None or not _is_private_folder(entry.parent):
                return None
            memory = os.memfd_create("crucible-guest", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            with os.fdopen(memory, "rb") as file:
                length = os.fstat(source.fileno()).st_size
                copied = 0
                # No writing, growing, shrinking, and no lifting of these seals.
                seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
                try:
                    while copied < length and (some := os.sendfile(memory, source.fileno(), copied, length - copied)):
                        copied += some
                    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, seals)
                except OSError:
                    # The kernel itself holds some page for a moment (EBUSY), as it does when memory is short; or no
                    # file of this process may be as large (`ulimit -f`).
                    return _copied(entry)
                if not copied:
                    return None
                with mmap.mmap(memory, copied, prot=mmap.PROT_READ) as view:
                    if hashlib.sha256(view).digest() != digest.read(_DIGEST_BYTES + 1):
                        return None
                return Runtime(serialized=Path(f"/proc/self/fd/{file.fileno()}"))
    return None


def _copied(entry: Path) -> Runtime | None:
    """The runtime of a cache entry that is copied into this process; nothing when the entry is not sound."""
    compiled = read_entry(entry)
    return None if compiled is None else Runtime(serialized=compiled)


def guest_file(guest: Path | None) -> Path:
    """The guest that is meant: the named one, `CRUCIBLE_GUEST`, or the package's own."""
    return guest or Path(os.environ.get(GUEST_VARIABLE) or GUEST)


def guest_identity(path: Path) -> str:
    """What tells one guest from another, in a file name.

    The package's own guest is known by the digest that it was built with, its size and its time: hashing 9 MB at each
    start would take longer than a call. Any other is known by its bytes.
    """
    record = path.with_name("guest.json")
    if path == GUEST and record.is_file():
        info = path.stat()
        known = f"{record.read_text()} {info.st_size} {info.st_mtime_ns}".encode()
    else:
        known = path.read_bytes()
    return hashlib.sha256(known).hexdigest()[:24]


def cache_folder() -> Path:
    """The user's cache folder of this package."""
    return platformdirs.user_cache_path("crucible-tools") / "modules"


def _machine() -> str:
    return hashlib.sha256(f"{platform.system()} {platform.machine()} {_cpu()}".encode()).hexdigest()[:12]


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
    with _opened(path, most) as file:
        return None if file is None else file.read(most + 1)


@contextlib.contextmanager
def _opened(path: Path, most: int) -> Generator[BufferedReader | None]:
    """A plain file of this user's, without following links; the checks are on the opened file itself."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        handle = os.open(path, flags)
    except OSError:
        yield None
        return
    with os.fdopen(handle, "rb") as file:
        info = os.fstat(file.fileno())
        sound = stat.S_ISREG(info.st_mode) and _mine(info) and info.st_size <= most
        yield file if sound else None


def _mine(info: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):
        # Windows has no such owner and mode: the user's own cache folder is private by its access list.
        return True
    return info.st_uid == os.getuid() and info.st_mode & 0o077 == 0
