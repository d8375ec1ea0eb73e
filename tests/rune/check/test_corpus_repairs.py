"""The corpus, checked and repaired: what is found where, and what every call of a repaired source gives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from crucible_tools.engine import ScriptEngine
from crucible_tools.model.enums import RepairMode, SecurityLevel
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.check.examining import Examination, Examiner
from crucible_tools.rune.report import SourceReport
from tests.engine.world import EXPECTED, World, check, told
from tests.rune.support import TOOLS, corpus_files

FILES: list[dict[str, Any]] = EXPECTED["files"]
REPAIRABLE = [entry for entry in FILES if entry["repairable"]["verdict"] in ("safe", "unsafe")]
ON_DISK = corpus_files(TOOLS)

HARNESS = """
struct Ctx { data, emitted }
impl Ctx {
    pub fn get(self, key) { self.data.get(key) }
    pub fn set(self, key, value) { self.data.insert(key, value); }
    pub fn emit(self, event) { self.emitted.push(event); }
    pub fn emit_custom(self, name, value) { self.emitted.push([name, value]); }
}
pub fn call_hook(args) {
    let ctx = Ctx { data: args.ctx, emitted: [] };
    let result = HOOK(ctx, args.event);
    #{ result, ctx: ctx.data, emitted: ctx.emitted }
}
"""

PLUGIN_HARNESS = """
pub async fn call_plugin(args) {
    let plugin = create();
    if args.name is Tuple { plugin.tools() } else { plugin.dispatch(args.name, args.args).await }
}
"""


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def engine(world: World) -> AsyncIterator[ScriptEngine]:
    async with ScriptEngine(modules=world.modules()) as running:
        yield running


async def examined(engine: ScriptEngine, path: str, repairs: RepairMode = RepairMode.SAFE) -> Examination:
    examiner = Examiner(engine, repairs, capability_of=engine.capability_of)
    return await examiner.examine(ON_DISK[path])


def mode_of(entry: dict[str, Any]) -> RepairMode:
    return RepairMode.UNSAFE if entry["repairable"]["verdict"] == "unsafe" else RepairMode.SAFE


async def found_in(engine: ScriptEngine, path: str) -> set[tuple[str, int]]:
    """Code and line of every finding of a file."""
    checked = await Checker(engine, capability_of=engine.capability_of).check(ON_DISK[path])
    return {(item.finding.code, item.line) for item in checked.findings}


def expected(entry: dict[str, Any], *kinds: str) -> set[tuple[str, int]]:
    """Code and line of what is to be found, or may be; line 0 where none is given."""
    return {(code, line) for kind in kinds for code, lines in (entry.get(kind) or {}).items() for line in lines or [0]}


async def test_no_idiom_is_missed_and_nothing_else_is_found_in_valid_sources(
    engine: ScriptEngine, tell: Callable[[str], None]
) -> None:
    missed: list[str] = []
    false: list[str] = []
    for entry in FILES:
        found = await found_in(engine, entry["path"])
        codes = {code for code, _ in found}
        for code, line in sorted(expected(entry, "findings")):
            if (code, line) not in found and (line or code not in codes):
                missed.append(f"{entry['path']}:{line} {code}")
        if entry["valid_as_is"]:
            allowed = expected(entry, "findings", "possible_findings")
            false += [f"{entry['path']}:{line} {code}" for code, line in sorted(found - allowed)]
    tell(f"{len(FILES)} files of the corpus: {len(missed)} findings missed, {len(false)} false ones")
    assert missed == []
    assert false == []


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["path"])
async def test_a_source_is_left_alone_unless_it_can_be_repaired(engine: ScriptEngine, entry: dict[str, Any]) -> None:
    verdict = entry["repairable"]["verdict"]
    unsafe = await examined(engine, entry["path"], RepairMode.UNSAFE)
    assert (unsafe.mended is not None) == (verdict in ("safe", "unsafe"))
    if verdict == "safe":
        assert unsafe.mended
        assert unsafe.mended.mode is RepairMode.SAFE


@pytest.mark.parametrize("entry", REPAIRABLE, ids=lambda entry: entry["path"])
async def test_every_call_of_a_repaired_source_gives_what_was_meant(
    engine: ScriptEngine, world: World, entry: dict[str, Any]
) -> None:
    examination = await examined(engine, entry["path"], mode_of(entry))
    assert examination.mended
    report = examination.mended.report
    assert {tool.name for tool in report.tools} == {tool["name"] for tool in entry.get("tools", [])}
    assert entry["calls"]
    for call in entry["calls"]:
        world.expected, world.wrong = list(call.get("host", [])), []
        await made(engine, report, entry, call)
        assert world.wrong == []
        assert world.expected == []


async def made(engine: ScriptEngine, report: SourceReport, entry: dict[str, Any], call: dict[str, Any]) -> None:
    """Makes a call of a repaired source and compares what comes of it."""
    assert report.source
    policy = Policy.for_level(SecurityLevel(entry["lowest_level"]))
    text, arguments = report.source.text, call.get("args", {})
    if "tool" in call and "plugin" not in call:
        definition = next(tool for tool in report.tools if tool.name == call["tool"])
    elif "function" in call:
        names = tuple(f"a{number}" for number in range(len(call["positional"])))
        definition = direct(call["function"], calling="positional", positional=names)
        arguments = dict(zip(names, call["positional"], strict=True))
    elif "hook" in call:
        definition = direct("call_hook")
        text += HARNESS.replace("HOOK", call["hook"])
        arguments = {"ctx": call.get("ctx", {}), "event": call["event"]}
    else:
        definition = direct("call_plugin")
        text += PLUGIN_HARNESS
        arguments = {"name": call.get("tool"), "args": call.get("args")}
    await engine.register_tool(definition, text, policy=policy)
    result = await engine.execute_tool(definition.name, arguments)
    if "hook" not in call:
        check(call, result)
        return
    given = told(result)["result"]
    assert given["result"] == call["result"]
    assert given["ctx"] == call.get("ctx_after", given["ctx"])
    assert given["emitted"] == call.get("emitted", [])


def direct(entry: str, **fields: Any) -> ToolDefinition:
    """A tool that enters a function."""
    defaults: dict[str, Any] = {"description": "", "input_schema": {"type": "object"}, "form": "direct"}
    return ToolDefinition(name=entry, entry=entry, **{**defaults, **fields})
