"""Tools and policies for the tests of the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition, ToolExecutionResult


def level(name: str, **limits: Any) -> Policy:
    """A level's policy with other limits."""
    return replace(Policy.for_level(SecurityLevel(name)), **limits)


def tool(name: str = "tool", **fields: Any) -> ToolDefinition:
    """A definition with everything that a test does not care about."""
    defaults: dict[str, Any] = {
        "description": "a tool of a test",
        "input_schema": {"type": "object"},
        "form": "direct",
        "entry": "call",
    }
    return ToolDefinition(name=name, **{**defaults, **fields})


async def run(
    engine: ScriptEngine,
    source: str,
    arguments: dict[str, Any] | None = None,
    *,
    policy: Policy | None = None,
    **fields: Any,
) -> ToolExecutionResult:
    """Registers a source as a tool and calls it once."""
    await engine.register_tool(tool(**fields), source, policy=policy)
    return await engine.execute_tool("tool", arguments or {})
