"""What the tests of rules about run time share: tools of one function, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from crucible_tools.engine import ScriptEngine
from crucible_tools.engine.registry import HostModule, ParamType
from crucible_tools.rune.check.repairing import repair
from crucible_tools.rune.rules.registry import by_code, find
from crucible_tools.rune.rules.rule import Finding, Fix
from crucible_tools.rune.rules.script import Script
from tests.rune.rules.support import outcome


@dataclass(frozen=True)
class Case:
    """A tool that a rule has something to say about, its repair, and what that gives.

    Args:
        body: of `call(args)`, or a whole source.
        after: the same, repaired.
        gives: the result of the repaired tool, when it is called.
        args: what it is called with.
        schema: properties of the tool's input schema, by name: a type, with `?` when it is optional.
        safe: whether the repair is.
        count: how many findings there are.
    """

    body: str
    after: str
    gives: Any = None
    args: dict[str, Any] = field(default_factory=dict[str, Any])
    schema: dict[str, str] | None = None
    safe: bool = True
    count: int = 1

    def __str__(self) -> str:
        """For the name of a test."""
        return self.body[:60]


def source(body: str, schema: dict[str, str] | None = None) -> str:
    """A direct tool."""
    text = body if "fn call" in body or "fn main" in body else f"pub async fn call(args) {{\n    {body}\n}}\n"
    return f"{declared(schema)}{text}" if schema is not None else text


def declared(schema: dict[str, str]) -> str:
    """The function that declares an input schema."""
    properties = ", ".join(f'{name}: #{{ type: "{kind.strip("?")}" }}' for name, kind in schema.items())
    required = json.dumps([name for name, kind in schema.items() if not kind.endswith("?")])
    return (
        "pub fn INPUT_SCHEMA() {\n"
        f'    #{{ type: "object", properties: #{{ {properties} }}, required: {required} }}\n'
        "}\n\n"
    )


def findings(
    body: str, code: str, schema: dict[str, str] | None = None, *, compiles: bool | None = None
) -> list[Finding]:
    """What a rule finds in a tool."""
    script = Script(source(body, schema), compiles=compiles)
    return [item for item in find(script, [by_code()[code]]) if item.code == code]


def spots(body: str, code: str, schema: dict[str, str] | None = None) -> list[str]:
    """The texts that a rule points at."""
    text = source(body, schema)
    return [text[item.start : item.end] for item in findings(body, code, schema)]


def mended(body: str, code: str, schema: dict[str, str] | None = None, *, unsafe: bool = False) -> str:
    """What the repairs of one rule make of a tool."""

    def accept(finding: Finding, fix: Fix) -> bool:
        return finding.code == code and (fix.safe or unsafe)

    made = repair(source(body, schema), among=[by_code()[code]], accept=accept)
    assert made.settled
    return made.text


async def check_case(engine: ScriptEngine, case: Case, code: str) -> None:
    """Checks that a case is found, is repaired as it says, as safely as it says, and then gives what it says."""
    assert len(findings(case.body, code, case.schema)) == case.count
    text = source(case.body, case.schema)
    after = source(case.after, case.schema)
    assert mended(case.body, code, case.schema) == (after if case.safe else text)
    assert mended(case.body, code, case.schema, unsafe=True) == after
    assert await outcome(engine, after, case.args) == case.gives


@asynccontextmanager
async def host() -> AsyncIterator[ScriptEngine]:
    """An engine with a shell that says what it was asked."""
    shell = HostModule("shell", capability="process")

    def execute(program: str, arguments: list[Any], options: dict[str, Any]) -> dict[str, Any]:
        return {"stdout": " ".join([program, *arguments]), "stderr": "", "exit_code": len(options)}

    params: dict[str, ParamType] = {"program": "any", "arguments": "any", "options": "any"}
    shell.add("exec", execute, params=params, gives="result", capability="process")
    web = HostModule("crucible", capability="http")

    async def get(url: str) -> str:
        return f"page of {url}"

    web.add("http_get", get, params={"url": "any"}, gives="result", capability="http", awaited=True)
    async with ScriptEngine(modules=[shell, web]) as running:
        yield running
