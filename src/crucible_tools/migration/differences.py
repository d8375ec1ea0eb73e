"""What a plan shows of a tool beside its action: what changes in its record, and which policy would allow it."""

import json
from collections.abc import Iterable
from typing import Final

from crucible_tools.migration.diffs import unified_diff
from crucible_tools.model.json import Json
from crucible_tools.model.policy import ALL, Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.store.records import StoredTool

_USES: Final = {
    "http": '# http_hosts = ["api.example.com"]   hosts that it may ask; none without this',
    "file": '# read_folders = ["data"], write_folders = ["out"]   folders that it may use; none without these',
    "process": '# programs = ["git"]   programs that it may run; none without this',
}
"""What a module may be used for, by the module (docs/policy.md)."""


def schema_diff(stored: StoredTool, definition: ToolDefinition) -> str | None:
    """What changes in the recorded schemas, as a unified diff of their JSON; None when nothing does."""
    return _diff(f"{stored.name} (schemas)", _schemas(stored.version.definition), _schemas(definition))


def policy_diff(stored: StoredTool, policy: Policy) -> str | None:
    """What changes in the recorded policy, likewise."""
    return _diff(f"{stored.name} (policy)", stored.version.policy.to_json(), policy.to_json())


def policy_snippet(name: str, policy: Policy, missing: Iterable[str]) -> str | None:
    """The smallest policy that allows a tool and no other one, as lines of a `crucible.toml`; None when this one does.

    What the modules may be used for (hosts, folders, programs) is its owner's to say: comments name the settings.

    Args:
        name: of the tool.
        policy: the one that does not.
        missing: the capabilities that it lacks.
    """
    lacking = set(missing)
    if not lacking or policy.capabilities is ALL:
        return None
    modules = [f"crucible::{module}" for module in sorted(policy.capabilities | lacking)]
    lines = [f"[tool.{json.dumps(name)}.policy]", f"modules = {json.dumps(modules)}"]
    lines += [_USES[module] for module in sorted(lacking) if module in _USES]
    return "".join(f"{line}\n" for line in lines)


def _schemas(definition: ToolDefinition) -> Json:
    return {"input_schema": definition.input_schema, "output_schema": definition.output_schema}


def _diff(name: str, before: Json, after: Json) -> str | None:
    if before == after:
        return None
    return unified_diff(_text(before), _text(after), name, name)


def _text(value: Json) -> str:
    return f"{json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)}\n"
