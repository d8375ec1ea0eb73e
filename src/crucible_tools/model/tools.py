"""Tools: what they are called, what they take, where they came from, and what a call gave.

Plain frozen dataclasses, not pydantic models: `crucible call` and every call in a running service
build them, and must not pay for an import or a validation that the store and the reader did already.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.json import Json, JsonObject
from crucible_tools.model.locations import Location

Calling: TypeAlias = Literal["object", "positional", "plugin"]
"""How the entry takes its arguments: one object, or one value a parameter.

A plugin's entry takes none: it makes the instance whose `dispatch` is given the tool's name and the arguments.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDefinition:
    """What a tool is to its callers, and how the engine enters it.

    Args:
        name: matches `[A-Za-z0-9_.-]{1,128}` (legacy-tools.md).
        description: one or more sentences for people and models.
        input_schema: JSON Schema 2020-12 of the arguments, an object schema.
        output_schema: JSON Schema of the result, if the source states one.
        version: as the source says, else "1.0.0".
        category: as the source says, else "general".
        tags: in the order of the source.
        author: as the source says.
        form: which form of legacy-tools.md it is written in.
        entry: path of the function below the source, such as `call` or `file::list`.
        calling: whether the entry takes one object or positional parameters, or makes a plugin.
        positional: names of the positional parameters, in order.
        capabilities: what its host functions need, sorted.
    """

    name: str
    description: str
    input_schema: JsonObject
    output_schema: JsonObject | None = None
    version: str = "1.0.0"
    category: str = "general"
    tags: tuple[str, ...] = ()
    author: str | None = None
    form: str
    entry: str
    calling: Calling = "object"
    positional: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """The definition as a JSON object."""
        return {
            "name": self.name,
            "description": self.description,
            "input_schema": self.input_schema,
            "output_schema": self.output_schema,
            "version": self.version,
            "category": self.category,
            "tags": list(self.tags),
            "author": self.author,
            "form": self.form,
            "entry": self.entry,
            "calling": self.calling,
            "positional": list(self.positional),
            "capabilities": list(self.capabilities),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "ToolDefinition":
        """The definition that `to_json` wrote.

        Raises:
            KeyError, TypeError: the object is not one that `to_json` wrote.
        """
        return ToolDefinition(
            name=data["name"],
            description=data["description"],
            input_schema=data["input_schema"],
            output_schema=data["output_schema"],
            version=data["version"],
            category=data["category"],
            tags=tuple(data["tags"]),
            author=data["author"],
            form=data["form"],
            entry=data["entry"],
            calling=data["calling"],
            positional=tuple(data["positional"]),
            capabilities=tuple(data["capabilities"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredTool:
    """A tool that a folder's source defines, or meant to define.

    Args:
        name: the tool's name.
        definition: what the source says about it; None when the source can't be read that far.
        root: the migration directory that it was found in.
        path: its file, relative to `root`.
        source_hash: SHA-256 of the file's bytes, hexadecimal; None when it could not be read.
        host_functions: canonical names of the host functions that its file names.
        capabilities: what those functions need, sorted.
        lowest_level: the lowest level that has them; None when some function exists nowhere.
        problems: why it can't be migrated as it is; empty when it can.
    """

    name: str
    definition: ToolDefinition | None
    root: Path
    path: Path
    source_hash: str | None = None
    host_functions: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    lowest_level: SecurityLevel | None = None
    problems: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the source itself is right (a policy may still refuse it)."""
        return not self.problems

    def to_json(self) -> JsonObject:
        """The discovery as a JSON object."""
        return {
            "name": self.name,
            "definition": self.definition.to_json() if self.definition else None,
            "root": str(self.root),
            "path": self.path.as_posix(),
            "source_hash": self.source_hash,
            "host_functions": list(self.host_functions),
            "capabilities": list(self.capabilities),
            "lowest_level": self.lowest_level,
            "problems": list(self.problems),
        }


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair between the source as found and the one that is run.

    Args:
        code: the rule that made it, such as `RN001`.
        line: of the source as found.
        title: what was done, as an order: "Delete `mut`".
        safe: whether no call that worked before gives another result.
    """

    code: str
    line: int
    title: str
    safe: bool

    def to_json(self) -> JsonObject:
        """The repair as a JSON object."""
        return {"code": self.code, "line": self.line, "title": self.title, "safe": self.safe}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Repair":
        """The repair of a JSON object.

        Raises:
            KeyError, TypeError: it is none.
        """
        return Repair(code=data["code"], line=int(data["line"]), title=data["title"], safe=bool(data["safe"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class MigratedTool:
    """A tool that was migrated, as the state records it.

    `metadata` holds `migration_version`, `original_file_path` (relative to its migration directory),
    `migration_directory`, `rune_version`, `source_sha256`, `migrated_sha256` and `repairs`.
    """

    original_name: str
    migrated_script_id: str
    definition: ToolDefinition
    migrated_at: datetime
    active: bool = True
    metadata: JsonObject = field(default_factory=dict[str, Any])

    def to_json(self) -> JsonObject:
        """The tool as a JSON object."""
        return {
            "original_name": self.original_name,
            "migrated_script_id": self.migrated_script_id,
            "definition": self.definition.to_json(),
            "migrated_at": self.migrated_at.isoformat(),
            "active": self.active,
            "metadata": self.metadata,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolExecutionContext:
    """What a caller says about its call.

    Args:
        call_id: the caller's name for the call; the engine makes one up when it is None.
        user: on whose behalf.
        deadline: a point in time, with a time zone; it holds where it is earlier than the policy's.
        context_ref: handed back with the result, for the caller's own bookkeeping.
        metadata: anything else; never shown to the script.
    """

    call_id: str | None = None
    user: str | None = None
    deadline: datetime | None = None
    context_ref: str | None = None
    metadata: JsonObject = field(default_factory=dict[str, Any])


ErrorKind: TypeAlias = Literal[
    "tool",
    "script",
    "bad_value",
    "invalid_arguments",
    "timed_out",
    "out_of_memory",
    "stack_exhausted",
    "cancelled",
    "denied",
    "limit_exceeded",
    "crashed",
    "refused",
]
"""`tool` is the script's own `Err(data)`; the others say who or what stopped it."""


@dataclass(frozen=True, slots=True)
class ToolErrorInfo:
    """Why a call gave no result.

    Args:
        kind: the closed set above.
        message: one sentence for people.
        data: what the script put into `Err`, or facts about the refusal (violations, capability).
        location: where the script stopped.
    """

    kind: ErrorKind
    message: str
    data: Json = None
    location: Location | None = None

    def to_json(self) -> JsonObject:
        """`{kind, message, data, location}`."""
        return {
            "kind": self.kind,
            "message": self.message,
            "data": self.data,
            "location": self.location.to_json() if self.location else None,
        }


@dataclass(frozen=True, slots=True)
class ToolExecutionResult:
    """What one call gave.

    `metadata` holds `call_id`, `stop_reason`, `peak_memory_bytes` and `logs`.
    """

    success: bool
    result: Json
    error: ToolErrorInfo | None
    execution_time: timedelta
    tool_name: str
    context_ref: str | None = None
    metadata: JsonObject = field(default_factory=dict[str, Any])

    def to_json(self) -> JsonObject:
        """The result as a JSON object; `execution_time` in seconds."""
        return {
            "success": self.success,
            "result": self.result,
            "error": self.error.to_json() if self.error else None,
            "execution_time": self.execution_time.total_seconds(),
            "tool_name": self.tool_name,
            "context_ref": self.context_ref,
            "metadata": self.metadata,
        }
