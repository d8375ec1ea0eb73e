"""Places in sources, and what the compiler says about them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from crucible_tools.model.json import JsonObject

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a source file.

    Lines and columns count from 1, columns and lengths in characters (not bytes), as editors do.
    `source_line` is the text of that line, so that a report can be read without the file.
    """

    path: str | None
    line: int
    column: int
    length: int | None = None
    source_line: str | None = None

    def __str__(self) -> str:
        """`path:line:column`, the form that editors and terminals make clickable."""
        return f"{self.path or '<source>'}:{self.line}:{self.column}"

    def to_json(self) -> JsonObject:
        """The location as a JSON object."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "length": self.length,
            "source_line": self.source_line,
        }


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark of the compiler; `kind` is Rune's own name for it (`parse`, `missing-item`, ...)."""

    severity: Severity
    kind: str
    message: str
    location: Location | None = None

    def __str__(self) -> str:
        """One line: place, severity, message."""
        place = f"{self.location}: " if self.location else ""
        return f"{place}{self.severity}: {self.message}"

    def to_json(self) -> JsonObject:
        """The diagnostic as a JSON object."""
        return {
            "severity": self.severity,
            "kind": self.kind,
            "message": self.message,
            "location": self.location.to_json() if self.location else None,
        }
