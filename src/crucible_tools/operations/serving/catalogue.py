"""The active tools of a state, kept up to date with what any process commits to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from crucible_tools.operations.serving.broken_edits import BrokenEdits
from crucible_tools.operations.serving.names import host_names
from crucible_tools.operations.serving.tool import ServedTool, served
from crucible_tools.store.place import Place
from crucible_tools.store.state import ChangeNumber, State

_NOTHING: Final = ChangeNumber(0, 0)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a refresh found.

    Args:
        replaced: tools that have another version than before.
        removed: names that can no longer be called.
        revised: whether anything is shown otherwise than before.
        anew: whether something was committed at all, if only about hooks.
    """

    replaced: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    revised: bool = False
    anew: bool = False


@dataclass(slots=True)
class _Read:
    number: ChangeNumber
    tools: dict[str, ServedTool] = field(default_factory=dict[str, ServedTool])


class Catalogue:
    """The active tools by name, and a revision that grows whenever anything about them is shown otherwise.

    Args:
        place: the state.
    """

    def __init__(self, place: Place) -> None:
        # Its own, so that a thread can read it while the event loop uses another one.
        self._state = State(place)
        self._broken = BrokenEdits(self._state)
        self._number = _NOTHING
        self._read_once = False
        self._was_there = False
        self._turn = asyncio.Lock()
        # Whoever waits for a reading may be cancelled; its thread goes on, and must not lose the connection meanwhile.
        self._using = threading.Lock()
        self._closed = False
        self._news = asyncio.Condition()
        self.tools: Mapping[str, ServedTool] = {}
        """Every active tool, in the order of the names."""
        self.aliases: Mapping[str, str] = {}
        """What hosts know each tool by, by its name (`names`)."""
        self.by_alias: Mapping[str, str] = {}
        """The reverse."""
        self.broken_edits: tuple[str, ...] = ()
        """Tools that go on serving an older version, in words."""
        self.revision = 0

    def close(self) -> None:
        """Closes the state, as soon as nothing reads it; whoever reads it later is told that nothing changed."""
        with self._using:
            self._closed = True
            self._state.close()

    async def refresh(self) -> Changed:
        """Reads what was committed since the last time.

        Raises:
            StateError: the state can't be read; what is known stays.
        """
        async with self._turn:
            read = await asyncio.to_thread(self._read_alone)
            if read is None:
                return Changed()
            before, self.tools = self.tools, read.tools
            self._number, self._read_once = read.number, True
            changed = replace(_difference(before, read.tools), anew=True)
            if changed.revised:
                self.aliases = host_names(read.tools)
                self.by_alias = {alias: name for name, alias in self.aliases.items()}
                self.broken_edits = tuple(_broken(tool) for tool in read.tools.values() if tool.last_good)
                async with self._news:
                    self.revision += 1
                    self._news.notify_all()
            return changed

    async def changed(self, after: int) -> int:
        """Waits for a newer revision than this one, and gives it."""
        async with self._news:
            await self._news.wait_for(lambda: self.revision > after)
            return self.revision

    def _read_alone(self) -> _Read | None:
        with self._using:
            return None if self._closed else self._read()

    def _read(self) -> _Read | None:
        """What the state has now; None when it is what was read before. On a thread."""
        number = self._state.change_number()
        if number != _NOTHING or self._state.exists():
            self._was_there = True
        elif self._was_there:
            raise self._state.place.gone()
        if self._read_once and number == self._number:
            return None
        present = self._state.present()
        new = [name for name, version in present.items() if not self._has(name, version)]
        stored = {tool.name: tool for tool in self._state.tools(new)} if new else {}
        tools: dict[str, ServedTool] = {}
        for name, version in present.items():
            if name in stored:
                tool = served(stored[name])
            elif self._has(name, version):
                tool = self.tools[name]
            else:
                continue  # it went away between the two questions; the next refresh sees another number
            tools[name] = tool
        broken = self._broken.read({name: tool.path for name, tool in tools.items()})
        for name, tool in tools.items():
            if tool.broken_edit != (why := broken.get(name)):
                tools[name] = replace(tool, broken_edit=why)
        return _Read(number, tools)

    def _has(self, name: str, version: int) -> bool:
        known = self.tools.get(name)
        return known is not None and known.version == version


def _broken(tool: ServedTool) -> str:
    return f"the newest edit of {tool.path} is broken, the last good version of {tool.name} serves: {tool.broken_edit}"


def _difference(before: Mapping[str, ServedTool], after: Mapping[str, ServedTool]) -> Changed:
    replaced = tuple(name for name, tool in after.items() if name in before and before[name].version != tool.version)
    removed = tuple(name for name in before if name not in after)
    return Changed(replaced, removed, revised=before != after)
