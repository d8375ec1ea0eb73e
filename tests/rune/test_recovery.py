"""What a file meant to declare is known, though something in front of it never ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crucible_tools.engine import ScriptEngine
from crucible_tools.rune.check.checking import Checker
from crucible_tools.rune.discovery import DiscoveredFile
from crucible_tools.rune.recovery import recovered
from tests.rune.support import read

SECOND = '#[tool(desc: "two")]\npub async fn second(title: string, folder?: string) {\n    `${title} "x"`\n}\n'


@pytest.mark.parametrize(
    "begun",
    [
        "    if title {\n        return 1;\n    2",
        '    let s = "never closed;\n    s',
        "    let s = `never ${title} closed;\n    s",
        "    let s = `never ${title;\n    s",
        "    let s = \u201cx;\n    s",
        "    f(title, [1, 2);",
        "    title /* never closed",
        "    let s = 'never closed;\n    s",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_a_tool_behind_what_never_ends_is_known_with_its_parameters(
    engine: ScriptEngine, tmp_path: Path, begun: str, newline: str
) -> None:
    text = f'#[tool(desc: "one")]\npub async fn first(title: string) {{\n{begun}\n}}\n\n{SECOND}'
    report = await read(engine, tmp_path, text.replace("\n", newline))
    assert not report.compiles
    assert [tool.name for tool in report.failed] == ["first", "second"]
    definition = report.failed[1].definition
    assert definition is not None
    assert definition.input_schema["required"] == ["title"]
    assert set(definition.input_schema["properties"]) == {"title", "folder"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('pub fn a() {\n    let s = "x;\n    s\n}\n\npub fn b() {\n    "y"\n}\n', 2),
        ("pub fn a() {\n    let s = `x;\n    s\n}\n\npub fn b() {\n    `y`\n}\n", 2),
        ("pub fn a() {\n    let s = 'x y;\n    s\n}\n", 2),
    ],
)
async def test_the_text_that_swallows_what_follows_is_named_and_nothing_else(
    engine: ScriptEngine, tmp_path: Path, text: str, line: int
) -> None:
    path = tmp_path / "a.rn"
    path.write_text(text, encoding="utf-8")
    found = (await Checker(engine).check(DiscoveredFile(path, tmp_path, "a.rn"))).findings
    assert [(item.finding.code, item.line) for item in found if item.finding.severity == "error"] == [("RN903", line)]


@given(st.text(alphabet="{}[]()\"'`$\n abfnpu#/*", max_size=80))
def test_recovering_never_raises_and_keeps_every_line(text: str) -> None:
    made = recovered(text)
    if made is not None:
        assert made.count("\n") - text.count("\n") <= 1


async def test_code_in_a_text_is_no_sign_of_a_missing_quote(engine: ScriptEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.rn"
    path.write_text("pub fn call(args) {\n    let mut s = `\nfn main() {}\n`;\n    s\n}\n", encoding="utf-8")
    found = (await Checker(engine).check(DiscoveredFile(path, tmp_path, "a.rn"))).findings
    assert [item.finding.code for item in found] == ["RN001"]


def test_a_text_that_lacks_nothing_is_left_alone() -> None:
    assert recovered(SECOND) is None
    assert recovered('pub fn a() {\n    "over\n    lines"\n}\n') is None
