"""Readings that earlier runs kept: a file that did not change since is not inspected again.

What reading comes to depends on the file's bytes, its path, and the basis: this package's reading code, the engine, and
the settings of the reading. Where the application has modules of its own, nothing is kept: they can change unseen.
"""

import contextlib
import functools
import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, cast

import crucible_tools
from crucible_tools.migration.sources import SourceFile, joined
from crucible_tools.migration.versions import engine_versions
from crucible_tools.model.enums import FileKind, RepairMode
from crucible_tools.model.hooks import HookHandler
from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Diagnostic, Location
from crucible_tools.model.tools import Repair, ToolDefinition
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.source import Source, read_source
from crucible_tools.store.place import Place
from crucible_tools.store.readings import KeptReading

if TYPE_CHECKING:
    from crucible_tools.engine import ScriptEngine
    from crucible_tools.store.runs import RunRecorder
    from crucible_tools.store.state import State

_READING: Final = ("rune", "model", "migration/reading.py", "migration/sources.py", "engine")
"""What of this package decides what reading comes to."""


@functools.cache
def reading_version() -> str:
    """SHA-256 of the code that reads sources, the first 16 digits: another one may read them differently."""
    package = Path(crucible_tools.__file__).parent
    digest = hashlib.sha256()
    for part in _READING:
        path = package / part
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(slots=True)
class Readings:
    """The readings of earlier runs, and those that this one adds to them.

    Args:
        place: the state, which paths are relative to.
        basis: all that reading depends on beside the file; None: nothing is known, and nothing kept.
        known: what earlier runs kept, by file.
        fresh: what this run found by reading.
    """

    place: Place
    basis: str | None
    known: dict[str, KeptReading] = field(default_factory=dict[str, KeptReading])
    fresh: list[SourceFile] = field(default_factory=list[SourceFile])
    _directories: dict[Path, str] = field(default_factory=dict[Path, str])

    @staticmethod
    def of(state: "State", engine: "ScriptEngine", repair: RepairMode, max_source_bytes: int) -> "Readings":
        """What the state has for these settings."""
        if engine.has_own_modules:
            return Readings(state.place, None)
        parts = [reading_version(), engine_versions(), repair.value, max_source_bytes]
        basis = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return Readings(state.place, basis, state.readings(basis))

    def find(self, file: DiscoveredFile, max_bytes: int) -> SourceFile | None:
        """What the file came to, if it is known and the file is what it was."""
        if file.problem or not self.known:
            return None
        directory = self._directory(file.root)
        kept = self.known.get(joined(directory, file.relative))
        if kept is None:
            return None
        source = read_source(file.path, max_bytes)
        if not isinstance(source, Source) or source.sha256 != kept.hash:
            return None
        with contextlib.suppress(ValueError, KeyError, TypeError, zlib.error):
            return _decoded(kept, source, directory, file.relative)
        return None  # whatever it is, reading the file again tells

    def _directory(self, root: Path) -> str:
        """The root as the state records it."""
        if root not in self._directories:
            self._directories[root] = self.place.portable(root)
        return self._directories[root]

    def forgetting(self, files: Collection[str]) -> Self:
        """These readings, without what is known of some files: they are read again."""
        for file in files:
            self.known.pop(file, None)
        self.fresh[:] = [source for source in self.fresh if source.file not in files]
        return self

    def add(self, source: SourceFile) -> None:
        """Remember what was read; what could not be read, or defines a tool that fails, is read again each time."""
        if source.readable and source.content_hash and not source.fails:
            self.fresh.append(source)

    def keep(self, run: "RunRecorder", found: Iterable[str], covered: Sequence[str]) -> None:
        """Record what this run read, and forget the files that are gone.

        Args:
            run: records it.
            found: the files that the run found.
            covered: the folders and files in which it looked.
        """
        if self.basis is None:
            return
        there = set(found)
        gone = [
            file
            for file in self.known
            if file not in there and any(root == "." or file == root or file.startswith(f"{root}/") for root in covered)
        ]
        if self.fresh or gone:
            kept = (KeptReading(source.file, source.content_hash, _encoded(source)) for source in self.fresh)
            run.keep_readings(self.basis, kept, gone)
        self.fresh.clear()


def _encoded(source: SourceFile) -> bytes:
    facts: JsonObject = {
        "kind": source.kind.value,
        "tools": [tool.to_json() for tool in source.tools],
        "hooks": [hook.to_json() for hook in source.hooks],
        "reasons": source.reasons,
        "diagnostics": [item.to_json() for item in source.diagnostics],
        "host_functions": source.host_functions,
        "text": source.text if source.text != source.original else None,
        "repairs": [repair.to_json() for repair in source.repairs],
        "code_hash": source.code_hash,
        "needs": source.needs,
    }
    return zlib.compress(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _decoded(kept: KeptReading, source: Source, directory: str, path: str) -> SourceFile:
    facts: Any = json.loads(zlib.decompress(kept.facts))
    return SourceFile(
        directory=directory,
        path=path,
        kind=FileKind(facts["kind"]),
        tools=tuple(ToolDefinition.from_json(tool) for tool in facts["tools"]),
        hooks=tuple(HookHandler.from_json(hook) for hook in facts["hooks"]),
        reasons=tuple(facts["reasons"]),
        diagnostics=tuple(_diagnostic(item) for item in facts["diagnostics"]),
        host_functions=tuple(facts["host_functions"]),
        text=source.text if facts["text"] is None else facts["text"],
        original=source.text,
        repairs=tuple(Repair.from_json(repair) for repair in facts["repairs"]),
        bom=source.bom,
        content_hash=source.sha256,
        kept=True,
        code_hash=facts["code_hash"],
        needs=tuple((capability, function, line) for capability, function, line in facts["needs"]),
    )


def _diagnostic(facts: dict[str, Any]) -> Diagnostic:
    location = cast("dict[str, Any] | None", facts["location"])
    return Diagnostic(facts["severity"], facts["kind"], facts["message"], Location(**location) if location else None)
