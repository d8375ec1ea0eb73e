"""Starts a PostgreSQL of its own, runs pytest with every state of the tests on it, and stops it.

    python -m tests.postgresql tests/store tests/migration

The server listens on a socket in a new folder, knows nobody else, and does not wait for the disk. Its programs are
those of the path or of Debian's package, which is installed when this runs as root on Debian without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

USERS = ("postgres", "nobody")
"""PostgreSQL refuses to run as root."""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "autovacuum": "off",
    "max_locks_per_transaction": "512",
}


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`."""
    found = [Path(name).resolve().parent for name in (shutil.which("initdb"), shutil.which("postgres")) if name]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def installed() -> Path:
    """The same; installed where that can be done."""
    if (found := programs()) is not None:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"]
        subprocess.run(install, check=True, env=quiet)
        if (found := programs()) is not None:
            return found
    sys.exit(
        "These tests need PostgreSQL's server programs, initdb and postgres, and none were found. "
        "On Debian and Ubuntu: sudo apt-get install postgresql"
    )


@contextmanager
def server() -> Generator[str]:
    """A running server; gives the URL of its database."""
    folder = installed()
    with tempfile.TemporaryDirectory(prefix="crucible-pg-") as made:
        root = Path(made)
        user = _user(root)
        data, log = root / "data", root / "log"
        subprocess.run(
            [*user, folder / "initdb", "-D", data, "-U", "crucible", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
             "--no-sync", "--no-instructions"],
            check=True, stdout=subprocess.DEVNULL, cwd=root,
        )  # fmt: skip
        (data / "postgresql.auto.conf").write_text("".join(f"{name} = '{value}'\n" for name, value in SETTINGS.items()))
        control = [*user, folder / "pg_ctl", "-D", data, "-s", "-w", "-t", "120"]
        started = subprocess.run([*control, "-l", log, "-o", f"-k {root}", "start"], check=False, cwd=root)
        if started.returncode != 0:
            sys.exit(f"PostgreSQL did not start:\n{log.read_text() if log.exists() else ''}")
        try:
            yield f"postgresql://crucible@/postgres?host={root}"
        finally:
            subprocess.run([*control, "-m", "fast", "stop"], check=False, cwd=root)  # ends the sessions that are left


def _user(root: Path) -> list[str]:
    """What runs a program as somebody who is not root, to whom the folder belongs then."""
    if os.geteuid() != 0:
        return []
    for user in USERS:
        if subprocess.run(["id", user], check=False, capture_output=True).returncode == 0:
            shutil.chown(root, user)
            root.chmod(0o755)
            return ["setpriv", f"--reuid={user}", f"--regid={_group(user)}", "--clear-groups"]
    sys.exit("PostgreSQL refuses to run as root, and there is neither a user postgres nor one called nobody.")


def _group(user: str) -> str:
    return subprocess.run(["id", "-gn", user], check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """Runs pytest with the arguments given."""
    with server() as url:
        environment = {**os.environ, "CRUCIBLE_TEST_STATE": url}
        return subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
