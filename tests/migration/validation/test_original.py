"""What a repaired tool gives, beside what its original gives."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crucible_tools import RuneService, RuneServiceConfig
from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.migration.validation import Candidate, Validator
from crucible_tools.migration.validation.original import OriginalText, Silent
from crucible_tools.model.enums import SecurityLevel, ValidationMode
from crucible_tools.model.policy import Policy
from crucible_tools.model.tools import Repair
from crucible_tools.rune.check.arguments import Variant, variants
from crucible_tools.rune.check.rehearsal import Rehearsal, Terms
from crucible_tools.rune.discovery import discover
from crucible_tools.rune.reader import read_file
from tests.migration.validation.support import codes, comprehensive, policy

CORPUS = Path(__file__).parents[2] / "corpus" / "legacy" / "tools"

HEAD = """\
pub fn NAME() { "tool" }
pub fn DESCRIPTION() { "a tool of a test" }
pub fn INPUT_SCHEMA() { #{ type: "object", properties: #{ n: #{ type: "integer" } }, required: ["n"] } }
"""


def written(body: str) -> str:
    """The source of the original of a tool with this body."""
    return f"{HEAD}pub async fn call(args) {{ {body} }}\n"


async def test_a_tool_that_gives_what_its_original_gives_is_no_finding(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "args.n + 0", original=written("args.n"))
    assert found.findings == ()


async def test_another_result_than_the_originals_fails_the_tool(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "args.n.saturating_add(1)", original=written("args.n"))
    assert not found.ok
    assert set(codes(found)) == {"VAL121"}
    first = found.findings[0]
    assert first.message.endswith("gave `0` before the repair and gives `1` now")
    assert (first.context["original"]["result"], first.context["migrated"]["result"]) == (0, 1)


async def test_of_many_differences_some_are_told_and_the_others_counted(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, '"other"', original=written("args.n"))
    assert len(found.findings) == 6
    assert found.findings[-1].message == f"{found.calls - 5} more calls differ from the original's"


async def test_a_call_that_the_original_answers_and_the_tool_does_not_fails_it(engine: ScriptEngine) -> None:
    found = await comprehensive(engine, "if args.n == -1 { panic!(`no`) } args.n", original=written("args.n"))
    assert codes(found) == ["VAL012", "VAL121"]
    assert "ran before the repair and fails" in found.findings[1].message


async def test_a_call_that_only_the_repaired_tool_answers_is_no_difference(engine: ScriptEngine) -> None:
    assert (await comprehensive(engine, "args.n", original=written("args.n.to_uppercase()"))).findings == ()


async def test_another_effect_than_the_originals_fails_the_tool(engine: ScriptEngine) -> None:
    before, after = (f"http::get(`https://{host}/`).await?; 1" for host in ("example.com", "example.org"))
    found = await comprehensive(
        engine, after, original=written(before), under=policy("production"), capabilities=("http",)
    )
    assert set(codes(found)) == {"VAL121"}
    assert "does something else outside" in found.findings[0].message


async def test_what_an_unsafe_repair_changed_is_a_warning(engine: ScriptEngine) -> None:
    repair = Repair(code="RN107", line=1, title="Write `1.0`", safe=False)
    found = await comprehensive(engine, '"other"', original=written("args.n"), repairs=(repair,))
    assert (set(codes(found)), found.ok) == ({"VAL122"}, True)


@pytest.mark.parametrize(
    ("original", "why"),
    [
        (written("let mut a = 1; a"), "it does not compile: The `mut` modifier is not supported"),
        ("pub fn other() { 1 }", "it defines no such tool"),
    ],
)
async def test_an_original_that_cant_be_called_is_a_note(engine: ScriptEngine, original: str, why: str) -> None:
    found = await comprehensive(engine, "args.n", original=original)
    assert (codes(found), found.ok) == (["VAL123"], True)
    assert why in found.findings[0].message


async def test_a_byte_order_mark_is_no_difference(engine: ScriptEngine) -> None:
    text = "pub async fn call(args) { args.n }\n"
    assert (await comprehensive(engine, "args.n", original=f"\ufeff{text}")).findings == ()


async def test_a_tool_that_gives_something_else_each_time_differs_from_nothing() -> None:
    numbers = iter(range(1_000))
    dice = HostModule("cru::dice", capability="dice")
    dice.add("roll", lambda: next(numbers), params={}, pure=True, inline=True)
    async with ScriptEngine(modules=[dice]) as engine:
        body = "cru::dice::roll()"
        found = await comprehensive(engine, f"{body} + 0", original=written(body), under=policy("development"))
    assert found.findings == ()


async def test_somebody_else_can_answer_for_the_original_service(engine: ScriptEngine) -> None:
    class Gone:
        async def answers(self, candidate: Candidate, variants: Sequence[Variant], terms: Terms) -> Rehearsal | Silent:
            return Silent("is not there any more")

    tool = Candidate(
        name="tool",
        text=written("args.n + 0"),
        definition=(await read(engine, written("args.n"))),
        policy=policy(),
        original=written("args.n"),
    )
    found = await Validator(engine, ValidationMode.COMPREHENSIVE, original=Gone()).validate(tool)
    assert codes(found) == ["VAL123"]
    assert found.findings[0].message == "nothing was compared: the original is not there any more"


async def read(engine: ScriptEngine, text: str) -> Any:
    from crucible_tools.rune.discovery import DiscoveredFile
    from crucible_tools.rune.reader import read_text
    from crucible_tools.rune.source import Source

    report = await read_text(
        DiscoveredFile(Path("tool.rn"), Path(), "tool.rn"), Source(text, "", len(text), False, "\n"), engine
    )
    [tool] = report.tools
    return tool


async def test_the_original_answers_as_the_original_service_does(engine: ScriptEngine) -> None:
    """Calls of the corpus that touch nothing outside, through `RuneService` and as they are compared."""
    config = RuneServiceConfig(directories=(CORPUS,), security_level=SecurityLevel.SAFE)
    safe = Policy.for_level(SecurityLevel.SAFE)
    compared = 0
    async with RuneService(config) as service:
        for file in discover(CORPUS):
            report = await read_file(file, engine)
            if report.source is None or report.host_functions:
                continue
            for tool in report.tools:
                if await service.get_tool(tool.name) != tool:
                    continue  # another file has the name
                asked = Candidate(
                    name=tool.name,
                    text=report.source.text,
                    definition=tool,
                    policy=safe,
                    source=file.path,
                    original=report.source.text,
                )
                sets = variants(tool.input_schema, 4)
                answers = await OriginalText(engine).answers(asked, sets, Terms(policy=safe, alone=False))
                assert isinstance(answers, Rehearsal)
                for trial in answers.trials:
                    real = await service.execute_tool(tool.name, trial.variant.arguments)
                    assert (real.success, real.result) == (trial.error is None, trial.result), tool.name
                    compared += 1
    assert compared > 50
