"""Rehearsals on the real engine: what tools would do, without any of it being done."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.model.enums import StopReason
from crucible_tools.model.host_functions import KNOWN
from crucible_tools.model.tools import ToolDefinition
from crucible_tools.rune.check.arguments import Variant
from crucible_tools.rune.check.comparing import Version, rehearse_repair
from crucible_tools.rune.check.problems import problems
from crucible_tools.rune.check.rehearsal import Failure, Part, Rehearsal, Trial, parts
from crucible_tools.rune.discovery import DiscoveredFile, discover
from crucible_tools.rune.reader import read_file
from tests.engine.support import tool

CORPUS = Path(__file__).parent.parent / "corpus"
LEGACY = CORPUS / "legacy" / "tools"
REPAIRED = CORPUS / "repaired"
EXPECTED = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))
TOOLS = [entry for entry in EXPECTED["files"] if entry["kind"] == "tool"]


async def rehearse(engine: ScriptEngine, source: str, *arguments: dict[str, Any], **fields: Any) -> Rehearsal:
    """Rehearses one tool with these arguments, or with none."""
    sets = tuple(Variant(item, str(number)) for number, item in enumerate(arguments or ({},)))
    return await engine.rehearse(source, "tool.rn", [Part(tool(**fields), sets)])


async def one(engine: ScriptEngine, body: str, **fields: Any) -> Trial:
    """Rehearses a function of this body once."""
    [trial] = (await rehearse(engine, f"pub async fn call(args) {{ {body} }}", **fields)).trials
    return trial


async def version(engine: ScriptEngine, root: Path, path: str) -> Version:
    report = await read_file(DiscoveredFile(root / path, root, path), engine)
    assert report.source is not None
    failed = [item.definition for item in report.failed if item.definition]
    return Version(report.source.text, report.tools or tuple(failed))


# The corpus


async def test_a_tool_that_always_fails_runs_after_its_repair(engine: ScriptEngine) -> None:
    path = "build/branch_name.rn"
    before, after = await version(engine, LEGACY, path), await version(engine, REPAIRED, path)
    comparison = await rehearse_repair(engine, path, before, after)
    assert comparison.summary("branch_name") == (
        "before the repair every call failed at line 14 (wrong number of arguments 2, expected 3); "
        "now 1 of 1 rehearsed call runs"
    )
    [trial] = comparison.after.trials
    [effect] = trial.effects
    assert (effect.name, effect.arguments) == ("shell::exec", ("git", ["branch", "--show-current"], {}))
    assert trial.result == {"name": "", "good": False}


async def test_a_tool_with_a_wrong_schema_is_called_with_what_the_schema_asks_for(engine: ScriptEngine) -> None:
    source = await version(engine, LEGACY, "notes/word_goal.rn")
    rehearsal = await engine.rehearse(source.text, "word_goal.rn", parts(source.tools))
    assert {trial.error for trial in rehearsal.trials} == {None}
    assert rehearsal.trials[0].variant.guessed == ("day",)


async def test_all_tools_of_a_repaired_hub_run(engine: ScriptEngine) -> None:
    before, after = await version(engine, LEGACY, "kb_hub.rn"), await version(engine, REPAIRED, "kb_hub.rn")
    comparison = await rehearse_repair(engine, "kb_hub.rn", before, after)
    assert not comparison.before.loaded
    assert comparison.before.diagnostics
    assert comparison.summary("kb_hub") == "before the repair it did not compile; now 4 of 4 rehearsed calls run"
    assert {trial.tool for trial in comparison.after.trials if trial.runs} == {item.name for item in after.tools}


CERTAIN = {
    # Without points there is nothing to share the minutes among.
    "notes/agenda.rn": ["calls of `agenda` with the smallest arguments fail at line 22: division by zero"],
    # The schema says `number` where the script can only do with integers.
    "notes/quick_capture.rn": [
        "calls of `count_captures` with all arguments fail at line 20: expected number type, but found `f64`"
    ],
}
"""Tools that are right as far as anybody knew, and what rehearsals show of them."""


@pytest.mark.parametrize("entry", TOOLS, ids=[entry["path"] for entry in TOOLS])
async def test_the_corpus_is_rehearsed_as_expected(engine: ScriptEngine, entry: dict[str, Any]) -> None:
    path = entry["path"]
    before = await version(engine, LEGACY, path)
    if entry["valid_as_is"]:
        rehearsal = await engine.rehearse(before.text, path, parts(before.tools, before.text))
    elif (REPAIRED / path).exists():
        after = await version(engine, REPAIRED, path)
        comparison = await rehearse_repair(engine, path, before, after)
        rehearsal = comparison.after
        if entry["repairable"]["verdict"] == "safe":
            assert comparison.violations == ()
    else:
        return
    assert rehearsal.loaded
    certain = [str(item) for item in problems(rehearsal.trials) if item.conclusive]
    assert certain == CERTAIN.get(path, [])


async def test_a_repair_that_changes_a_result_is_noticed(engine: ScriptEngine) -> None:
    path = "notes/recent_notes.rn"
    before, after = await version(engine, LEGACY, path), await version(engine, REPAIRED, path)
    comparison = await rehearse_repair(engine, path, before, after)
    [pair] = comparison.violations
    assert str(pair) == (
        'the call of `recent.lines` with all arguments gave `["a"]` before the repair and gives `["notes/a"]` now'
    )


async def test_a_missing_optional_parameter_is_named(engine: ScriptEngine) -> None:
    source = 'pub mod file {\n    pub async fn list(args) {\n        let f = args.folder;\n        "" + f\n    }\n}'
    schema = {"type": "object", "properties": {"folder": {"type": "string"}, "deep": {"type": "boolean"}}}
    definition = tool("list", entry="file::list", input_schema=schema)
    rehearsal = await engine.rehearse(source, "tool.rn", parts([definition]))
    assert [str(item) for item in problems(rehearsal.trials)] == [
        "calls of `list` without `folder` fail at line 3: missing field `folder`"
    ]


# Nothing is done


class Touched:
    """An application whose functions must never be called."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def modules(self) -> list[HostModule]:
        """All functions that legacy hosts had, and one that only this application has."""
        found: dict[str, HostModule] = {}
        for name, known in KNOWN.items():
            if known.module != "crucible::basic" and not known.pure:
                self._add(found, name, known.params, known.awaited, known.gives)
        self._add(found, "shop::order", ("what",), False, "value")
        return list(found.values())

    def _add(self, found: dict[str, HostModule], name: str, params: Any, awaited: bool, gives: Any) -> None:
        path, _, last = name.rpartition("::")
        module = found.setdefault(path, HostModule(path))

        def touch(*arguments: Any) -> None:
            self.calls.append(name)

        module.add(last, touch, params=dict.fromkeys(params, "any"), awaited=awaited, gives=gives)


def every_effect() -> tuple[str, list[str]]:
    """A script that calls every function that reaches outside, and their names."""
    names = [name for name, known in KNOWN.items() if not known.pure and known.module != "crucible::basic"]
    calls: list[str] = []
    for name in names:
        known = KNOWN[name]
        arguments = ", ".join('"x"' for _ in known.params)
        awaited = ".await" if known.awaited else ""
        calls.append(f"{name}({arguments}){awaited}{'?' if known.gives == 'result' else ''};")
    return " ".join(calls), names


@pytest.fixture
async def application() -> AsyncIterator[tuple[ScriptEngine, Touched]]:
    touched = Touched()
    async with ScriptEngine(modules=touched.modules()) as running:
        yield running, touched


async def test_no_function_that_reaches_outside_is_run(application: tuple[ScriptEngine, Touched]) -> None:
    engine, touched = application
    calls, names = every_effect()
    trial = await one(engine, f'{calls} shop::order("tea"); 7')
    assert trial.result == 7
    assert [effect.name for effect in trial.effects] == [*names, "shop::order"]
    assert trial.effects[-1].arguments == ("tea",)
    assert touched.calls == []


async def test_all_functions_of_legacy_hosts_are_there_although_nobody_registered_them(engine: ScriptEngine) -> None:
    calls, names = every_effect()
    trial = await one(engine, f"{calls} 7")
    assert (trial.result, [effect.name for effect in trial.effects]) == (7, names)


async def test_functions_of_an_unknown_application_are_made_up(engine: ScriptEngine) -> None:
    trial = await one(engine, 'graph::put("a", 1); cru::mcp::notes::find("b").await?')
    assert (trial.result, [effect.name for effect in trial.effects]) == (None, ["graph::put", "cru::mcp::notes::find"])


async def test_stand_ins_answer_in_the_form_that_scripts_expect(engine: ScriptEngine) -> None:
    trial = await one(
        engine,
        """
        let out = shell::exec("git", [], #{})?;
        let page = http::get("https://example.com/").await?;
        let sent = http::Client::new().post("https://example.com/").body("x").send().await?;
        let data = crucible::http_json_get("https://example.com/").await?;
        #{
            out, status: page.status().as_u16(), page: page.json().await?, sent: sent.status().is_success(), data,
            text: fs::read_to_string("a")?, there: fs::exists("a"), list: fs::list_dir("a")?,
            rows: db::query("select 1", []).len(), path: paths::join(paths::kiln()?, ["a.md"]),
        }
        """,
    )
    assert trial.result == {
        "out": {"stdout": "", "stderr": "", "exit_code": 0},
        "status": 200,
        "page": {},
        "sent": True,
        "data": {},
        "text": "",
        "there": False,
        "list": [],
        "rows": 0,
        "path": "/kiln/a.md",
    }


async def test_a_registered_function_keeps_its_parameters_and_a_pure_one_its_work() -> None:
    module = HostModule("shop", capability="shop")
    module.add("price", lambda what: len(what) * 3, params={"what": "string"}, pure=True)
    module.add("order", lambda what: 1 / 0, params={"what": "string"}, gives="result")
    async with ScriptEngine(modules=[module]) as engine:
        right = await one(engine, 'shop::order("tea")?; shop::price("tea")')
        wrong = await one(engine, "shop::order(5)")
    assert (right.result, [effect.name for effect in right.effects]) == (9, ["shop::order"])
    assert wrong.failure is Failure.WRONG_TYPE


async def test_a_pure_function_that_raises_is_a_failed_call_and_no_more() -> None:
    module = HostModule("shop")
    module.add("price", lambda what: 1 / what, params={"what": "number"}, pure=True)
    async with ScriptEngine(modules=[module]) as engine:
        source = "pub fn call(args) { shop::price(args.what) }"
        rehearsal = await rehearse(engine, source, {"what": 0}, {"what": 4})
        assert engine.instances == 0
    assert [trial.failure for trial in rehearsal.trials] == [Failure.CRASHED, None]
    assert rehearsal.trials[1].result == 0.25


async def test_functions_of_the_guest_do_their_own_work_even_if_they_were_replaced() -> None:
    module = HostModule("json")
    module.add("to_string", lambda value: "replaced", params={"value": "any"}, gives="result")
    async with ScriptEngine(modules=[module]) as engine:
        trial = await one(engine, "json::to_string(#{a: 1})?")
    assert (trial.result, trial.effects) == ('{"a":1}', ())


async def test_time_stands_still_and_is_no_effect(engine: ScriptEngine) -> None:
    body = 'crucible::time_format(crucible::time_now().await?, "%Y-%m-%d").await?'
    trial = await one(engine, body)
    assert (trial.result, trial.effects) == ("2026-01-01", ())


async def test_what_is_logged_and_printed_is_kept_with_the_call(
    engine: ScriptEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    trial = await one(engine, 'crucible::log_info("hello"); println!("there"); 1')
    assert trial.logs == (("info", "hello"), ("print", "there\n"))
    assert trial.effects == ()
    assert capfd.readouterr() == ("", "")


# Limits


async def test_an_endless_loop_ends_and_the_rehearsal_goes_on(engine: ScriptEngine) -> None:
    source = "pub fn call(args) { if args.hang { loop {} } 5 }"
    began = time.perf_counter()
    rehearsal = await rehearse(engine, source, {"hang": True}, {"hang": False})
    assert time.perf_counter() - began < 20
    slow, fast = rehearsal.trials
    assert (slow.failure, slow.told) == (Failure.TIMED_OUT, "the call took longer than 1 s")
    assert fast.result == 5
    assert engine.instances == 0


async def test_a_tool_that_is_always_slow_is_not_called_again_and_again(engine: ScriptEngine) -> None:
    slow = Part(tool("slow", entry="slow"), tuple(Variant({"n": number}, str(number)) for number in range(9)))
    fast = Part(tool("fast", entry="fast"), (Variant({}, "once"),))
    source = "pub fn slow(args) { loop {} } pub fn fast(args) { 5 }"
    rehearsal = await engine.rehearse(source, "tool.rn", [slow, fast])
    assert [trial.failure for trial in rehearsal.of("slow")] == [Failure.TIMED_OUT] * 2
    assert rehearsal.left_out == 7
    assert [trial.result for trial in rehearsal.of("fast")] == [5]


async def test_memory_has_the_limit_of_safe_and_the_rehearsal_goes_on(engine: ScriptEngine) -> None:
    source = 'pub fn call(args) { if args.eat { let s = "xxxxxxxx"; loop { s = s + s; } } 5 }'
    greedy, modest = (await rehearse(engine, source, {"eat": True}, {"eat": False})).trials
    assert (greedy.failure, greedy.reason) == (Failure.MEMORY, StopReason.OUT_OF_MEMORY)
    assert greedy.memory_bytes <= 50 << 20
    assert modest.result == 5


async def test_a_flood_of_effects_is_counted_and_not_kept(engine: ScriptEngine) -> None:
    trial = await one(engine, 'let n = 0; while n < 2000 { fs::exists("a"); n += 1; } n')
    assert (trial.result, trial.effect_count, len(trial.effects)) == (2000, 2000, 100)


async def test_large_arguments_and_results_are_cut_and_can_still_be_compared(engine: ScriptEngine) -> None:
    body = 'let s = "xxxxxxxx"; while s.len() < 100000 {{ s = s + s; }} fs::write_file("a", s + "{0}")?; [s, "{0}"]'
    first, second, again = [await one(engine, body.format(end)) for end in "aba"]
    for trial in (first, second):
        assert len(json.dumps([trial.result, trial.effects[0].arguments])) < 3000
    assert first.result == again.result != second.result
    assert first.effects == again.effects != second.effects


async def test_a_large_err_is_cut_too(engine: ScriptEngine) -> None:
    trial = await one(engine, 'let s = "xxxxxxxx"; while s.len() < 100000 { s = s + s; } Err(s)')
    assert trial.error is not None
    assert len(json.dumps(trial.error.to_json())) < 3000


async def test_a_source_that_does_not_compile_has_diagnostics_and_no_trials(engine: ScriptEngine) -> None:
    rehearsal = await rehearse(engine, "pub fn call(args) { let mut a = 1; a }")
    assert (rehearsal.loaded, rehearsal.trials, rehearsal.stopped) == (False, (), None)
    assert rehearsal.diagnostics[0].location is not None
    assert engine.instances == 0


async def test_a_source_whose_compiling_was_stopped_says_so(engine: ScriptEngine) -> None:
    rehearsal = await rehearse(engine, "// " + "x" * (2 << 20))
    assert not rehearsal.loaded
    assert rehearsal.stopped is not None


async def test_arguments_that_the_schema_refuses_are_refused(engine: ScriptEngine) -> None:
    schema = {"type": "object", "required": ["text"]}
    trial = await one(engine, "1", input_schema=schema)
    assert (trial.failure, trial.reason) == (Failure.REFUSED, None)
    trial = await one(engine, "1", input_schema={"type": "nonsense"})
    assert trial.failure is Failure.REFUSED


async def test_positional_tools_are_called_by_the_names_of_their_parameters(engine: ScriptEngine) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "default": 4}}}
    definition: ToolDefinition = tool(
        input_schema={**schema, "required": ["a"]}, calling="positional", positional=("a", "b"), entry="main"
    )
    rehearsal = await engine.rehearse("pub fn main(a, b) { [a, b] }", "tool.rn", parts([definition]))
    assert [trial.result for trial in rehearsal.trials] == [["a", 4], ["a", 4]]


def test_the_corpus_has_files_to_rehearse() -> None:
    assert len(list(discover(LEGACY))) > 50
