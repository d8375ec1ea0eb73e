"""A tool as servers show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.json import JsonObject
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.operations.serving.schemas import SchemaProblem, served_input, served_output, tool_problems
from crucible_tools.store.records import StoredTool

Allowed: TypeAlias = Callable[[str], bool]
"""Whether a caller may know of and call a tool of this name."""


def everything(_: str) -> bool:
    """Allows every tool."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedTool:
    """An active tool, and what its callers need to know.

    Args:
        definition: as it was migrated; the engine checks arguments by its schema.
        level: the security level that its policy starts from.
        policy: what it runs under.
        version: number of its version in the state.
        migrated_at: when that version was recorded.
        path: its source, relative to the folder that the state lies in.
        input_schema: the input schema in a form that hosts are known to take; never stricter than the definition's.
        output_schema: likewise; None when there is none, or none that hosts take.
        problems: what was, or could not be, changed in the schemas, and what else hosts may refuse.
        broken_edit: why the newest edit of its source could not be migrated; None when there is none.
    """

    definition: ToolDefinition
    level: SecurityLevel
    policy: Policy
    version: int
    migrated_at: datetime
    path: str
    input_schema: JsonObject
    output_schema: JsonObject | None
    problems: tuple[SchemaProblem, ...] = ()
    broken_edit: str | None = None

    @property
    def name(self) -> str:
        """The tool's name."""
        return self.definition.name

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What its host functions need."""
        return self.definition.capabilities

    @property
    def last_good(self) -> bool:
        """Whether it is an older version that goes on serving, since the newest edit is broken."""
        return self.broken_edit is not None

    def to_json(self) -> JsonObject:
        """All of it as JSON; schemas as the source has them are in `definition`."""
        return {
            "name": self.name,
            "definition": self.definition.to_json(),
            "level": self.level.value,
            "policy": self.policy.to_json(),
            "capabilities": list(self.capabilities),
            "version": self.version,
            "migrated_at": self.migrated_at.isoformat(),
            "path": self.path,
            "last_good": self.last_good,
            "broken_edit": self.broken_edit,
            "problems": [problem.to_json() for problem in self.problems],
        }


def served(stored: StoredTool, broken_edit: str | None = None) -> ServedTool:
    """The tool of a record."""
    version = stored.version
    definition = version.definition
    input_schema, of_input = served_input(definition)
    output_schema, of_output = served_output(definition)
    return ServedTool(
        definition=definition,
        level=version.policy.level,
        policy=version.policy,
        version=stored.version_id,
        migrated_at=version.migrated_at,
        path=version.file,
        input_schema=input_schema,
        output_schema=output_schema,
        problems=(*tool_problems(definition), *of_input, *of_output),
        broken_edit=broken_edit,
    )
