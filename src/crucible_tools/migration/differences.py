"""What a plan shows of a tool beside its action: what changes in its record."""

import json

from crucible_tools.formats.diffs import unified_diff
from crucible_tools.model.json import Json
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.store.records import StoredTool


def schema_diff(stored: StoredTool, definition: ToolDefinition) -> str | None:
    """What changes in the recorded schemas, as a unified diff of their JSON; None when nothing does."""
    return _diff(f"{stored.name} (schemas)", _schemas(stored.version.definition), _schemas(definition))


def policy_diff(stored: StoredTool, policy: Policy) -> str | None:
    """What changes in the recorded policy, likewise."""
    return _diff(f"{stored.name} (policy)", stored.version.policy.to_json(), policy.to_json())


def _schemas(definition: ToolDefinition) -> Json:
    return {"input_schema": definition.input_schema, "output_schema": definition.output_schema}


def _diff(name: str, before: Json, after: Json) -> str | None:
    if before == after:
        return None
    return unified_diff(_text(before), _text(after), name, name)


def _text(value: Json) -> str:
    return f"{json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)}\n"
