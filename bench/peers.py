"""The peers, measured in the same run: pydantic-monty, and Rune without a sandbox. In seconds, by figure."""

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from bench.bed import SOURCES
from bench.row import median_of_calls

NATIVE = Path(__file__).parent / "native"

MONTY_FIB = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(25)"
MONTY_COUNT = "i = 0\ns = 0\nwhile i < 10000000:\n    s += i\n    i += 1\ns"


def measured(*, quick: bool) -> dict[str, dict[str, float]]:
    """The figures of every peer that can be had here; the others are named on standard error."""
    peers: dict[str, dict[str, float]] = {}
    for name, measure in (("monty", monty), ("native", native)):
        try:
            peers[name] = measure(quick)
        except (ImportError, OSError, subprocess.CalledProcessError) as error:
            print(f"no figures of {name}: {error}", file=sys.stderr)
    return peers


def monty(quick: bool) -> dict[str, float]:
    """pydantic-monty: a sandboxed Python in a worker process.

    Raises:
        ImportError: it is not installed.
    """
    from pydantic_monty import Monty

    times = 20 if quick else 500
    with Monty() as pool:

        def checkout() -> None:
            with pool.checkout() as session:
                session.feed_run("1 + 1")

        figures = {"checkout": median_of_calls(checkout, times=times)}
        with pool.checkout() as session:
            figures["echo"] = median_of_calls(lambda: session.feed_run("{'name': 'x', 'n': 3}"), times=times * 2)
            outside = {"f": lambda x: x}
            with_call = median_of_calls(lambda: session.feed_run("f(1)", external_lookup=outside), times=times)
            figures["host_call"] = max(0.0, with_call - figures["echo"])
        with pool.checkout() as session:
            few = 3 if quick else 5
            figures["fib"] = median_of_calls(lambda: session.feed_run(MONTY_FIB), times=few)
            figures["count"] = median_of_calls(lambda: session.feed_run(MONTY_COUNT), times=few)
    return figures


def native(quick: bool, *entries: str) -> dict[str, float]:
    """Rune without a sandbox, built from bench/native for this run.

    Args:
        quick: fewer rounds.
        entries: of cpu.rn, which alone are measured; all that there is if none is given.

    Raises:
        OSError: there is no cargo.
        CalledProcessError: it does not build.
    """
    command = [_native_program(), SOURCES, "3" if quick or entries else "9", *entries]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@cache
def _native_program() -> Path:
    cargo = shutil.which("cargo")
    if cargo is None:
        raise FileNotFoundError("cargo is not on the PATH")
    subprocess.run([cargo, "build", "--release", "--locked", "--quiet"], cwd=NATIVE, check=True)
    metadata = subprocess.run(
        [cargo, "metadata", "--format-version", "1", "--no-deps"],
        cwd=NATIVE,
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(json.loads(metadata.stdout)["target_directory"]) / "release" / "crucible-bench-native"
