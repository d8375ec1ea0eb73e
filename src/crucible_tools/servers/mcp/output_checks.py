"""Results compared with output schemas: a server must give what it promised (2026-07-28, Tools, "Output Schema")."""

from __future__ import annotations

import json
from typing import Any, Final

import jsonschema_rs

from crucible_tools.engine.bulk import first_error
from crucible_tools.model.json import Json
from crucible_tools.operations.serving import ServedTool
from crucible_tools.rune.schema_expansion import weight

_MOST_WORK: Final = 2_000_000
"""Alternatives times values that a comparison may try, as for arguments (engine/arguments.py)."""

_MOST_TEXT: Final = 300


class OutputChecks:
    """Validators of the tools that were called, each made once a version."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[int, int, Any]] = {}
        """By name: version, weight, validator."""

    def problem(self, tool: ServedTool, value: Json) -> str | None:
        """Where a result is not what its tool's output schema says, or None."""
        schema = tool.output_schema
        if schema is None:
            return None
        version, heavy, validator = self._made.get(tool.name, (-1, 0, None))
        if version != tool.version:
            # `offline`: a schema never makes the host fetch anything. It was checked before it was served.
            validator = jsonschema_rs.Draft202012Validator(schema, offline=True)
            version, heavy = tool.version, weight(schema)
            self._made[tool.name] = version, heavy, validator
        if heavy > 1 and heavy * _values(value) > _MOST_WORK:
            return f"it is too large to be compared with a schema of {heavy:,} alternatives"
        error = first_error(validator, value)
        if error is None:
            return None
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        return f"${place}: {error.message}"[:_MOST_TEXT]


def _values(value: Json) -> int:
    text = json.dumps(value)
    return text.count(",") + text.count("[") + text.count("{") + 1
