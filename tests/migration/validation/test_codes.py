"""Every code: documented, and found in real tools on the real engine."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.migration.validate import validate
from crucible_tools.migration.validation import Validator
from crucible_tools.migration.validation.cases import BadCases, parse_cases
from crucible_tools.migration.validation.codes import Code
from crucible_tools.model.enums import ValidationMode
from crucible_tools.model.migration import ValidationFinding
from crucible_tools.model.policy import MIB
from crucible_tools.model.tools import Repair
from tests.migration.conftest import Project, tool
from tests.migration.validation.support import candidate, policy, with_cases
from tests.on_server import execute

DOCS = Path(__file__).parents[3] / "docs" / "validation.md"

Findings = tuple[ValidationFinding, ...]
Maker = Callable[[Path], Awaitable[Findings]]


def found(body: str, *, mode: str = "comprehensive", modules: tuple[HostModule, ...] = (), **fields: Any) -> Maker:
    """What validating a tool of this body finds."""

    async def make(folder: Path) -> Findings:
        cases = fields.get("cases")
        rest = {name: value for name, value in fields.items() if name != "cases"}
        if cases is not None:
            rest["source"] = with_cases(folder, *cases)
        async with ScriptEngine(modules=modules) as engine:
            return (await Validator(engine, ValidationMode(mode)).validate(candidate(body, **rest))).findings

    return make


def in_state(change: str, *parameters: Any) -> Maker:
    """What validating a recorded tool finds after this change of the database."""

    async def make(folder: Path) -> Findings:
        project = Project(folder)
        project.write("echo.rn", tool("echo"))
        async with project.manager() as manager:
            await manager.execute_migration()
        project.state.close()
        execute(folder / ".crucible", change, *parameters)
        async with ScriptEngine() as engine:
            result = await validate(engine, project.state)
        project.state.close()
        return result.findings

    return make


async def bad_cases(folder: Path) -> Findings:
    (folder / "tool.cases.json").write_text("[]", encoding="utf-8")
    return await found("1", source=folder / "tool.rn")(folder)


async def no_cases(folder: Path) -> Findings:
    return await found("1", source=folder / "tool.rn")(folder)


async def little_time(folder: Path) -> Findings:
    now = [0.0]
    slow = HostModule("cru::slow", capability="slow")
    slow.add("work", lambda: now.__setitem__(0, now[0] + 9.0), params={}, pure=True, inline=True)
    asked = candidate("cru::slow::work(); 1", under=policy("development", timeout_s=10.0))
    async with ScriptEngine(modules=[slow]) as engine:
        validator = Validator(engine, ValidationMode.COMPREHENSIVE, clock=lambda: now[0])
        return (await validator.validate(asked)).findings


def raising() -> HostModule:
    def fail() -> None:
        raise RuntimeError("a bug of the application")

    module = HostModule("cru::faulty", capability="faulty")
    module.add("fail", fail, params={}, pure=True)
    return module


ORIGINAL = 'pub fn NAME() { "tool" }\npub fn DESCRIPTION() { "d" }\npub async fn call(args) { args.n }\n'
UNSAFE = Repair(code="RN107", line=1, title="Write `1.0`", safe=False)
GET = "http::get(`https://example.com/`).await?; 1"
CASE: dict[str, Any] = {"arguments": {"n": 1}, "result": 1}

MAKERS: dict[Code, Maker] = {
    Code.DOES_NOT_LOAD: found("nowhere()"),
    Code.BAD_SCHEMA: found("1", input_schema={"type": 3}),
    Code.MISSING_FUNCTION: found("args.n.nowhere()"),
    Code.TIMED_OUT: found("loop {}", under=policy(timeout_s=0.05)),
    Code.OUT_OF_MEMORY: found('let s = "aaaaaaaa"; loop { s = s + s }', mode="basic"),
    Code.CRASHED: found("cru::faulty::fail(); 1", modules=(raising(),), under=policy("development")),
    Code.DENIED: found(GET),
    Code.STOPS: found("args.nothing"),
    Code.INCONCLUSIVE: found(f"{GET} / 0", under=policy("production")),
    Code.NOT_CALLED: found("1", input_schema={"type": "object", "properties": {"n": False}, "required": ["n"]}),
    Code.NOT_ALL_CALLED: found(
        "loop {}",
        under=policy(timeout_s=0.05),
        input_schema={"type": "object", "properties": {name: {"type": "string"} for name in "abcd"}},
    ),
    Code.EDGE: found("args.n * 2"),
    Code.NO_EXAMPLES: no_cases,
    Code.BAD_CASES: bad_cases,
    Code.EXAMPLE_FAILS: found("2", cases=(CASE,)),
    Code.EXAMPLE_HOST_CALLS: found("1", cases=({**CASE, "host": [{"call": "http::get"}]},)),
    Code.TEST_FAILS: found("1", more="#[test] fn fails() { panic!(`no`) }"),
    Code.BREAKS_OUTPUT_SCHEMA: found("1", output_schema={"type": "string"}),
    Code.BAD_OUTPUT_SCHEMA: found("1", output_schema={"type": 3}),
    Code.DIFFERS: found("args.n.saturating_add(1)", original=ORIGINAL),
    Code.CHANGED_BY_REPAIR: found("args.n.saturating_add(1)", original=ORIGINAL, repairs=(UNSAFE,)),
    Code.NOT_COMPARED: found("1", original="let let"),
    Code.UNDECLARED: found(GET, under=policy("production")),
    Code.LITTLE_MEMORY: found(
        'let s = "aaaaaaaa"; while s.len() < 200_000 { s = s + s; } s.len()', under=policy(memory_bytes=5 * MIB)
    ),
    Code.LITTLE_TIME: little_time,
    Code.DAMAGED: in_state("UPDATE blobs SET content = ?", b"pub fn call(args) { 1 }"),
    Code.OTHER_ENGINE: in_state("UPDATE tool_versions SET engine = ?", json.dumps({"rune": "0.13.0", "guest": "old"})),
}


@pytest.mark.parametrize("code", Code, ids=lambda code: code.code)
async def test_each_code_is_found(code: Code, tmp_path: Path) -> None:
    findings = [finding for finding in await MAKERS[code](tmp_path) if finding.code == code.code]
    assert findings
    for finding in findings:
        assert finding.severity == code.severity
        assert finding.message
        assert not finding.message.endswith(".")
        assert finding.context["hint"] == code.hint
        assert json.loads(json.dumps(finding.context)) == finding.context


def test_the_documentation_has_every_code_with_its_severity_and_no_other() -> None:
    rows = re.findall(r"^\| `(VAL\d{3})` \| (error|warning) \| .+ \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(code.code, code.severity) for code in Code]
    assert len({code.code for code in Code}) == len(Code)


def test_the_example_of_the_documentation_is_a_file_of_examples() -> None:
    [text] = re.findall(r"^```json\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    cases = parse_cases(text, "slugify.cases.json")
    assert not isinstance(cases, BadCases)
    assert len(cases) == 3
