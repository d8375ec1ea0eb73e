"""Candidates for validation, and what was found about them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from crucible_tools.engine import ScriptEngine
from crucible_tools.migration.validation import Candidate, Validated, Validator
from crucible_tools.model.enums import SecurityLevel, ValidationMode
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import Repair, ToolDefinition

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
"""Of a tool that takes a whole number."""


def policy(level: str = "safe", **limits: Any) -> Policy:
    """A level's policy with other limits."""
    return replace(Policy.for_level(SecurityLevel(level)), **limits)


def candidate(
    body: str,
    *,
    more: str = "",
    under: Policy | None = None,
    source: Path | None = None,
    original: str | None = None,
    repairs: tuple[Repair, ...] = (),
    **fields: Any,
) -> Candidate:
    """A tool of this body, with the rest of its source behind it."""
    defaults: dict[str, Any] = {
        "name": "tool",
        "description": "a tool of a test",
        "input_schema": SCHEMA,
        "form": "direct",
        "entry": "call",
    }
    definition = ToolDefinition(**{**defaults, **fields})
    return Candidate(
        name=definition.name,
        text=f"pub async fn call(args) {{ {body} }}\n{more}",
        definition=definition,
        policy=under or policy(),
        source=source,
        original=original,
        repairs=repairs,
    )


async def basic(engine: ScriptEngine, body: str, **fields: Any) -> Validated:
    """What BASIC finds about a tool of this body."""
    return await Validator(engine, ValidationMode.BASIC).validate(candidate(body, **fields))


async def comprehensive(engine: ScriptEngine, body: str, **fields: Any) -> Validated:
    """What COMPREHENSIVE finds about a tool of this body."""
    return await Validator(engine, ValidationMode.COMPREHENSIVE).validate(candidate(body, **fields))


def codes(validated: Validated) -> list[str]:
    """The codes of what was found, in order."""
    return [finding.code for finding in validated.findings]


def with_cases(folder: Path, *cases: dict[str, Any], name: str = "tool") -> Path:
    """Where a tool's source would be, beside its examples."""
    (folder / f"{name}.cases.json").write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return folder / f"{name}.rn"
