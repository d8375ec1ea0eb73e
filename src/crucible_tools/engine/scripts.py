"""Scripts: sources that are executed by their functions, with no definition of a tool around them."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from crucible_tools.engine.queue import Line
from crucible_tools.engine.tool import LoadedTool
from crucible_tools.errors import ScriptNotFound, ToolInactive
from crucible_tools.model.scripts import ScriptInfo
from crucible_tools.model.tools import ToolDefinition

if TYPE_CHECKING:
    from crucible_tools.engine.outcome import Outcome
    from crucible_tools.engine.pool import Pool
    from crucible_tools.engine.queue import CallQueue
    from crucible_tools.monitoring.metrics import ToolMetrics

_MOST_FUNCTIONS: Final = 64
"""Functions of one script whose way in is kept; a caller who makes names up fills no memory."""


def script_id_of(name: str, source: str) -> str:
    """The id of a script: the same for the same source under the same name."""
    digest = hashlib.sha256(name.encode(errors="replace") + b"\0" + source.encode(errors="replace"))
    return f"script-{digest.hexdigest()[:24]}"


class Script:
    """One script, its VMs and its functions.

    Args:
        name: for messages.
        pool: its VMs.
        metrics: where its calls are counted.
        kept: whether it stays until it is deleted.
    """

    def __init__(self, name: str, pool: Pool, metrics: ToolMetrics, *, kept: bool) -> None:
        source = pool.source
        data = source.encode(errors="replace")
        self.pool = pool
        self.own_policy = False
        self.kept = kept
        self.line = Line(name, pool.policy.concurrent_calls)
        self._metrics = metrics
        self._functions: dict[tuple[str, bool], LoadedTool] = {}
        self._info = ScriptInfo(
            script_id=script_id_of(name, source),
            name=name,
            source_hash=hashlib.sha256(data).hexdigest(),
            source_bytes=len(data),
            valid=False,
            message="it was not compiled yet",
            diagnostics=(),
            compiled_at=datetime.now(UTC),
        )
        self._calls = 0
        self._last_called: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self._info.name

    @property
    def id(self) -> str:
        """Its id."""
        return self._info.script_id

    def compiled(self, outcome: Outcome) -> ScriptInfo:
        """Notes what became of compiling it."""
        self._info = replace(
            self._info,
            valid=outcome.ok,
            message="" if outcome.ok else outcome.message,
            diagnostics=outcome.diagnostics,
            compiled_at=datetime.now(UTC),
        )
        return self.info()

    def info(self) -> ScriptInfo:
        """The facts of now."""
        return replace(
            self._info, calls=self._calls, last_called=self._last_called, loaded=self.pool.bytes > 0, kept=self.kept
        )

    @property
    def idle(self) -> bool:
        """Whether nothing is kept of it and nobody needs it now."""
        return not self.pool.bytes and not self.line.running and not self.line.waiting

    def function(self, name: str, *, takes_object: bool) -> LoadedTool:
        """The way into one of its functions.

        Args:
            name: path of the function below the source, `main` or `report::make`.
            takes_object: whether it is given the arguments as one object, or nothing.
        """
        key = (name, takes_object)
        found = self._functions.get(key)
        if found is None:
            definition = ToolDefinition(
                name=self._info.name,
                description="",
                input_schema={"type": "object"},
                form="direct",
                entry=name,
                calling="object" if takes_object else "positional",
            )
            if len(self._functions) >= _MOST_FUNCTIONS:
                self._functions.clear()
            found = self._functions[key] = LoadedTool(definition, self.pool, self._metrics, line=self.line)
        return found

    def called(self) -> None:
        """Counts one call."""
        self._calls += 1
        self._last_called = datetime.now(UTC)

    def move(self, pool: Pool, queue: CallQueue) -> None:
        """Runs in another pool from now on, under its policy; calls that have a VM finish where they are."""
        old, self.pool = self.pool, pool
        for function in self._functions.values():
            function.move(pool, queue)
        old.retire()
        queue.widen(self.line, pool.policy.concurrent_calls)

    def close(self, queue: CallQueue) -> None:
        """Frees all VMs; running and waiting calls are cancelled. May be called twice."""
        queue.expel(self.line, ToolInactive(f"{self._info.name} was removed while the call waited for its turn"))
        self.pool.close()


class Scripts:
    """The scripts of an engine: those that stay, and those that were executed by their source, the oldest first."""

    def __init__(self) -> None:
        self._kept: dict[str, Script] = {}
        self._passing: OrderedDict[str, Script] = OrderedDict()

    def __iter__(self) -> Iterator[Script]:
        """All of them."""
        yield from self._kept.values()
        yield from self._passing.values()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kept) + len(self._passing)

    def find(self, script_id: str) -> Script | None:
        """The script of this id, if there is one; one that passes stays for a while longer."""
        found = self._kept.get(script_id)
        if found is None:
            found = self._passing.get(script_id)
            if found is not None:
                self._passing.move_to_end(script_id)
        return found

    def get(self, script_id: str) -> Script:
        """The script of this id.

        Raises:
            ScriptNotFound: there is none.
        """
        found = self.find(script_id)
        if found is None:
            raise ScriptNotFound(script_id)
        return found

    def add(self, script: Script, queue: CallQueue) -> None:
        """Takes a script in, and lets those go that passed and of which nothing is kept any more."""
        # Two go for one that comes; one that is still needed may stay once more.
        for _ in range(min(2, len(self._passing))):
            script_id, oldest = self._passing.popitem(last=False)
            if oldest.idle:
                oldest.close(queue)
            else:
                self._passing[script_id] = oldest
        (self._kept if script.kept else self._passing)[script.id] = script

    def keep(self, script: Script) -> None:
        """The script stays until it is deleted."""
        script.kept = True
        self._passing.pop(script.id, None)
        self._kept[script.id] = script

    def remove(self, script_id: str) -> Script | None:
        """Forgets a script and gives it back; None when there is none of this id."""
        return self._kept.pop(script_id, None) or self._passing.pop(script_id, None)

    def clear(self) -> list[Script]:
        """Forgets all of them and gives them back."""
        scripts = list(self)
        self._kept.clear()
        self._passing.clear()
        return scripts
