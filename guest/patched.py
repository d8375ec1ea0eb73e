"""Puts Rune as the guest has it into guest/patched/rune: the published crate, and patches/rune-0.14.2.patch on it.

    python guest/patched.py

Cargo.toml takes Rune from there. The published crate is fetched by cargo and has to be the one with this digest. Why
there is a patch at all: docs/decisions/020. Standard library only; needs cargo and git.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

GUEST = Path(__file__).resolve().parent
PATCH = GUEST / "patches" / "rune-0.14.2.patch"
PATCHED = GUEST / "patched" / "rune"
CRATE = "rune-0.14.2"
# Of the crate as crates.io has it: what Cargo.lock of bench/native says, too.
SHA256 = "e7a577a0dc4b3e4cfe89247325b14b5f30096ddc82fa51fffb1d823fbc85b410"
_MANIFEST = """[package]
name = "fetched"
version = "0.0.0"
edition = "2021"

[dependencies]
rune = { version = "=0.14.2", default-features = false }
"""


def prepare() -> None:
    """Makes the folder, unless it is what this patch makes of the crate.

    Raises:
        SystemExit: the crate is another one, or the patch does not fit.
    """
    made_of = f"{SHA256} {hashlib.sha256(PATCH.read_bytes()).hexdigest()}\n"
    stamp = PATCHED / ".made-of"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == made_of:
        return
    archive = _fetched()
    shutil.rmtree(PATCHED, ignore_errors=True)
    PATCHED.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PATCHED.parent) as name:
        with tarfile.open(archive) as crate:
            crate.extractall(name)  # it may be trusted: these are the very bytes that SHA256 names
        folder = Path(name) / CRATE
        # Inside of a repository git would look for the files from its root.
        alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
        done = subprocess.run(["git", "apply", str(PATCH)], cwd=folder, env=alone, check=False)
        if done.returncode != 0:
            raise SystemExit(f"{PATCH.name} does not fit {CRATE}")
        (folder / ".made-of").write_text(made_of, encoding="ascii")
        folder.rename(PATCHED)


def _fetched() -> Path:
    """The published crate as cargo keeps it."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "src").mkdir()
        (Path(name) / "src" / "lib.rs").touch()
        (Path(name) / "Cargo.toml").write_text(_MANIFEST, encoding="ascii")
        subprocess.run(["cargo", "fetch", "--quiet"], cwd=name, check=True)
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    found = list(home.glob(f"registry/cache/*/{CRATE}.crate"))
    for archive in found:
        if hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256:
            return archive
    raise SystemExit(f"no {CRATE}.crate with the SHA-256 {SHA256} below {home}/registry/cache: found {found or 'none'}")


if __name__ == "__main__":
    prepare()
    print(PATCHED)
