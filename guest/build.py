"""Builds the guest, or says whether the built one is stale.

    python guest/build.py            build, pre-initialise, write engine/guest.wasm and guest.json
    python guest/build.py --check    exit 1 when the sources differ from those that guest.wasm was built of
    python guest/build.py --out F    build to another file, leave the committed one alone

Needs Rust with the target wasm32-unknown-unknown, and Node for the pre-initialiser (see guest/README.md). Standard
library only: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import patched

GUEST = Path(__file__).resolve().parent
ENGINE = GUEST.parent / "src" / "crucible_tools" / "engine"
TARGET = "wasm32-unknown-unknown"
# The bytes depend on the compiler: this version made the committed guest.wasm.
RUSTC = "1.95.0"
# 1 MiB of stack in linear memory, below everything else, so that running out of it traps instead of overwriting data.
# Behind it 384 KiB for the compiler (src/block.rs): what it and the stack leave behind is one range. With them a fresh
# VM still has less than 4 MiB.
LINK = [
    "-Clink-arg=--export=__stack_pointer",
    "-Clink-arg=-zstack-size=1048576",
    "-Clink-arg=--stack-first",
    "-Clink-arg=--global-base=1441792",
]


def sources() -> list[Path]:
    """All files that the guest's bytes depend on, in a fixed order."""
    fixed = [GUEST / name for name in ("Cargo.toml", "Cargo.lock", "package.json", "build.py")]
    return [*fixed, patched.PATCH, *sorted((GUEST / "src").rglob("*.rs"))]


def sources_digest() -> str:
    """SHA-256 over names and contents of the sources, and the toolchain's version."""
    digest = hashlib.sha256(f"rustc {RUSTC}\n".encode())
    for path in sources():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(GUEST).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def run(*command: str, env: dict[str, str] | None = None) -> str:
    """Runs a command in the guest's folder and returns what it printed."""
    done = subprocess.run(command, cwd=GUEST, env=env, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def build(out: Path) -> None:
    """Compiles, pre-initialises and writes the guest to `out`."""
    patched.prepare()
    version = run("rustc", "--version").split()[1]
    if version != RUSTC:
        print(f"warning: rustc {version} instead of {RUSTC}: the bytes will differ", file=sys.stderr)
    home = Path.home()
    cargo = Path(os.environ.get("CARGO_HOME", home / ".cargo"))
    sysroot = run("rustc", "--print", "sysroot").strip()
    # No path of this machine may be in the bytes, or two machines would build two guests.
    remap = [f"--remap-path-prefix={old}={new}" for old, new in (
        (home, "home"), (cargo, "cargo"), (sysroot, "rust"), (GUEST, "guest"))]  # fmt: skip
    flags = "\x1f".join([*remap, *LINK])
    target = Path(os.environ.get("CARGO_TARGET_DIR", GUEST / "target"))
    env = {**os.environ, "CARGO_ENCODED_RUSTFLAGS": flags, "CARGO_TARGET_DIR": str(target)}
    run("cargo", "build", "--release", "--locked", "--target", TARGET, env=env)
    raw = target / TARGET / "release" / "crucible_guest.wasm"
    if not (GUEST / "node_modules" / ".bin" / "wizer").exists():
        run(shutil.which("npm") or "npm", "install", "--no-package-lock", "--no-audit", "--no-fund")
    out.parent.mkdir(parents=True, exist_ok=True)
    run("node_modules/.bin/wizer", str(raw), "-o", str(out))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="only say whether the committed guest is stale")
    parser.add_argument("--out", type=Path, help="write the guest here instead of into the package")
    options = parser.parse_args()
    record = ENGINE / "guest.json"
    if options.check:
        known = json.loads(record.read_text())
        wasm = hashlib.sha256((ENGINE / "guest.wasm").read_bytes()).hexdigest()
        if known["sources"] != sources_digest():
            print("guest.wasm is stale: its sources changed. Run `make guest`.")
            return 1
        if known["wasm"] != wasm:
            print("guest.wasm is not the file that guest.json describes. Run `make guest`.")
            return 1
        print(f"guest.wasm is up to date ({known['sources'][:12]}, rustc {known['rustc']})")
        return 0
    out = options.out.resolve() if options.out else ENGINE / "guest.wasm"
    build(out)
    wasm = hashlib.sha256(out.read_bytes()).hexdigest()
    if not options.out:
        record.write_text(json.dumps({"sources": sources_digest(), "wasm": wasm, "rustc": RUSTC}, indent=1) + "\n")
    print(f"{out}: {out.stat().st_size:,} bytes, sha256 {wasm}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
