"""Measures everything and prints the table.

python -m bench.run                    the table
python -m bench.run --json FILE        also as JSON
python -m bench.run --only host        rows whose name contains a word
python -m bench.run --quick            few rounds: does it work at all?
"""

import argparse
import asyncio
import datetime
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import (
    peers,
    rows_call,
    rows_check,
    rows_command,
    rows_cpu,
    rows_load,
    rows_migration,
    rows_serving,
    rows_syntax,
    rows_vm,
)
from bench.bed import prepared
from bench.row import MEASUREMENTS, Row

# Their measurements, in this order: memory first, while the process is small.
FILES = (rows_vm, rows_call, rows_cpu, rows_load, rows_syntax, rows_command, rows_serving, rows_migration, rows_check)


async def measure(only: str | None, *, quick: bool) -> list[Row]:
    """All rows, one after the other."""
    rows: list[Row] = []
    ordered = [m for file in FILES for m in MEASUREMENTS if m.__module__ == file.__name__]
    wanted = [m for m in ordered if only is None or only in m.__name__]
    async with prepared(peers.measured(quick=quick), quick=quick) as bed:
        for measurement in wanted:
            print(f"measuring {measurement.__name__} …", file=sys.stderr)
            measured = await measurement(bed)
            rows.extend(measured if isinstance(measured, list) else [measured])
    return rows


def machine() -> dict[str, str]:
    """Date and machine, without which a figure says nothing."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": str(os.cpu_count()),
    }


def processor() -> str:
    """The processor's name, where the system says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def table(rows: list[Row]) -> Table:
    """The rows for people."""
    names = sorted({peer for row in rows for peer in row.peers})
    table = Table("", "figure", "at most", *names, box=None, header_style="bold")
    for row in rows:
        missed = row.at_most is not None and row.value > row.at_most
        figure = f"{row.value:,.3g} {row.unit}"
        limit = f"{row.at_most:g} {row.unit}" if row.at_most is not None else ""
        cells = [f"{row.peers[name]:,.3g} {row.unit}" if name in row.peers else "" for name in names]
        table.add_row(row.name, f"[red]{figure}[/red]" if missed else figure, limit, *cells)
    return table


def main() -> None:
    """Measures and prints; a figure above what was promised is red."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="what the engine costs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows here as JSON, too")
    parser.add_argument("--only", metavar="WORD", help="only measurements whose name contains this")
    parser.add_argument("--quick", action="store_true", help="few rounds")
    options = parser.parse_args()
    rows = asyncio.run(measure(options.only, quick=options.quick))
    about = machine()
    # Into a file the table keeps its lines whole; a terminal has its own width.
    Console(width=None if sys.stdout.isatty() else 120).print(table(rows))
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    if options.json:
        document: dict[str, Any] = {"machine": about, "rows": [row.to_json() for row in rows]}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
