"""Who may run now: bounds on what runs at the same time, in all and by tool, and a fair line for whoever waits.

A free place goes to the tools that wait in turn, one call each, however many calls a tool has waiting; within a tool
it goes to who waits longest. When all places to wait are taken, the tool with the longest line gives one up to a tool
with a shorter one (the "drop from the longest queue" of fair queuing): a flood makes only its own tool busy.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from crucible_tools.errors import EngineBusy, ToolError

_MOST_NAMED: Final = 5
"""Tools that a refusal names: those with the most calls waiting."""


class Line:
    """The calls of one tool: how many run, and the tickets of those that wait, the longest waiting first.

    Args:
        name: of the tool, for messages.
        limit: calls that may run at the same time; None is no limit.
    """

    __slots__ = ("limit", "name", "running", "waiting")

    def __init__(self, name: str, limit: int | None) -> None:
        self.name = name
        self.limit = limit
        self.running = 0
        self.waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()

    @property
    def full(self) -> bool:
        """Whether as many calls run as may."""
        return self.limit is not None and self.running >= self.limit


class CallQueue:
    """Lets calls in, at most so many at a time; used on one event loop.

    A place is free only while nobody waits who could use it, so a newcomer overtakes nobody.

    Args:
        most_running: calls that may run at the same time.
        most_waiting: calls that may wait; 0 refuses whoever would have to.
    """

    def __init__(self, most_running: int, most_waiting: int) -> None:
        self._most_running = most_running
        self._most_waiting = most_waiting
        self.running = 0
        """Calls that run."""
        self.waiting = 0
        """Calls that wait."""
        self.refused = 0
        """Calls that found no place to wait, or had to give it up."""
        self._lines: dict[Line, None] = {}
        """The lines in which somebody waits."""
        self._ready: OrderedDict[Line, None] = OrderedDict()
        """Those of them whose tool may run one more, in the order of their turns."""

    @property
    def full(self) -> bool:
        """Whether all places to wait are taken."""
        return self.waiting >= self._most_waiting and self.running >= self._most_running

    @property
    def most(self) -> int:
        """How many calls may run and wait."""
        return self._most_running + self._most_waiting

    def resize(self, most_running: int, most_waiting: int) -> None:
        """Other bounds from now on: what runs and waits is let be, and more is let in at once where it may."""
        self._most_running, self._most_waiting = most_running, most_waiting
        self._let_in()

    def widen(self, line: Line, limit: int | None) -> None:
        """Another bound for one tool's calls: what runs is let be."""
        line.limit = limit
        self._ready.pop(line, None)
        self._make_ready(line)
        self._let_in()

    def try_enter(self, line: Line) -> bool:
        """Takes a place if one is free for this tool at once."""
        limit = line.limit
        if self.running >= self._most_running or (limit is not None and line.running >= limit):
            return False
        self.running += 1
        line.running += 1
        return True

    def join(self, line: Line) -> asyncio.Future[None]:
        """Takes a place to wait.

        Returns:
            A ticket: it is done when the call is in. Await `enter` with it at once; cancel it to wait no longer.

        Raises:
            EngineBusy: all places to wait are taken, and no other tool has more of them.
        """
        ticket = asyncio.get_running_loop().create_future()
        if self.waiting >= self._most_waiting:
            self._make_place(line)
        line.waiting[ticket] = None
        self.waiting += 1
        self._lines[line] = None
        self._make_ready(line)
        self._let_in()
        return ticket

    async def enter(self, line: Line, ticket: asyncio.Future[None], timeout_s: float | None = None) -> bool:
        """Waits until the call is in; False when the ticket was cancelled.

        Raises:
            TimeoutError: not within `timeout_s` seconds.
            EngineBusy: the place to wait went to a tool with fewer calls.
            ToolError: what `expel` said.
        """
        try:
            await asyncio.wait((ticket,), timeout=timeout_s)
        except BaseException:
            self.abandon(line, ticket)
            raise
        if not ticket.done():
            self.abandon(line, ticket)
            raise TimeoutError
        if ticket.cancelled():
            self.abandon(line, ticket)
            return False
        ticket.result()
        return True

    def abandon(self, line: Line, ticket: asyncio.Future[None]) -> None:
        """Waits no longer; a place that came in the same moment goes to the next one. Once a ticket."""
        if ticket in line.waiting:
            del line.waiting[ticket]
            self._gone(line)
        elif ticket.done() and not ticket.cancelled() and ticket.exception() is None:
            self.leave(line)

    def leave(self, line: Line) -> None:
        """Gives a place back: to the next tool that waits, if any."""
        self.running -= 1
        line.running -= 1
        if self.waiting:
            self._make_ready(line)
            self._let_in()

    def expel(self, line: Line, reason: ToolError) -> None:
        """Sends all away who wait in a line: their tickets raise `reason`."""
        while line.waiting:
            ticket, _ = line.waiting.popitem(last=False)
            self._gone(line)
            if not ticket.done():
                ticket.set_exception(reason)

    def expel_all(self, reason: ToolError) -> None:
        """Sends all away who wait."""
        for line in tuple(self._lines):
            self.expel(line, reason)

    def busy(self, line: Line) -> EngineBusy:
        """The refusal of a call: who runs and who waits, and what helps."""
        longest = sorted(self._lines, key=lambda each: len(each.waiting), reverse=True)[:_MOST_NAMED]
        waiting = {each.name: len(each.waiting) for each in longest}
        who = ", ".join(f"{name} {count:,}" for name, count in waiting.items()) or "nobody may wait"
        return EngineBusy(
            f"{line.name} cannot be called now: {self.running:,} calls run and {self.waiting:,} wait ({who})",
            running=self.running,
            waiting=waiting,
        )

    def _make_place(self, line: Line) -> None:
        """Takes a place to wait from the longest line, unless this one's is no shorter."""
        self.refused += 1
        lines = len(self._lines) + (line not in self._lines)
        # No scan for who has an average share already: that is everybody in a flood.
        longest = line
        if len(line.waiting) * lines < self._most_waiting:
            longest = max(self._lines, key=lambda each: len(each.waiting))
        if len(longest.waiting) <= len(line.waiting) + 1:
            raise self.busy(line)
        ticket, _ = longest.waiting.popitem()
        busy = self.busy(longest)
        self._gone(longest)
        if not ticket.done():
            ticket.set_exception(busy)

    def _gone(self, line: Line) -> None:
        """Counts one who waits no more."""
        self.waiting -= 1
        if not line.waiting:
            self._lines.pop(line, None)
            self._ready.pop(line, None)

    def _make_ready(self, line: Line) -> None:
        if line.waiting and not line.full and line not in self._ready:
            self._ready[line] = None

    def _let_in(self) -> None:
        ready = self._ready
        while ready and self.running < self._most_running:
            line, _ = ready.popitem(last=False)
            entered = False
            while line.waiting and not entered:
                ticket, _ = line.waiting.popitem(last=False)
                self._gone(line)
                # A cancelled one whose task has not noticed yet takes no turn.
                if not ticket.done():
                    self.running += 1
                    line.running += 1
                    ticket.set_result(None)
                    entered = True
            self._make_ready(line)
