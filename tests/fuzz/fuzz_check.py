"""Fuzzes reading, rules and repairs.

    make fuzz SECONDS=60
    python -m tests.fuzz.fuzz_check --seconds 60     the same
    python -m tests.fuzz.fuzz_check FILE             one input again

What is found goes to `build/fuzz`, and its path is printed. Put it into `tests/fuzz/found`, where a plain test replays
it.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crucible_tools.rune"]):
    from crucible_tools.rune.rules.registry import rules
    from tests.fuzz.laws import check
    from tests.fuzz.mutations import mutated
    from tests.fuzz.seeds import LONGEST, seeds, write_seeds, write_words

    rules()  # imports them, so that they are instrumented too

FOLDER = Path("build/fuzz")

SLOWEST = 30
"""Seconds for one input."""


def one(data: bytes) -> None:
    """Checks one input; says how to see a failure again."""
    try:
        check(data)
    except BaseException:
        path = FOLDER / f"crash-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}"
        sys.stderr.write(f"\nThis input breaks a law: {path}\nAgain: python -m tests.fuzz.fuzz_check {path}\n\n")
        raise


def main() -> None:
    """Fuzzes, or replays one input."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.fuzz_check")
    parser.add_argument("input", nargs="?", type=Path, help="replay this input alone")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="begin as another run did; 0: as none did (default)")
    options = parser.parse_args()
    if options.input:
        check(options.input.read_bytes())
        return
    write_seeds(FOLDER / "corpus")
    write_words(FOLDER / "words.dict")
    arguments = [
        f"-max_total_time={options.seconds}",
        f"-seed={options.seed}",
        f"-max_len={LONGEST}",
        f"-timeout={SLOWEST}",
        f"-artifact_prefix={FOLDER}/",
        f"-dict={FOLDER}/words.dict",
        "-print_final_stats=1",
        "-verbosity=0",
        str(FOLDER / "corpus"),
    ]
    others = list(seeds().values())

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        # Bytes of any kind are one in ten: files are not always text.
        return atheris.Mutate(data, most) if seed % 10 == 0 else mutated(data, most, seed, others)

    atheris.Setup([sys.argv[0], *arguments], one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
