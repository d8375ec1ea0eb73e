"""What the tests of rules share: what is found where, what a repair makes of a source, and what the engine says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.registry import find
from crucible_tools.rune.rules.rule import Finding, Fix
from crucible_tools.rune.rules.script import Script
from tests.engine.support import level, tool


def lines(source: str, code: str) -> list[int]:
    """The lines at which a rule finds something."""
    script = Script(source)
    return [script.tree.tokens.place(item.start)[0] for item in found(source, code)]


def found(source: str, code: str | None = None) -> list[Finding]:
    """What a rule, or all rules, find."""
    return [item for item in find(Script(source)) if code is None or item.code == code]


def safe_only(finding: Finding, fix: Fix) -> bool:
    """Takes safe repairs."""
    return fix.safe


def any_fix(finding: Finding, fix: Fix) -> bool:
    """Takes all repairs."""
    return True


def repaired(source: str, *, accept: Callable[[Finding, Fix], bool] = safe_only) -> str:
    """What repairs make of a source; of all rules."""
    made = repair(source, accept=accept)
    assert made.settled, "the repairs never come to an end"
    again = repair(made.text, accept=accept)
    assert again.text == made.text, "repairing is not idempotent"
    return made.text


async def outcome(
    engine: ScriptEngine, source: str, arguments: dict[str, Any], *, entry: str = "call", positional: Sequence[str] = ()
) -> Any:
    """What a call of a source gives on the real engine: its result, or `{"error": message}`; it must compile."""
    definition = tool(entry=entry)
    if positional:
        definition = tool(entry=entry, calling="positional", positional=tuple(positional))
    await engine.register_tool(definition, source, policy=level("development"))
    result = await engine.execute_tool("tool", arguments)
    return result.result if result.success else {"error": result.error.message if result.error else ""}
