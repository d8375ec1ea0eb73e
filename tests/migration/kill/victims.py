"""A program that starts runs, each in a process of its own that is killed at a given moment of a given transaction.

Processes are forked from this one, which has imported everything and started nothing: so hundreds of them cost
little. It reads a JSON object a line, `{"root", "moment", "point"}` and either `migrate` (settings)
or `rollback` (a run's id), and answers with the exit status of the run's process and with how many transactions and
records it came to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import crucible_tools.engine
import crucible_tools.migration.validation
import crucible_tools.rune.check.examining  # noqa: F401 - imported before the first fork
from crucible_tools import MigrationManagerConfig, Phase51MigrationManager
from crucible_tools.migration.rollback import OneRun, roll_back
from crucible_tools.store.database import Database
from crucible_tools.store.state import State
from crucible_tools.store.transaction import Transaction
from tests import on_server  # noqa: F401 - where its states are

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass
class Moment:
    """When to kill: `before`, `inside` (all is written, nothing committed) or `after` the transaction of this
    number, or right after the `record` of this number, which may be in the middle of a transaction."""

    name: str
    number: int
    counts: Path
    transactions: int = 0
    records: int = 0

    def reached(self, name: str, number: int) -> None:
        """Kills this process if this is the moment."""
        self.counts.write_text(json.dumps({"transactions": self.transactions, "records": self.records}))
        if (name, number) == (self.name, self.number):
            os.kill(os.getpid(), signal.SIGKILL)


def watch(moment: Moment) -> None:
    """Lets every writing transaction of this process go through the moments."""
    write, record = Database.write, Transaction.record

    @contextlib.contextmanager
    def watched_write(self: Database) -> Generator[Connection]:
        moment.transactions += 1
        number = moment.transactions
        moment.reached("before", number)
        with write(self) as connection:
            yield connection
            moment.reached("inside", number)
        moment.reached("after", number)

    def watched_record(self: Transaction, *args: Any, **named: Any) -> None:
        record(self, *args, **named)
        moment.records += 1
        moment.reached("record", moment.records)

    Database.write = watched_write
    Transaction.record = watched_record


async def run(order: dict[str, Any]) -> None:
    """The run that is killed."""
    root = Path(order["root"])
    if "rollback" in order:
        with State(root / ".crucible") as state:
            await roll_back(state, OneRun(order["rollback"]))
        return
    config = MigrationManagerConfig(
        migration_directories=(root / "tools",), state=root / ".crucible", **order["migrate"]
    )
    async with Phase51MigrationManager(config) as manager:
        await manager.execute_migration()


def main() -> None:
    """Serves until its input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        counts = Path(order["root"]) / "counts.json"
        child = os.fork()
        if child == 0:
            status = 1
            try:
                watch(Moment(order["moment"], order["point"], counts))
                asyncio.run(run(order))
                status = 0
            except Exception:  # noqa: BLE001 - told on stderr, and by the status
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        answer = {"status": os.waitstatus_to_exitcode(status), **json.loads(counts.read_text())}
        print(json.dumps(answer), flush=True)  # noqa: T201 - this is how it answers


if __name__ == "__main__":
    main()
