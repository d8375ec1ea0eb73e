"""Nothing that reaches outside is done by a validation, whatever it tries; and it always finds the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crucible_tools.engine import HostModule, ScriptEngine
from crucible_tools.migration.validation import Validator
from crucible_tools.model.enums import ValidationMode
from crucible_tools.model.tools import ToolDefinition
from tests.migration.validation.support import candidate, codes, policy, with_cases

HEAD = """\
pub fn NAME() { "tool" }
pub fn DESCRIPTION() { "a tool of a test" }
pub fn INPUT_SCHEMA() { #{ type: "object", properties: #{ n: #{ type: "integer" } }, required: ["n"] } }
"""


def effectful(done: list[str]) -> HostModule:
    """Functions of every kind that notes its calls, one of them pure."""

    async def later(*arguments: Any) -> None:
        done.append(f"later{arguments}")

    module = HostModule("db")
    for name, options in {"plain": {}, "slowly": {"blocking": True}, "nearby": {"inline": True}}.items():
        module.add(name, lambda *arguments: done.append(str(arguments)), params={"n": "integer"}, **options)
    module.add("later", later, params={"n": "integer"}, awaited=True)
    module.add("same", lambda n: n, params={"n": "integer"}, pure=True)
    return module


async def test_no_effect_is_done_by_calls_examples_tests_or_the_original(tmp_path: Path) -> None:
    done: list[str] = []
    body = "db::plain(args.n); db::slowly(1); db::nearby(2); db::later(3).await; db::same(args.n)"
    names = ("db::plain", "db::slowly", "db::nearby", "db::later")
    host = [{"call": name, "arguments": [5 if number == 0 else number]} for number, name in enumerate(names)]
    asked = candidate(
        body,
        more="#[test] async fn wipes() { db::plain(9); db::later(9).await; }",
        source=with_cases(tmp_path, {"arguments": {"n": 5}, "host": host, "result": 5}),
        original=f"{HEAD}pub async fn call(args) {{ {body} }}\n",
        under=policy("development"),
        capabilities=("db",),
    )
    async with ScriptEngine(modules=[effectful(done)]) as engine:
        for mode in (ValidationMode.BASIC, ValidationMode.COMPREHENSIVE):
            found = await Validator(engine, mode).validate(asked)
            assert found.findings == ()
            assert found.calls > 0
    assert done == []


async def test_files_and_processes_are_left_alone_at_the_level_that_may_use_them(
    engine: ScriptEngine, tmp_path: Path
) -> None:
    kept, made = tmp_path / "kept.txt", tmp_path / "made.txt"
    kept.write_text("here", encoding="utf-8")
    body = f"""
        fs::write_file(`{made}`, `new`)?;
        fs::remove(`{kept}`)?;
        shell::exec(`touch`, [`{made}`], #{{}}).await?;
        1
    """
    found = await Validator(engine, ValidationMode.COMPREHENSIVE).validate(candidate(body, under=policy("development")))
    assert found.ok
    assert set(codes(found)) <= {"VAL009", "VAL131"}
    assert found.calls > 0
    assert kept.read_text(encoding="utf-8") == "here"
    assert not made.exists()


async def test_the_same_tool_is_always_found_to_be_the_same(engine: ScriptEngine) -> None:
    properties = {f"p{number}": {"type": ["integer", "string"]} for number in range(12)}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    definition = replace(candidate("1").definition, input_schema=schema)
    asked = replace(candidate("args.p3.len() + args.p4 * 2"), definition=definition)
    assert isinstance(asked.definition, ToolDefinition)
    validator = Validator(engine, ValidationMode.COMPREHENSIVE)
    first, second = await validator.validate(asked), await validator.validate(asked)
    assert first.findings
    assert (first.findings, first.calls) == (second.findings, second.calls)
