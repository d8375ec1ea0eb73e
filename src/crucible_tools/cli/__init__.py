"""The command line: parsing and output only; what it does is in `operations`."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run `crucible` with these arguments, the process's own when None; gives the exit code."""
    from crucible_tools.cli.run import run

    return run(argv)
