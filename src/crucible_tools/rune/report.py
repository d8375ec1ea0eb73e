"""What reading a source file comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from crucible_tools.model.enums import FileKind, SecurityLevel
from crucible_tools.model.json import JsonObject
from crucible_tools.model.locations import Diagnostic, Location, Severity
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.source import Source

Form: TypeAlias = Literal[
    "direct",
    "module",
    "function",
    "attribute",
    "attribute-typed",
    "header",
    "script",
    "hook",
    "manifest",
    "handle",
    "event",
    "plugin",
    "library",
]
"""The forms of legacy-tools.md; a file may mix them. `manifest`, `handle` and `event` are its other kinds of hook."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that the reader has to say about a file or a tool.

    Args:
        code: stable: the code of an idiom (`RN304`), or a word (`no-entry`).
        severity: an error means that the tool, or the whole file, can't be migrated as it is.
        message: one sentence.
        hint: what would help.
        location: where.
        within: in a schema, the keys that lead to what is wrong.
    """

    code: str
    severity: Severity
    message: str
    hint: str | None = None
    location: Location | None = None
    within: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        """The message with its place."""
        return f"{self.message} ({self.location})" if self.location else self.message


@dataclass(frozen=True, slots=True)
class FailedTool:
    """A tool that a file means to define and can't.

    Args:
        name: its name, as far as the source shows one; else the file's.
        form: the form it is written in, if that can be seen.
        entry: the function it would enter.
        reasons: why; the first is the one to show.
        definition: what is known of it: of a source that does not compile, what its text says.
    """

    name: str
    form: Form | None
    entry: str
    reasons: tuple[Reason, ...]
    definition: ToolDefinition | None = None

    @property
    def reason(self) -> Reason:
        """The one to show."""
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook (legacy-tools.md, "Events and hooks").

    Args:
        function: the function that is called.
        event: what it listens to; None for `handle`, which is given every event.
        pattern: which identifiers, with `*` crossing `/`.
        priority: lower comes first.
        enabled: what the source says; a migration's owner still has to enable it.
        description: documentation of the function.
        form: how it was declared.
        line: of the function.
        context: whether it takes `ctx` before the event.
    """

    function: str
    event: str | None
    pattern: str = "*"
    priority: int = 100
    enabled: bool = True
    description: str | None = None
    form: Form = "hook"
    line: int = 0
    context: bool = True

    def to_json(self) -> JsonObject:
        """The hook as a JSON object."""
        return {
            "function": self.function,
            "event": self.event,
            "pattern": self.pattern,
            "priority": self.priority,
            "enabled": self.enabled,
            "description": self.description,
            "form": self.form,
            "line": self.line,
        }


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin: what it is called, the function that makes it, the files it watches and the plugins it needs.

    Its tools are what its instance says they are when it runs: `tools()` often reads files.
    """

    name: str
    create: str
    watch: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    description: str | None = None
    watches: bool = False

    def to_json(self) -> JsonObject:
        """The plugin as a JSON object; `watches` says whether it has an `on_watch`."""
        return {
            "name": self.name,
            "create": self.create,
            "watch": list(self.watch),
            "deps": list(self.deps),
            "description": self.description,
            "watches": self.watches,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """All that is known about one source file.

    Args:
        file: which.
        kind: what it is. A file that does not compile keeps the kind that it means to be.
        source: its text, if it could be read.
        sha256: digest of its bytes, if they could be read.
        compiles: whether it compiles with the modules that are registered.
        forms: the forms it is written in.
        tools: the tools it defines.
        failed: the tools it means to define and can't.
        hooks: its hooks.
        plugin: its plugin.
        reasons: what else there is to say, errors first.
        diagnostics: what the compiler says.
        host_functions: canonical names of the host functions it names, sorted; those of an application too.
        unknown_functions: names that no registered module has, sorted.
        capabilities: what its host functions need, sorted.
        lowest_level: the lowest level that has them; None when a function exists nowhere, or it could not be read.
        needs: capability, host function and line of each place where the source names one, by line.
    """

    file: DiscoveredFile
    kind: FileKind
    source: Source | None = None
    sha256: str | None = None
    compiles: bool = False
    forms: tuple[Form, ...] = ()
    tools: tuple[ToolDefinition, ...] = ()
    failed: tuple[FailedTool, ...] = ()
    hooks: tuple[Hook, ...] = ()
    plugin: Plugin | None = None
    reasons: tuple[Reason, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    host_functions: tuple[str, ...] = ()
    unknown_functions: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    lowest_level: SecurityLevel | None = None
    needs: tuple[tuple[str, str, int], ...] = ()
