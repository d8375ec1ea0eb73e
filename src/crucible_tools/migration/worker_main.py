"""What a process of `workers` runs: `python -m` this module."""

import gc
import os
import signal
import sys


def main() -> None:
    """Works on what it is sent until nothing more comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us stops us
    # What is imported stays, so that looking for garbage meanwhile is looking in vain; `serve` turns it on again.
    gc.disable()
    import asyncio

    from crucible_tools.migration.worker import serve

    try:
        asyncio.run(serve())
    except (BrokenPipeError, EOFError):
        # Who started us was killed. What Python would still flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
